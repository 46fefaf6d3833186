"""The ways in which data of Users and visitors comes in, each with the forms that it stands for (P7, VI-6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BaseForm
from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

# Apps whose forms ask people about themselves; those of the others ask about Clients
ASKING = ("accounts", "privacy")


@dataclass(frozen=True, slots=True)
class Way:
    """One way in words, what happens without it, and the forms that ask: `module.Form`, or `module.*` for all of one."""

    words: Words
    without: Words
    forms: tuple[str, ...] = ()


WAYS: tuple[Way, ...] = (
    Way(
        _("You open an account: your name, your practice’s name and country"),
        _("Without the country we can’t tell which region is yours."),
        ("accounts.forms.PracticeForm", "accounts.forms.AcceptForm"),
    ),
    Way(
        _("You sign in: your e-mail address, a password or passkey, a second factor"),
        _("Without an address we can’t tell you apart or write to you."),
        ("accounts.sign_in_forms.*",),
    ),
    Way(
        _("A practice invites you, or writes down who works there"),
        _("Without a name your colleagues can’t see whose work is whose."),
        (
            "accounts.forms.InvitationForm",
            "accounts.forms.MemberForm",
            "accounts.forms.OwnNameForm",
            "accounts.forms.PractitionerForm",
            "accounts.forms.RightsForm",
        ),
    ),
    Way(
        _("You set your practice up: places, notices, rules, its end"),
        _("What you leave empty is not shown or not done."),
        (
            "accounts.forms.LocationForm",
            "accounts.forms.NoticeForm",
            "accounts.forms.PracticeNameForm",
            "accounts.forms.SecurityForm",
            "privacy.forms.*",
        ),
    ),
    Way(
        _("You ask a practice something about your data, or somebody notes that you did"),
        _("Without a way to reach you nobody can answer."),
        ("privacy.desk.forms.*", "privacy.desk.intake.*"),
    ),
    Way(
        _("You come in: when, from which address on the network, with which kind of browser"),
        _("Without it nobody could see that somebody else came in as you."),
    ),
)


def names() -> set[str]:
    """Return the forms that ask people about themselves, `module.Form`, as far as their modules are loaded."""
    return {
        f"{form.__module__}.{form.__name__}"
        for form in _below(BaseForm)
        if form.__module__.split(".")[0] in ASKING and "templatetags" not in form.__module__
    }


def unlisted() -> list[str]:
    """Return the forms that no way stands for."""
    known = {form for way in WAYS for form in way.forms}
    return sorted(
        name
        for name in names()
        if name not in known and f"{name.rpartition('.')[0]}.*" not in known
    )


def _below(kind: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)
