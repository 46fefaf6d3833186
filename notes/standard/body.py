"""Standard templates of those who treat how a body moves: physiotherapy, chiropractic, osteopathy, massage, exercise."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notes.standard.building import (
    Section,
    alone,
    any_of,
    chart,
    day,
    long,
    number,
    one_of,
    scale,
    section,
    short,
)

Made = tuple[str, list[Section]]


def pain() -> dict[str, object]:
    """Pain on the scale that everybody knows."""
    return scale(_("Pain today"), _("none"), _("the worst imaginable"), key="pain")


def red_flags() -> dict[str, object]:
    """What must be asked about before hands are laid on."""
    return any_of(
        _("Asked about, and present"),
        _("Night pain"),
        _("Unexplained weight loss"),
        _("Fever"),
        _("Numbness or weakness"),
        _("Bladder or bowel changes"),
        _("History of cancer"),
        _("Recent trauma"),
        help=_("Leave all empty when you asked and found none."),
        key="red_flags",
    )


def physio_follow_up() -> Made:
    """Return the note of a physiotherapist's further visit."""
    return _("Physio follow-up"), [
        section(_("Subjective")),
        section(_("Objective")),
        alone(pain()),
        section(_("Assessment")),
        section(_("Plan")),
    ]


def first_visit() -> Made:
    """Return the note of a physiotherapist's first visit."""
    return _("First visit"), [
        section(_("Reason for the visit"), long(_("Reason for the visit"), required=True)),
        section(
            _("History"),
            long(_("What happened, and since when")),
            day(_("Began on")),
            long(_("Earlier injuries, illnesses and operations")),
            short(_("Medication")),
            long(_("Work, sport and home")),
        ),
        section(_("Where"), chart(_("Where it is felt"), "front", "back", "left", "right")),
        section(
            _("Pain"),
            pain(),
            long(_("Worse with, better with")),
            short(_("Over a day and a night")),
        ),
        section(_("Red flags"), red_flags()),
        section(
            _("Objective"),
            long(_("Observation")),
            long(_("Range of movement")),
            long(_("Strength")),
            long(_("Special tests and neurology")),
        ),
        section(_("Assessment")),
        section(_("Goals")),
        section(_("Treatment today")),
        section(_("Plan")),
    ]


def physio_discharge() -> Made:
    """Return the note with which a course of physiotherapy ends."""
    return _("Physio discharge"), [
        section(_("Course of treatment")),
        section(
            _("Outcome"),
            pain(),
            one_of(_("Goals"), _("Reached"), _("Partly reached"), _("Not reached"), _("Not known")),
            long(_("Measures then and now")),
        ),
        section(_("Advice and programme")),
        section(_("Come back when")),
    ]


def chiropractic() -> Made:
    """Return the note of a chiropractor's visit."""
    return _("Chiropractic visit"), [
        section(_("Since last time")),
        section(_("Where"), chart(_("Where it is felt")), pain()),
        section(_("Red flags"), red_flags()),
        section(
            _("Examination"),
            long(_("Posture and movement")),
            long(_("Palpation and segments")),
            long(_("Neurology")),
        ),
        section(
            _("Treatment"),
            any_of(
                _("Techniques"),
                _("Manual adjustment"),
                _("Instrument-assisted"),
                _("Drop piece"),
                _("Mobilisation"),
                _("Soft tissue"),
                _("Exercises"),
            ),
            short(_("Levels treated")),
            one_of(_("Consent to treatment today"), _("Given"), _("Declined"), required=True),
            long(_("Response")),
        ),
        section(_("Plan")),
    ]


def osteopathy() -> Made:
    """Return the note of an osteopath's visit."""
    return _("Osteopathic visit"), [
        section(_("Presenting complaint")),
        section(_("Where"), chart(_("Where it is felt")), pain()),
        section(_("Red flags"), red_flags()),
        section(_("Case history")),
        section(
            _("Examination"),
            long(_("Observation, active and passive movement")),
            long(_("Palpation: tissue, asymmetry, range, tenderness")),
            long(_("Neurological and orthopaedic tests")),
        ),
        section(_("Working diagnosis")),
        section(
            _("Treatment"),
            any_of(
                _("Techniques"),
                _("Soft tissue"),
                _("Articulation"),
                _("Thrust (HVLA)"),
                _("Muscle energy"),
                _("Counterstrain"),
                _("Cranial"),
                _("Visceral"),
            ),
            one_of(_("Consent to treatment today"), _("Given"), _("Declined"), required=True),
            long(_("Response")),
        ),
        section(_("Advice and plan")),
    ]


def massage() -> Made:
    """Return the note of a massage or myotherapy treatment."""
    return _("Massage treatment"), [
        section(_("Today")),
        section(_("Where"), chart(_("Where it is felt")), pain()),
        section(
            _("Before we begin"),
            any_of(
                _("Reasons for care"),
                _("Pregnant"),
                _("Blood thinners"),
                _("Skin broken or inflamed"),
                _("Fever"),
                _("Thrombosis"),
                _("Cancer treatment"),
                help=_("Leave all empty when you asked and found none."),
            ),
            one_of(_("Consent to areas and pressure"), _("Given"), _("Declined"), required=True),
        ),
        section(_("Treatment"), long(_("Areas and techniques")), number(_("Minutes"), _("min"))),
        section(_("Response and advice")),
    ]


def exercise_first() -> Made:
    """Return the note of an exercise physiologist's first visit."""
    return _("Exercise physiology, first visit"), [
        section(_("Reason and referral")),
        section(
            _("Health"),
            long(_("Conditions and medication")),
            any_of(
                _("Before exercise"),
                _("Chest pain"),
                _("Short of breath at rest"),
                _("Dizzy or fainted"),
                _("Heart condition"),
                _("Diabetes"),
                _("Pregnant"),
                help=_("Leave all empty when you asked and found none."),
            ),
            one_of(_("Risk"), _("Low"), _("Medium"), _("High")),
        ),
        section(
            _("Measures"),
            number(_("Resting heart rate"), _("/min")),
            short(_("Blood pressure"), help=_("Such as 120/80.")),
            number(_("Weight"), _("kg")),
            number(_("Waist"), _("cm")),
            number(_("Six-minute walk"), _("m")),
            number(_("Sit to stand in 30 seconds")),
            long(_("Other tests")),
        ),
        section(_("Goals")),
        section(_("Programme")),
        section(_("Plan")),
    ]


def exercise_session() -> Made:
    """Return the note of an exercise physiologist's further session."""
    return _("Exercise session"), [
        section(_("Since last time")),
        section(
            _("Session"),
            long(_("Exercises, sets and loads")),
            scale(_("Effort"), _("rest"), _("all I have")),
            pain(),
            short(_("Heart rate and blood pressure")),
        ),
        section(_("Response")),
        section(_("Plan")),
    ]
