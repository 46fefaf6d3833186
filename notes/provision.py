"""Gives a practice that is set up the templates of notes and forms it begins with; begins to remind of late notes."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import get_language, override

from accounts import outbox
from bookings.signals import set_up
from notes import reminding, templates
from notes.intake import templates as forms


@outbox.handles("note_templates.provide")
def _provide(work: outbox.Work) -> None:
    with override(work.payload["language"]):
        templates.provide_defaults()
        forms.provide_defaults()
    reminding.go_on()


@receiver(set_up, dispatch_uid="keepwell.note_templates")
def _ask(**_event: Any) -> None:
    """Leave it to the worker: the set-up does not wait for notes."""
    outbox.enqueue("note_templates.provide", {"language": get_language()})
