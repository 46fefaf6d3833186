"""The purposes that a practice begins with and their words, in every language that clients read."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import ConsentPurpose

Kind = ConsentPurpose.Kind


@dataclass(frozen=True, slots=True)
class Default:
    """A purpose to begin with. `lasts_months`: for what should be asked again from time to time."""

    kind: str
    title: Promise
    text: Promise
    lasts_months: int | None = None


DEFAULTS = (
    Default(
        Kind.TREATMENT,
        _("Treatment"),
        _(
            "I agree to be examined and treated by this practice. What is planned, what it can do for me and "
            "what can go wrong are explained to me before it is done. I can ask questions, say no to any part, "
            "and stop at any time."
        ),
    ),
    Default(
        Kind.TELEHEALTH,
        _("Appointments by video or phone"),
        _(
            "I agree to appointments by video or phone. I know that not everything can be examined that way, "
            "that the line can break, and that I need a place where nobody listens. Nothing is recorded. "
            "I can ask for an appointment in person instead."
        ),
    ),
    Default(
        Kind.SHARING,
        _("Sharing with my doctor"),
        _(
            "The practice may write to my general practitioner and to whoever referred me about my treatment, "
            "and may ask them for what it needs to know. I am told before a letter goes out if I ask for that."
        ),
    ),
    Default(
        Kind.PHOTOS,
        _("Photos and videos"),
        _(
            "The practice may take photos and videos of me for my record, so that progress can be seen. "
            "They are kept like the rest of my record and shown to nobody else."
        ),
        24,
    ),
    Default(
        Kind.EMAIL_NEWS,
        _("News by e-mail"),
        _(
            "The practice may send me news and offers by e-mail, at most once a month. "
            "My treatment does not depend on this. Each message says how to stop it."
        ),
    ),
    Default(
        Kind.SMS_NEWS,
        _("News by text message"),
        _(
            "The practice may send me news and offers by text message, at most once a month. "
            "My treatment does not depend on this. Each message says how to stop it."
        ),
    ),
    Default(
        Kind.RESEARCH,
        _("Research"),
        _(
            "The practice may use facts about my treatment for research and teaching, without my name and "
            "without anything that points to me. My treatment does not depend on this."
        ),
        60,
    ),
)
