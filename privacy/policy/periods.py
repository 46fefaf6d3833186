"""How long data is kept: the very numbers by which it is deleted, in words (P18, RT-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise as Words
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from privacy import closure
from privacy.inventory import Kind, kinds
from privacy.policy.purposes import OURS
from privacy.vocabulary.classification import Because

REASONS: dict[str, Words] = {
    Because.COPY: _("passes by itself"),
    Because.CONNECTION: _("as long as we are connected"),
    Because.SECURITY: _("security"),
    Because.LAW: _("law, finance, tax"),
}
# What the policy tells of a kind of record; the name of the model says too little
NAMES: dict[str, Words] = {
    "accounts.AgreementAcceptance": _(
        "what you agreed to, counted from the closing of the account"
    ),
    "accounts.EntryCode": _("one-time codes of the way in"),
    "accounts.RegionSession": _("that you are signed in at a practice"),
    "accounts.SignIn": _("who came in or tried to, from where"),
    "admin.LogEntry": _("what our staff did"),
    "sessions.Session": _("that you are signed in"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """How long one kind of record is kept, in words, and why."""

    what: str
    how_long: str
    why: str


def of_users() -> list[Period]:
    """Return the periods of all kinds of records about Users and visitors that end by themselves."""
    ending = [kind for kind in kinds() if kind.policy and kind.policy.lives]
    return [_period(kind) for kind in ending if kind.declared.subject in OURS]


def unlisted() -> list[str]:
    """Return the kinds that end by themselves and that the policy has no name for."""
    return [
        kind.label
        for kind in kinds()
        if kind.policy and kind.policy.lives and kind.policy.subject in OURS
        if kind.label not in NAMES
    ]


def of_clients() -> dict[str, int]:
    """Return the numbers of a closing account, as its pages, mails and jobs have them."""
    return {
        "read_only": closure.READ_ONLY_DAYS,
        "keys": closure.KEYRING_BACKUP_DAYS,
        "backups": closure.DATA_BACKUP_DAYS,
        "export": closure.EXPORT_LIFE_DAYS,
    }


def in_words(span: timedelta) -> str:
    """Return a length of time in words: hours below a day, years where they are whole."""
    if span < timedelta(days=1):
        hours = int(span.total_seconds() // 3600)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if span.days % 365 == 0:
        years = span.days // 365
        return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}
    return ngettext("%(n)s day", "%(n)s days", span.days) % {"n": span.days}


def _period(kind: Kind) -> Period:
    lives = kind.declared.lives
    assert lives is not None  # chosen by the caller
    what = NAMES.get(kind.label) or kind.model._meta.verbose_name_plural or ""
    return Period(str(capfirst(str(what))), in_words(lives.whole), str(REASONS[lives.because]))
