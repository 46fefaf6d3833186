"""Gives a practice that has just been set up the note templates it begins with, and begins to remind of late notes."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import get_language, override

from accounts import outbox
from bookings.signals import set_up
from notes import reminding, templates


@outbox.handles("note_templates.provide")
def _provide(work: outbox.Work) -> None:
    with override(work.payload["language"]):
        templates.provide_defaults()
    reminding.go_on()


@receiver(set_up, dispatch_uid="keepwell.note_templates")
def _ask(**_event: Any) -> None:
    """Leave it to the worker: the set-up does not wait for notes."""
    outbox.enqueue("note_templates.provide", {"language": get_language()})
