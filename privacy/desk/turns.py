"""What staff do at each turn of a request: the form that is asked for, and the verb that it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy.cases import DeskCase
from privacy.desk import granting, keeping
from privacy.desk.forms import (
    AuthorityForm,
    GrantForm,
    MoreTimeForm,
    ProofForm,
    RefusalForm,
    SortingForm,
    StatementForm,
    WaitForm,
)
from privacy.vocabulary.scope import Actor

Do = Callable[[Actor, DeskCase, Any], object]


@dataclass(frozen=True, slots=True)
class Turn:
    """A form, what it does, and what is said when it was done."""

    form: type[forms.Form]
    do: Do
    done: str | Promise


def _prove(by: Actor, case: DeskCase, form: Any) -> object:
    how = form.cleaned_data["how"]
    return keeping.prove(by=by, case=case, how=how, document=form.document)


def _grant(by: Actor, case: DeskCase, form: Any) -> object:
    return granting.grant(by=by, case=case, what=granting.Grant(**form.cleaned_data))


def _refuse(by: Actor, case: DeskCase, form: Any) -> object:
    return keeping.end(by=by, case=case, state=DeskCase.State.REFUSED, **form.cleaned_data)


TURNS: dict[str, Turn] = {
    "sorting": Turn(
        SortingForm,
        lambda by, case, form: keeping.sort(by=by, case=case, **form.cleaned_data),
        _("Sorted"),
    ),
    "proof": Turn(ProofForm, _prove, _("Noted")),
    "authority": Turn(
        AuthorityForm,
        lambda by, case, form: keeping.authorise(by=by, case=case, **form.cleaned_data),
        _("Noted"),
    ),
    "wait": Turn(
        WaitForm,
        lambda by, case, form: keeping.wait(by=by, case=case, **form.cleaned_data),
        _("It waits for them now"),
    ),
    "arrival": Turn(
        WaitForm,
        lambda by, case, form: keeping.go_on(by=by, case=case, **form.cleaned_data),
        _("It goes on"),
    ),
    "time": Turn(
        MoreTimeForm,
        lambda by, case, form: keeping.extend(by=by, case=case, **form.cleaned_data),
        _("More time taken. Tell them today, with the reason."),
    ),
    "grant": Turn(GrantForm, _grant, _("Granted")),
    "refusal": Turn(RefusalForm, _refuse, _("Refused. Tell them, with the reason.")),
    "statement": Turn(
        StatementForm,
        lambda by, case, form: keeping.state(by=by, case=case, **form.cleaned_data),
        _("Noted. It stands on their page from now on."),
    ),
    "withdrawal": Turn(
        forms.Form,
        lambda by, case, _form: keeping.end(by=by, case=case, state=DeskCase.State.WITHDRAWN),
        _("Taken back"),
    ),
}
