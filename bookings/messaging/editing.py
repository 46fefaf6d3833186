"""The practice's own words and choices for messages: kept, taken back to the product's."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts import audit
from bookings.messaging.preferences import practice_choices
from bookings.messaging.wording import Words
from bookings.models import MessageSettings, MessageTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


def own_words(category: str, channel: str, language: str) -> MessageTemplate | None:
    """Return the practice's own words for a kind of message; None when it has the product's."""
    found: MessageTemplate | None = MessageTemplate.objects.filter(
        category=category, channel=channel, language=_kept_as(language)
    ).first()
    return found


def keep_words(
    *, by: Actor, category: str, channel: str, language: str, words: Words
) -> MessageTemplate:
    """Keep the practice's words for a kind of message; messages that are still to be sent get them too."""
    row = own_words(category, channel, language) or MessageTemplate(
        category=category, channel=channel, language=_kept_as(language)
    )
    row.subject, row.body, row.changed_at = words.subject, words.body, clock.now()
    row.full_clean()
    row.save()
    audit.record(
        "message_template.changed", by=by, of=row, detail={"template": f"{category} {channel}"}
    )
    return row


def restore_words(*, by: Actor, category: str, channel: str, language: str) -> None:
    """Go back to the product's words."""
    row = own_words(category, channel, language)
    if row is None:
        return
    audit.record(
        "message_template.restored", by=by, of=row, detail={"template": f"{category} {channel}"}
    )
    row.delete()


def choose(*, by: Actor, values: dict[str, Any]) -> MessageSettings:
    """Keep when the practice writes and what it tells by default; for what is booked or moved from now on."""
    row = practice_choices()
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    audit.record("message_settings.changed", by=by, of=row, detail={"fields": changed})
    return row


def _kept_as(language: str) -> str:
    return "" if language == settings.LANGUAGE_CODE else language
