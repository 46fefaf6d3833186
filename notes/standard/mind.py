"""Standard templates of those who work with mind, speech and everyday life: psychology, speech, occupational therapy."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notes.standard.building import (
    Section,
    alone,
    any_of,
    long,
    number,
    one_of,
    scale,
    section,
    short,
)

Made = tuple[str, list[Section]]


def risk() -> Section:
    """What was asked about risk, and what was done."""
    return section(
        _("Risk"),
        one_of(
            _("Risk today"),
            _("None voiced"),
            _("Low"),
            _("Medium"),
            _("High"),
            required=True,
            key="risk_level",
        ),
        long(_("What was said and done"), key="risk_notes"),
    )


def psychology_session() -> Made:
    """Return the note of a psychologist's session."""
    mood = scale(_("Mood today"), _("the worst it has been"), _("the best it has been"), key="mood")
    return _("Psychology session"), [
        section(_("Presentation")),
        alone(mood),
        risk(),
        section(_("Session")),
        section(_("Between sessions")),
        section(_("Plan")),
    ]


def psychology_first() -> Made:
    """Return the note of a psychologist's first conversation."""
    return _("Psychology, first conversation"), [
        section(_("Reason for coming"), long(_("Reason for coming"), required=True)),
        section(
            _("History"),
            long(_("The problem: since when, how often, what keeps it up")),
            long(_("Earlier treatment and medication")),
            long(_("Family, relationships, work")),
            long(_("Health, sleep, alcohol and other substances")),
        ),
        section(
            _("Mental state"),
            long(_("Appearance, behaviour, speech")),
            short(_("Mood and affect")),
            long(_("Thought, perception, cognition")),
            short(_("Insight and judgement")),
        ),
        risk(),
        section(_("Formulation")),
        section(_("Goals and measures")),
        section(
            _("Agreed"),
            any_of(
                _("Explained"),
                _("Confidentiality and its limits"),
                _("Fees and cancellation"),
                _("How to reach help in a crisis"),
                _("What is recorded and who reads it"),
            ),
            long(_("Plan")),
        ),
    ]


def process_notes() -> Made:
    """Return a psychotherapist's own notes, kept apart from the record."""
    return _("Process notes"), [
        section(_("What I noticed")),
        section(_("Hypotheses and countertransference")),
        section(_("For supervision")),
    ]


def speech_first() -> Made:
    """Return the note of a speech pathologist's first visit."""
    return _("Speech, first visit"), [
        section(_("Concern and referral")),
        section(
            _("History"),
            long(_("Birth, development, milestones")),
            long(_("Hearing, vision, health")),
            short(_("Languages at home")),
            long(_("School, work, family")),
        ),
        section(
            _("Assessment"),
            any_of(
                _("Areas"),
                _("Speech sounds"),
                _("Language"),
                _("Fluency"),
                _("Voice"),
                _("Social communication"),
                _("Literacy"),
                _("Swallowing and mealtimes"),
                _("AAC"),
            ),
            long(_("Tests and scores")),
            long(_("What was seen and heard")),
        ),
        section(_("Summary")),
        section(_("Goals")),
        section(_("Plan")),
    ]


def speech_session() -> Made:
    """Return the note of a speech pathologist's session."""
    return _("Speech session"), [
        section(_("Since last time")),
        section(
            _("Goals today"),
            long(_("Activities")),
            number(_("Correct"), _("%")),
            one_of(
                _("Support"),
                _("Independent"),
                _("Minimal cues"),
                _("Moderate cues"),
                _("Maximal cues"),
            ),
            long(_("What worked")),
        ),
        section(_("Home practice")),
        section(_("Plan")),
    ]


def occupational_first() -> Made:
    """Return the note of an occupational therapist's first visit."""
    return _("Occupational therapy, first visit"), [
        section(_("Reason and referral")),
        section(
            _("Person"),
            long(_("Health, function, medication")),
            long(_("Roles, routines, what matters")),
        ),
        section(
            _("Everyday life"),
            any_of(
                _("Needs help with"),
                _("Washing"),
                _("Dressing"),
                _("Eating"),
                _("Toilet"),
                _("Moving about"),
                _("Household"),
                _("Money and papers"),
                _("Driving and transport"),
                _("Work or school"),
                _("Leisure"),
            ),
            long(_("How it is done now")),
        ),
        section(_("Home and surroundings"), long(_("Access, safety, equipment"))),
        section(
            _("Assessment"),
            long(_("Movement, hand function, sensation")),
            long(_("Thinking, mood, sensory processing")),
            long(_("Tests and scores")),
        ),
        section(_("Goals")),
        section(_("Plan")),
    ]


def occupational_session() -> Made:
    """Return the note of an occupational therapist's session."""
    return _("Occupational therapy session"), [
        section(_("Since last time")),
        section(
            _("Session"),
            long(_("Goals and activities")),
            one_of(
                _("Support"),
                _("Independent"),
                _("Prompting"),
                _("Some hands-on help"),
                _("Full help"),
            ),
            long(_("Response")),
        ),
        section(_("Equipment and advice")),
        section(_("Plan")),
    ]
