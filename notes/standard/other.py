"""Standard templates of podiatry, dietetics and hands, and those that fit every profession."""

from __future__ import annotations

from django.utils.translation import gettext as _

from notes.standard.body import pain
from notes.standard.building import (
    Section,
    any_of,
    chart,
    long,
    number,
    one_of,
    section,
    short,
)

Made = tuple[str, list[Section]]


def podiatry() -> Made:
    """Return the note of a podiatrist's visit."""
    return _("Podiatry"), [
        section(_("Subjective")),
        section(_("Where"), chart(_("Where on the feet"), "soles", "feet")),
        section(
            _("Examination"),
            one_of(_("Pulses"), _("Palpable"), _("Weak"), _("Absent"), key="pulses"),
            number(_("Monofilament, sites felt out of ten"), key="sensation"),
            any_of(
                _("Skin and nails"),
                _("Callus"),
                _("Corn"),
                _("Fissure"),
                _("Ulcer"),
                _("Ingrown nail"),
                _("Fungal"),
                key="skin",
            ),
            long(_("Findings"), key="findings"),
        ),
        section(_("Treatment")),
        section(_("Plan")),
    ]


def diabetic_foot() -> Made:
    """Return the yearly check of the feet of people with diabetes."""
    return _("Diabetic foot check"), [
        section(
            _("History"),
            short(_("Diabetes: type and since when")),
            short(_("HbA1c")),
            any_of(
                _("Before"),
                _("Ulcer"),
                _("Amputation"),
                _("Charcot foot"),
                _("Dialysis"),
                _("Smokes"),
            ),
        ),
        section(_("Where"), chart(_("Lesions and pressure"), "soles", "feet")),
        section(
            _("Circulation"),
            one_of(_("Left pulses"), _("Both felt"), _("One felt"), _("None felt")),
            one_of(_("Right pulses"), _("Both felt"), _("One felt"), _("None felt")),
            short(_("Ankle-brachial or toe pressure")),
        ),
        section(
            _("Sensation"),
            number(_("Left, sites felt out of ten")),
            number(_("Right, sites felt out of ten")),
        ),
        section(
            _("Skin, shape and shoes"), long(_("Skin and nails")), long(_("Deformity and shoes"))
        ),
        section(
            _("Risk"),
            one_of(
                _("Risk of ulceration"),
                _("Very low"),
                _("Low"),
                _("Moderate"),
                _("High"),
                _("Active problem"),
                required=True,
            ),
        ),
        section(_("Treatment and teaching")),
        section(_("Plan")),
    ]


def dietetics_first() -> Made:
    """Return the note of a dietitian's first visit."""
    return _("Dietetics, first visit"), [
        section(_("Reason and referral")),
        section(
            _("Measures"),
            number(_("Height"), _("cm")),
            number(_("Weight"), _("kg")),
            short(_("Weight over time")),
            number(_("Waist"), _("cm")),
        ),
        section(_("Blood and medication"), long(_("Results")), long(_("Medication, supplements"))),
        section(
            _("Health"), long(_("Conditions, gut, allergies")), long(_("Activity, sleep, mood"))
        ),
        section(
            _("Eating"),
            long(_("A usual day")),
            long(_("Likes, dislikes, culture, budget, who cooks")),
        ),
        section(_("Nutrition diagnosis"), long(_("Problem, cause, signs"))),
        section(_("Goals")),
        section(_("Plan")),
    ]


def dietetics_review() -> Made:
    """Return the note of a dietitian's review."""
    return _("Dietetics review"), [
        section(_("Since last time")),
        section(_("Measures"), number(_("Weight"), _("kg")), long(_("New results"))),
        section(_("Goals"), long(_("How the goals went")), long(_("Goals until next time"))),
        section(_("Plan")),
    ]


def hand_therapy() -> Made:
    """Return the note of a hand therapist's visit."""
    return _("Hand therapy"), [
        section(_("Subjective"), long(_("Subjective"), key="subjective"), pain()),
        section(_("Where"), chart(_("Where on the hands"), "palms", "hands")),
        section(
            _("Objective"),
            number(_("Grip, left"), _("kg")),
            number(_("Grip, right"), _("kg")),
            long(_("Movement, swelling, sensation, wound or scar"), key="objective"),
        ),
        section(_("Splint and treatment")),
        section(_("Plan")),
    ]


def soap() -> Made:
    """Return the note that every profession knows."""
    return _("SOAP"), [
        section(_("Subjective")),
        section(_("Objective")),
        section(_("Assessment")),
        section(_("Plan")),
    ]


def plain() -> Made:
    """Return a note that asks nothing."""
    return _("Plain note"), [section(_("Note"), long(_("Note"), key="note_text"))]


def contact() -> Made:
    """Return the note of a call or a letter."""
    return _("Call or letter"), [
        section(
            _("Contact"),
            one_of(
                _("With"),
                _("Client"),
                _("Family or carer"),
                _("Doctor"),
                _("Insurer or funder"),
                _("School or work"),
                _("Somebody else"),
            ),
            one_of(_("By"), _("Phone"), _("E-mail"), _("Letter"), _("In person")),
            short(_("Name and role")),
        ),
        section(_("What was said")),
        section(_("To do")),
    ]
