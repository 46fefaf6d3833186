"""What a form may ask: the questions of notes, consents, the privacy notice and signatures; and the words frozen into it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import PrivacyNotice
from clients.models import ConsentText
from notes.questions import KINDS as NOTE_KINDS
from notes.questions import Question, SectionsRefused, clean_sections, question_of

CONSENT, NOTICE, SIGNATURE = "consent", "notice", "signature"
SPECIAL: dict[str, Promise] = {
    CONSENT: gettext_lazy("Consent"),
    NOTICE: gettext_lazy("Privacy notice"),
    SIGNATURE: gettext_lazy("Signature"),
}
PLAIN = ("paragraph", "text", "scale", "radio", "checkboxes", "date", "number")
KINDS: dict[str, Promise] = {**{kind: NOTE_KINDS[kind] for kind in PLAIN}, **SPECIAL}
# Fields of the client's record that staff may fill from an answer, and the kinds of question that fit them
FILLS: dict[str, Promise] = {
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "preferred_name": gettext_lazy("Likes to be called"),
    "pronouns": gettext_lazy("Pronouns"),
    "birth_date": gettext_lazy("Birth date"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "city": gettext_lazy("Town or city"),
    "post_code": gettext_lazy("Postcode"),
    "occupation": gettext_lazy("Occupation"),
    "emergency_contact": gettext_lazy("Emergency contact"),
    "health_number": gettext_lazy("Health insurance number"),
    "alert:allergy": gettext_lazy("Alert: allergy"),
    "alert:condition": gettext_lazy("Alert: condition"),
    "alert:access": gettext_lazy("Alert: access need"),
}
WRITTEN = ("text", "paragraph")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a form.

    `fills` names a field of FILLS or is "". `when` is (key, answers): it is asked only after one of these answers.
    `words` and `title` are what was frozen of a consent or the notice, `source` the id of that text.
    """

    question: Question
    fills: str = ""
    when: tuple[str, tuple[str, ...]] | None = None
    purpose: str = ""
    source: str = ""
    title: str = ""
    words: str = ""
    version: int = 0

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key

    @property
    def kind(self) -> str:
        """How it is answered."""
        return self.question.kind

    @property
    def is_special(self) -> bool:
        """Whether it is a consent, the notice or a signature."""
        return self.kind in SPECIAL

    @property
    def when_json(self) -> str:
        """The answers that it hangs on, for the page."""
        return json.dumps(self.when[1]) if self.when else ""

    def is_asked(self, answers: Mapping[str, object]) -> bool:
        """Whether it is asked, as the answers before it stand."""
        if self.when is None:
            return True
        key, wanted = self.when
        given = answers.get(key)
        return bool(set(given if isinstance(given, list) else [given]) & set(wanted))


def asked_of(sections: Sequence[Mapping[str, Any]]) -> Iterator[Asked]:
    """Yield the questions of a form's sections, in their order."""
    for section in sections:
        for raw in section["questions"]:
            when = raw.get("when")
            yield Asked(
                question_of(raw),
                fills=raw.get("fills", ""),
                when=(when["key"], tuple(when["is"])) if when else None,
                purpose=raw.get("purpose", ""),
                source=raw.get("source", ""),
                title=raw.get("title", ""),
                words=raw.get("words", ""),
                version=raw.get("version", 0),
            )


def clean(sections: object, purposes: Collection[str]) -> list[dict[str, Any]]:
    """Return a template's sections in their plain form; raise `SectionsRefused` with the first thing that is wrong.

    `purposes` are the ids of consents that may be asked for. What questions of notes hold is checked as theirs is.
    """
    if not isinstance(sections, list):
        raise SectionsRefused(_("A template needs at least one section."))
    cleaned = clean_sections([_as_of_notes(section) for section in sections])
    before: dict[str, dict[str, Any]] = {}
    notices = 0
    for section, raw_section in zip(cleaned, sections, strict=True):
        for question, raw in zip(section["questions"], raw_section["questions"], strict=True):
            question["type"] = raw["type"]
            notices += raw["type"] == NOTICE
            question |= _of_kind(raw, purposes) | _filling(raw) | _condition(raw, before)
            before[question["key"]] = question
    if notices > 1:
        raise SectionsRefused(_("Ask for the privacy notice once."))
    return cleaned


def freeze(
    sections: Sequence[Mapping[str, Any]],
    texts: Mapping[UUID, ConsentText],
    notice: PrivacyNotice | None,
) -> list[dict[str, Any]]:
    """Return sections with the words of their consents and of the notice in them, as somebody will read them.

    What has no words (a consent that is no longer asked, a notice that was never published) is left out, and so is a
    section of nothing else.
    """
    frozen = []
    for section in sections:
        questions = [
            known for raw in section["questions"] if (known := _frozen(raw, texts, notice))
        ]
        if questions:
            frozen.append({**section, "questions": questions})
    return frozen


def _as_of_notes(section: Any) -> Any:
    """Return a section with questions of our own kinds as short texts, so that notes' check reads them."""
    if not isinstance(section, dict) or not isinstance(section.get("questions"), list):
        return section
    return {
        **section,
        "questions": [
            {**each, "type": "text"}
            if isinstance(each, dict) and each.get("type") in SPECIAL
            else each
            for each in section["questions"]
        ],
    }


def _of_kind(raw: Mapping[str, Any], purposes: Collection[str]) -> dict[str, Any]:
    if raw["type"] not in KINDS:
        raise SectionsRefused(_("Choose how each question is answered."))
    if raw["type"] != CONSENT:
        return {}
    if str(raw.get("purpose", "")) not in purposes:
        raise SectionsRefused(_("Choose what each consent is for."))
    return {"purpose": str(raw["purpose"])}


def _filling(raw: Mapping[str, Any]) -> dict[str, Any]:
    fills = raw.get("fills") or ""
    if not fills:
        return {}
    fits = ("date",) if fills == "birth_date" else (*WRITTEN, "checkboxes", "radio")
    if fills not in FILLS or raw["type"] not in fits:
        raise SectionsRefused(
            _("“%(label)s” can’t fill that part of the record.") % {"label": raw.get("label", "")}
        )
    return {"fills": fills}


def _condition(raw: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    when = raw.get("when")
    if not when:
        return {}
    earlier = before.get(when.get("key", "")) if isinstance(when, dict) else None
    wanted = when.get("is") if isinstance(when, dict) else None
    options = earlier.get("options", []) if earlier else []
    if not isinstance(wanted, list) or not wanted or not set(wanted) <= set(options):
        raise SectionsRefused(
            _("“%(label)s” depends on an answer that comes before it: choose one of its options.")
            % {"label": raw.get("label", "")}
        )
    return {"when": {"key": when["key"], "is": [each for each in options if each in wanted]}}


def _frozen(
    raw: Mapping[str, Any], texts: Mapping[UUID, ConsentText], notice: PrivacyNotice | None
) -> dict[str, Any] | None:
    if raw["type"] == CONSENT:
        text = texts.get(UUID(raw["purpose"]))
        if text is None:
            return None
        words = {"title": text.title, "words": text.text, "version": text.version}
        return {**raw, **words, "source": str(text.pk)}
    if raw["type"] == NOTICE:
        if notice is None:
            return None
        words = {"words": notice.text, "version": notice.version, "source": str(notice.pk)}
        return {**raw, **words}
    return dict(raw)
