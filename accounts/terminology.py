"""What a practice calls the people it treats: clients, patients, participants (features A7).

Our texts say "client". Whatever is said inside an account comes out with the account's own word, because every text
of ours passes through the translation; what people have typed does not, and stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, trans_real
from django.utils.translation import gettext_lazy as _

from privacy.vocabulary import scope

type Voice = tuple[str | None, str]

USUAL = "client"
# The plural of each in English; the texts in other languages speak to people and call them nothing
PLURALS = {
    USUAL: "clients",
    "patient": "patients",
    "participant": "participants",
    "customer": "customers",
    "resident": "residents",
    "student": "students",
}
CHOICES = [
    (USUAL, _("Clients")),
    ("patient", _("Patients")),
    ("participant", _("Participants")),
    ("customer", _("Customers")),
    ("resident", _("Residents")),
    ("student", _("Students")),
]
# The word and its plural, but not the name of a placeholder: "%(client)s", "{client}"
_WORD = re.compile(r"(?<![%({/\w])(client)(s?)\b(?![)}])", re.IGNORECASE)


def word() -> str:
    """Return the word of the account that is active; the usual one outside an account."""
    active = scope.active()
    return str(active.anchor.client_word) if active is not None and active.anchor else USUAL


def voice() -> Voice:
    """Return what our texts depend on: the language, and the word of the account that is active."""
    return get_language(), word()


@lru_cache(maxsize=8192)
def said(text: str, own: str) -> str:
    """Return one of our texts with a practice's own word in its place, capitals kept."""

    def put(found: re.Match[str]) -> str:
        new = PLURALS[own] if found[2] else own
        if found[1].isupper():
            return new.upper()
        return new.capitalize() if found[1][0].isupper() else new

    return _WORD.sub(put, text)


class OwnWords:
    """A language whose texts come out with the active account's word; else the same language."""

    def __init__(self, language: Any) -> None:
        self._language = language

    def __getattr__(self, name: str) -> Any:
        return getattr(self._language, name)

    def gettext(self, message: str) -> str:
        """Return a text in this language and with the account's word."""
        text, own = str(self._language.gettext(message)), word()
        return text if own == USUAL else said(text, own)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return the form of a text for a number, with the account's word."""
        text, own = str(self._language.ngettext(singular, plural, number)), word()
        return text if own == USUAL else said(text, own)


def listen() -> None:
    """Let the product's own language speak with the words of whichever account is active."""
    code = settings.LANGUAGE_CODE
    spoken = trans_real.translation(code)
    if not isinstance(spoken, OwnWords):
        trans_real._translations[code] = OwnWords(spoken)  # type: ignore[attr-defined]
        trans_real._default = None  # type: ignore[attr-defined]
