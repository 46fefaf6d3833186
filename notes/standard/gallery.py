"""Every standard template, by profession, and which of them a practice begins with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notes.standard import body, mind, other
from notes.standard.building import Standard


@dataclass(frozen=True, slots=True)
class Profession:
    """A profession: its words, the beginnings of words by which it is known, its templates, the usual one first."""

    key: str
    label: Promise
    known_by: tuple[str, ...]
    templates: tuple[Standard, ...]


ALL: tuple[Profession, ...] = (
    Profession(
        "physiotherapy",
        _("Physiotherapy"),
        ("physio", "kinesio", "fisio", "kiné"),
        (
            Standard("physio_follow_up", body.physio_follow_up),
            Standard("first_visit", body.first_visit),
            Standard("physio_discharge", body.physio_discharge),
        ),
    ),
    Profession(
        "psychology",
        _("Psychology and counselling"),
        ("psycho", "counsel", "psico", "therapist, mental", "social work"),
        (
            Standard("psychology_session", mind.psychology_session),
            Standard("psychology_first", mind.psychology_first),
            Standard("process_notes", mind.process_notes, restricted=True),
        ),
    ),
    Profession(
        "podiatry",
        _("Podiatry"),
        ("podia", "podol", "chiropod"),
        (
            Standard("podiatry", other.podiatry),
            Standard("diabetic_foot", other.diabetic_foot),
        ),
    ),
    Profession(
        "occupational",
        _("Occupational and hand therapy"),
        ("occupation", "ergo", "hand therap"),
        (
            Standard("occupational_session", mind.occupational_session),
            Standard("occupational_first", mind.occupational_first),
            Standard("hand_therapy", other.hand_therapy),
        ),
    ),
    Profession(
        "speech",
        _("Speech pathology"),
        ("speech", "logop", "orthophon", "fonoaud"),
        (
            Standard("speech_session", mind.speech_session),
            Standard("speech_first", mind.speech_first),
        ),
    ),
    Profession(
        "chiropractic",
        _("Chiropractic"),
        ("chiropr", "quiropr"),
        (Standard("chiropractic", body.chiropractic),),
    ),
    Profession(
        "osteopathy",
        _("Osteopathy"),
        ("osteo", "ostéo"),
        (Standard("osteopathy", body.osteopathy),),
    ),
    Profession(
        "exercise",
        _("Exercise physiology"),
        ("exercise", "sport sci"),
        (
            Standard("exercise_session", body.exercise_session),
            Standard("exercise_first", body.exercise_first),
        ),
    ),
    Profession(
        "dietetics",
        _("Dietetics"),
        ("diet", "nutri", "diét"),
        (
            Standard("dietetics_review", other.dietetics_review),
            Standard("dietetics_first", other.dietetics_first),
        ),
    ),
    Profession(
        "massage",
        _("Massage and myotherapy"),
        ("massage", "myother"),
        (Standard("massage", body.massage),),
    ),
    Profession(
        "any",
        _("Any profession"),
        (),
        (
            Standard("soap", other.soap),
            Standard("plain", other.plain),
            Standard("contact", other.contact),
        ),
    ),
)
STANDARDS: dict[str, Standard] = {
    standard.key: standard for profession in ALL for standard in profession.templates
}
# What a practice begins with that has not said what it does
USUAL = ("physio_follow_up", "first_visit", "psychology_session", "podiatry")


def for_professions(words: Iterable[str]) -> list[Standard]:
    """Return the templates with which practitioners of these professions, in their own words, begin."""
    said = [word.casefold() for word in words if word.strip()]
    found = [
        standard
        for profession in ALL
        if any(word.startswith(known) for word in said for known in profession.known_by)
        for standard in profession.templates
    ]
    return [*found, STANDARDS["contact"]] if found else [STANDARDS[key] for key in USUAL]
