"""The questions by which people agree: to what they are asked for, to the privacy notice, with a signature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from clients.consents import purposes
from clients.models import ConsentPurpose
from notes.intake.asking import CONSENT, NOTICE, SIGNATURE

Questions = list[dict[str, Any]]


def first(asked: Iterable[ConsentPurpose]) -> Questions:
    """Return the sections with which an intake form ends: the notice, some consents, a signature."""
    wanted = [_consent(f"consent_{each.kind}", str(each.pk), each.name) for each in asked]
    return _sections([_notice(), *wanted], is_signed=True)


def alone(wanted: list[str], asks_notice: bool) -> Questions:
    """Return the sections of a form that asks for nothing but consents and the notice; none without either."""
    texts = purposes.current_texts("", [UUID(pk) for pk in wanted])
    names = {str(pk): text.purpose.name for pk, text in texts.items()}
    asked = [
        _consent(f"consent_{number}", pk, names.get(pk, _("Consent")))
        for number, pk in enumerate(wanted, start=1)
    ]
    return _sections([*([_notice()] if asks_notice else []), *asked], is_signed=bool(wanted))


def name_alone() -> str:
    """Return what a form is called that asks for nothing else."""
    return _("Your consent")


def _sections(questions: Questions, *, is_signed: bool) -> Questions:
    if not questions:
        return []
    signed = {"key": "signature", "label": _("Signature"), "type": SIGNATURE, "required": True}
    return [
        {"key": "agreeing", "title": _("What you agree to"), "questions": questions},
        *(
            [{"key": "signing", "title": _("Signature"), "questions": [signed]}]
            if is_signed
            else []
        ),
    ]


def _notice() -> dict[str, Any]:
    return {"key": "notice", "label": _("Privacy notice"), "type": NOTICE, "required": True}


def _consent(key: str, purpose: str, name: str) -> dict[str, Any]:
    return {"key": key, "label": name, "type": CONSENT, "purpose": purpose, "required": True}
