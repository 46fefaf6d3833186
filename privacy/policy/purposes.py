"""What data of Users and visitors is used for, and what sort of data it is: the words of what fields declare (P9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from privacy.inventory import Kind, KindField, kinds
from privacy.vocabulary.classification import DataClass, Subject

OURS = (Subject.USER, Subject.VISITOR)
IDENTIFYING = (DataClass.PERSONAL, DataClass.SENSITIVE)

PURPOSES: dict[str, Words] = {
    "sign-in": _("To let you in, and nobody else as you"),
    "security": _("To show who came in, from where, and who tried to"),
    "administration": _("To run the practice that you work for"),
    "care": _("To name the clinician who answers for a record"),
    "publication": _("To be shown to the practice’s clients when they book"),
    "operations": _("To make the software work: numbers, dates and states that name nobody"),
}
SORTS: dict[str, Words] = {
    "user.authorization": _("what proves that it is you"),
    "user.contact": _("your name and how to reach you"),
    "user.device.ip_address": _("the address on the network that you came from"),
    "user.unique_id": _("how you are registered in your profession"),
    "user.workplace": _("when and why you are away, calendars that you connect"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One purpose in words, with the sorts of data about a person that serve it."""

    purpose: str
    words: Words
    sorts: tuple[Words, ...]


def fields() -> Iterator[tuple[Kind, KindField]]:
    """Yield every field of records about Users and visitors."""
    for kind in kinds():
        if kind.policy and kind.policy.subject in OURS:
            yield from ((kind, field) for field in kind.fields)


def uses() -> list[Use]:
    """Return what identifying data of Users and visitors is used for; raises `KeyError` for what has no words."""
    found: dict[str, set[str]] = {}
    for _kind, field in fields():
        if field.mark and field.mark.data_class in IDENTIFYING:
            found.setdefault(field.mark.purpose, set()).add(field.mark.category)
    return [
        Use(purpose, words, tuple(SORTS[sort] for sort in sorted(found[purpose])))
        for purpose, words in PURPOSES.items()
        if purpose in found
    ]


def unlisted() -> list[str]:
    """Return the fields whose purpose or sort the policy has no words for."""
    return [
        f"{kind.label}.{field.name}"
        for kind, field in fields()
        if field.mark
        and (
            field.mark.purpose not in PURPOSES
            or (field.mark.data_class in IDENTIFYING and field.mark.category not in SORTS)
        )
    ]
