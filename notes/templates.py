"""Templates of notes: the ones a practice begins with, and the verbs that add, change, copy and archive them."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AccountAnchor
from notes.answers import clean_template
from notes.models import NoteTemplate
from notes.questions import KEY, RESERVED, WITH_OPTIONS, SectionsRefused
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor

NAME_LENGTH = 80


def provide_defaults(*, by: Actor = SYSTEM) -> list[NoteTemplate]:
    """Give the active account the templates it begins with, in the reader's language; return its templates.

    Does nothing when the account has any, archived ones included; safe to call again and from two processes at once.
    """
    # the anchor's row is the lock: two first visitors must not provide twice
    AccountAnchor.objects.select_for_update().get(account_id=scope.current().account_id)
    if not NoteTemplate.objects.exists():
        for position, (name, sections) in enumerate(_defaults(), start=1):
            _create(by=by, name=name, sections=sections, position=position)
    return live()


def live() -> list[NoteTemplate]:
    """Return the templates that a new note can begin with."""
    return list(NoteTemplate.objects.filter(archived_at=None))


def add(*, by: Actor, name: str, sections: list[dict[str, Any]]) -> NoteTemplate:
    """Add a template; raise `SectionsRefused` when name or sections can't be."""
    return _create(by=by, name=name, sections=sections, position=NoteTemplate.objects.count() + 1)


def change(
    *, by: Actor, template: NoteTemplate, name: str, sections: list[dict[str, Any]]
) -> NoteTemplate:
    """Rename a template or change its sections; notes that began with it keep what they began with.

    Raises `SectionsRefused` when name or sections can't be.
    """
    stored: NoteTemplate = NoteTemplate.objects.select_for_update().get(pk=template.pk)
    cleaned, name = clean_template(sections), _clean_name(name)
    if (stored.name, stored.sections) == (name, cleaned):
        return stored
    stored.version += 1 if stored.sections != cleaned else 0
    stored.name, stored.sections = name, cleaned
    stored.save(update_fields=["name", "sections", "version"])
    audit.record("note_template.changed", by=by, of=stored)
    return stored


def copy(*, by: Actor, template: NoteTemplate) -> NoteTemplate:
    """Add a copy of a template, to be changed into another one."""
    name = _("%(name)s (copy)") % {"name": template.name[: NAME_LENGTH - 10]}
    return add(by=by, name=name, sections=template.sections)


def archive(*, by: Actor, template: NoteTemplate) -> NoteTemplate:
    """Take a template out of the choice for new notes; archived twice is archived once."""
    if template.archived_at is None:
        template.archived_at = clock.now()
        template.save(update_fields=["archived_at"])
        audit.record("note_template.archived", by=by, of=template)
    return template


def restore(*, by: Actor, template: NoteTemplate) -> NoteTemplate:
    """Offer an archived template again."""
    if template.archived_at is not None:
        template.archived_at = None
        template.save(update_fields=["archived_at"])
        audit.record("note_template.restored", by=by, of=template)
    return template


def key_for(label: str, taken: set[str]) -> str:
    """Return a key for a new section or question, made from its label and unlike those taken."""
    stem = slugify(label).replace("-", "_")[:32].strip("_")
    stem = stem if KEY.fullmatch(stem) else "question"
    key, number = stem, 1
    while key in taken or key in RESERVED:
        number += 1
        key = f"{stem}_{number}"
    return key


def _create(*, by: Actor, name: str, sections: list[dict[str, Any]], position: int) -> NoteTemplate:
    template = NoteTemplate(
        name=_clean_name(name), sections=clean_template(sections), position=position
    )
    template.save(force_insert=True)
    audit.record("note_template.added", by=by, of=template)
    return template


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise SectionsRefused(_("Give the template a name."))
    if len(name) > NAME_LENGTH:
        raise SectionsRefused(_("Keep the name to %(limit)d characters.") % {"limit": NAME_LENGTH})
    return name


def _section(key: str, title: str, *questions: tuple[Any, ...]) -> dict[str, Any]:
    """Return a section; one without questions is a single long text under its title."""
    asked = questions or ((key, title, "paragraph"),)
    return {
        "key": key,
        "title": title,
        "questions": [
            {
                "key": each[0],
                "label": each[1],
                "type": each[2],
                **({"options": each[3]} if each[2] in WITH_OPTIONS else {}),
            }
            for each in asked
        ],
    }


def _scale(key: str, title: str) -> dict[str, Any]:
    return _section(key, title, (key, title, "scale"))


def _defaults() -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (_("Physio follow-up"), _follow_up()),
        (_("First visit"), _first_visit()),
        (_("Psychology session"), _psychology()),
        (_("Podiatry"), _podiatry()),
    ]


def _follow_up() -> list[dict[str, Any]]:
    return [
        _section("subjective", _("Subjective")),
        _section("objective", _("Objective")),
        _scale("pain", _("Pain today")),
        _section("assessment", _("Assessment")),
        _section("plan", _("Plan")),
    ]


def _first_visit() -> list[dict[str, Any]]:
    return [
        _section("reason", _("Reason for the visit")),
        _section(
            "history",
            _("History"),
            ("history_now", _("What happened, and since when"), "paragraph"),
            ("history_before", _("Earlier injuries, illnesses and operations"), "paragraph"),
            ("medication", _("Medication"), "text"),
            ("onset", _("Began on"), "date"),
        ),
        _section(
            "red_flags",
            _("Red flags"),
            (
                "red_flags",
                _("Asked about, and present"),
                "checkboxes",
                [
                    _("Night pain"),
                    _("Unexplained weight loss"),
                    _("Fever"),
                    _("Numbness or weakness"),
                    _("Bladder or bowel changes"),
                ],
            ),
        ),
        _section("objective", _("Objective")),
        _scale("pain", _("Pain today")),
        _section("assessment", _("Assessment")),
        _section("goals", _("Goals")),
        _section("plan", _("Plan")),
    ]


def _psychology() -> list[dict[str, Any]]:
    return [
        _section("presentation", _("Presentation")),
        _scale("mood", _("Mood today")),
        _section(
            "risk",
            _("Risk"),
            (
                "risk_level",
                _("Risk today"),
                "radio",
                [_("None voiced"), _("Low"), _("Medium"), _("High")],
            ),
            ("risk_notes", _("What was said and done"), "paragraph"),
        ),
        _section("session", _("Session")),
        _section("homework", _("Between sessions")),
        _section("plan", _("Plan")),
    ]


def _podiatry() -> list[dict[str, Any]]:
    return [
        _section("subjective", _("Subjective")),
        _section(
            "feet",
            _("Examination"),
            ("pulses", _("Pulses"), "radio", [_("Palpable"), _("Weak"), _("Absent")]),
            (
                "sensation",
                _("Monofilament, sites felt out of ten"),
                "number",
            ),
            (
                "skin",
                _("Skin and nails"),
                "checkboxes",
                [_("Callus"), _("Corn"), _("Fissure"), _("Ulcer"), _("Ingrown nail"), _("Fungal")],
            ),
            ("findings", _("Findings"), "paragraph"),
        ),
        _section("treatment", _("Treatment")),
        _section("plan", _("Plan")),
    ]
