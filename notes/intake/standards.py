"""The forms that a practice begins with: an intake form, and outcome measures that anybody may use.

Measures of our own carry our own words. PHQ-9 and GAD-7 (Spitzer, Williams, Kroenke and colleagues) may be reproduced
without permission; they stand here in the published English, because a translation of ours would not be the measure.
Everything else is written in the active language.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notes.models import FormTemplate

Section = dict[str, Any]
Kind = FormTemplate.Kind


@dataclass(frozen=True, slots=True)
class Standard:
    """A form of the product's own, in the active language. `is_english`: its words are the published ones."""

    key: str
    kind: str
    name: Callable[[], str]
    intro: Callable[[], str]
    sections: Callable[[], list[Section]]
    scoring: Callable[[], dict[str, Any]] = dict
    is_english: bool = False


def _q(key: str, label: str, kind: str, **more: Any) -> dict[str, Any]:
    told = {name: value for name, value in more.items() if value is not False}
    return {"key": key, "label": label, "type": kind, **told}


def _section(key: str, title: str, *questions: dict[str, Any]) -> Section:
    return {"key": key, "title": title, "questions": list(questions)}


def _about_you() -> list[Section]:
    return [
        _section(
            "you",
            _("About you"),
            _q("preferred_name", _("What should we call you?"), "text", fills="preferred_name"),
            _q("pronouns", _("Pronouns"), "text", fills="pronouns"),
            _q("birth_date", _("Birth date"), "date", fills="birth_date", required=True),
            _q("phone", _("Mobile phone"), "text", fills="phone"),
            _q("address", _("Address"), "paragraph", fills="address"),
            _q("occupation", _("Occupation"), "text", fills="occupation"),
        ),
        _section(
            "contact",
            _("In an emergency"),
            _q(
                "emergency",
                _("Whom may we call?"),
                "paragraph",
                help=_("Name, how you are related, phone."),
                fills="emergency_contact",
            ),
            _q("doctor", _("Your doctor (GP), and where"), "text"),
        ),
        _section(
            "visit",
            _("Why you come"),
            _q("reason", _("What brings you here?"), "paragraph", required=True),
            _q("since", _("Since when?"), "text"),
            _q(
                "pain",
                _("Pain at the moment"),
                "scale",
                low=_("none"),
                high=_("worst imaginable"),
            ),
            _q("goal", _("What would you like to be able to do again?"), "paragraph"),
        ),
        _health(),
    ]


def _health() -> Section:
    yes, no = _("Yes"), _("No")
    return _section(
        "health",
        _("Your health"),
        _q(
            "conditions",
            _("Do you have, or have you had, any of these?"),
            "checkboxes",
            options=[
                _("Heart trouble"),
                _("High blood pressure"),
                _("Diabetes"),
                _("Cancer"),
                _("Epilepsy"),
                _("Osteoporosis"),
                _("Depression or anxiety"),
            ],
        ),
        _q("operations", _("Operations and serious injuries"), "paragraph"),
        _q("medication", _("Medicines that you take"), "paragraph"),
        _q("allergic", _("Are you allergic to anything?"), "radio", options=[no, yes]),
        _q(
            "allergies",
            _("What are you allergic to, and what happens?"),
            "paragraph",
            fills="alert:allergy",
            required=True,
            when={"key": "allergic", "is": [yes]},
        ),
        _q("pregnant", _("Are you pregnant, or might you be?"), "radio", options=[no, yes]),
        _q(
            "needs",
            _("Is there anything we should arrange, such as a ramp or an interpreter?"),
            "text",
            fills="alert:access",
        ),
    )


def _pain() -> list[Section]:
    worst, not_at_all, impossible = _("worst imaginable"), _("not at all"), _("can’t do it")
    asked = (
        ("average", _("Pain on average"), _("none"), worst),
        ("worst", _("Pain at its worst"), _("none"), worst),
        ("sleep", _("How much does it disturb your sleep?"), not_at_all, _("no sleep")),
        ("daily", _("How much does it hold you back in everyday life?"), not_at_all, impossible),
        ("work", _("How much does it hold you back at work or sport?"), not_at_all, impossible),
    )
    questions = [
        _q(key, label, "scale", required=True, low=low, high=high)
        for key, label, low, high in asked
    ]
    return [_section("pain", _("In the last 7 days"), *questions)]


def _activities() -> list[Section]:
    low, high = _("can’t do it"), _("as well as before")
    found = []
    for number in (1, 2, 3):
        found.append(
            _section(
                f"activity_{number}",
                _("Activity %(number)d") % {"number": number},
                _q(
                    f"what_{number}",
                    _("What is hard for you, or impossible?"),
                    "text",
                    help=_("Such as climbing stairs, turning in bed, lifting your child."),
                    required=number == 1,
                ),
                _q(
                    f"how_{number}",
                    _("How well can you do it today?"),
                    "scale",
                    required=number == 1,
                    low=low,
                    high=high,
                ),
            )
        )
    return found


def _change() -> list[Section]:
    return [
        _section(
            "change",
            _("Since your treatment began"),
            _q(
                "change",
                _("How has it changed, all in all?"),
                "radio",
                required=True,
                options=[
                    _("Very much worse"),
                    _("Much worse"),
                    _("A little worse"),
                    _("No change"),
                    _("A little better"),
                    _("Much better"),
                    _("Very much better"),
                ],
            ),
            _q("why", _("What made the difference?"), "paragraph"),
        )
    ]


_OFTEN = ["Not at all", "Several days", "More than half the days", "Nearly every day"]
_TWO_WEEKS = (
    "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
)
_PHQ = (
    ("Little interest or pleasure in doing things", ""),
    ("Feeling down, depressed, or hopeless", ""),
    ("Trouble falling or staying asleep, or sleeping too much", ""),
    ("Feeling tired or having little energy", ""),
    ("Poor appetite or overeating", ""),
    (
        "Feeling bad about yourself – or that you are a failure or have let yourself or your family down",
        "",
    ),
    (
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        "",
    ),
    (
        "Moving or speaking so slowly that other people could have noticed?",
        "Or the opposite – being so fidgety or restless that you have been moving around a lot more than usual",
    ),
    ("Thoughts that you would be better off dead or of hurting yourself in some way", ""),
)
_GAD = (
    ("Feeling nervous, anxious or on edge", ""),
    ("Not being able to stop or control worrying", ""),
    ("Worrying too much about different things", ""),
    ("Trouble relaxing", ""),
    ("Being so restless that it is hard to sit still", ""),
    ("Becoming easily annoyed or irritable", ""),
    ("Feeling afraid as if something awful might happen", ""),
)


def _often(prefix: str, items: tuple[tuple[str, str], ...]) -> Callable[[], list[Section]]:
    questions = [
        _q(
            f"{prefix}_{number}",
            label,
            "radio",
            options=_OFTEN,
            required=True,
            **({"help": more} if more else {}),
        )
        for number, (label, more) in enumerate(items, start=1)
    ]
    # the question above them all is the section's title, as on paper
    return lambda: [_section(prefix, _TWO_WEEKS, *questions)]


STANDARDS: tuple[Standard, ...] = (
    Standard(
        "about_you",
        Kind.INTAKE,
        lambda: _("Before your first visit"),
        lambda: _("It helps us to use our time for you. Leave empty what you would rather tell us."),
        _about_you,
    ),
    Standard(
        "pain",
        Kind.OUTCOME,
        lambda: _("Pain and everyday life"),
        lambda: _("Five short questions. There is no right or wrong."),
        _pain,
        lambda: {"by": "sum", "best": "low"},
    ),
    Standard(
        "activities",
        Kind.OUTCOME,
        lambda: _("What matters to you"),
        lambda: _("Name up to three things that are hard for you now. We ask about the same ones again later."),
        _activities,
        lambda: {
            "by": "mean",
            "keys": ["how_1", "how_2", "how_3"],
            "least": 1,
            "best": "high",
        },
    ),
    Standard(
        "change",
        Kind.OUTCOME,
        lambda: _("How you are doing now"),
        lambda: _("Two questions about how things have changed."),
        _change,
        lambda: {"by": "sum", "best": "high"},
    ),
    Standard(
        "phq_9",
        Kind.OUTCOME,
        lambda: "PHQ-9",
        lambda: "",
        _often("phq", _PHQ),
        lambda: {
            "by": "sum",
            "best": "low",
            "bands": [
                [0, "minimal"],
                [5, "mild"],
                [10, "moderate"],
                [15, "moderately severe"],
                [20, "severe"],
            ],
            "watch": {"phq_9": 1},
        },
        is_english=True,
    ),
    Standard(
        "gad_7",
        Kind.OUTCOME,
        lambda: "GAD-7",
        lambda: "",
        _often("gad", _GAD),
        lambda: {
            "by": "sum",
            "best": "low",
            "bands": [[0, "minimal"], [5, "mild"], [10, "moderate"], [15, "severe"]],
        },
        is_english=True,
    ),
)  # fmt: skip
BY_KEY = {standard.key: standard for standard in STANDARDS}
