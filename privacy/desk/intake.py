"""The practice's own page for requests: anybody writes, nobody is looked up, so the answer tells nothing (P6, P21)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.messaging.links import BadLink, open_id, sealed_id
from bookings.public.forms import VisitorForm
from bookings.public.pages import current_notice, page, phones, url
from bookings.public.restraint import is_too_often
from privacy.cases import DeskCase
from privacy.desk import taking

PURPOSE = "privacy.request"
RIGHTS = (
    (DeskCase.Right.ACCESS, _("See what is kept about me")),
    (DeskCase.Right.PORTABILITY, _("Take my data elsewhere")),
    (DeskCase.Right.RECTIFICATION, _("Correct something")),
    (DeskCase.Right.ERASURE, _("Erase my data")),
    (DeskCase.Right.RESTRICTION, _("Only store my data for now")),
    (DeskCase.Right.OBJECTION, _("Object to a use of my data")),
    (DeskCase.Right.WITHDRAWAL, _("Take back a consent")),
    (DeskCase.Right.AUTOMATED, _("Know of decisions made by software")),
    (DeskCase.Right.COMPLAINT, _("Complain")),
)
ASKERS = (
    (DeskCase.Asker.SELF, _("For myself")),
    (DeskCase.Asker.GUARDIAN, _("For my child, or somebody I care for")),
    (DeskCase.Asker.AGENT, _("For somebody who authorised me")),
)


class RequestForm(VisitorForm):
    """What somebody asks about their data."""

    right = forms.ChoiceField(
        label=_("What would you like?"),
        choices=RIGHTS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you would like.")},
    )
    asker = forms.ChoiceField(
        label=_("For whom do you ask?"),
        choices=ASKERS,
        initial=DeskCase.Asker.SELF,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose for whom you ask.")},
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("Enter your name: without it nobody can tell whose data you mean.")
        },
    )
    contact = forms.CharField(
        label=_("Your e-mail address or phone number"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Enter how the practice can answer you.")},
    )
    about = forms.CharField(
        label=_("The name of the person you ask for"),
        max_length=160,
        required=False,
        help_text=_("Only if you ask for somebody else."),
    )
    born = forms.DateField(
        label=_("Birth date of the person"),
        required=False,
        widget=forms.DateInput({"type": "date", "autocomplete": "bday"}, "%Y-%m-%d"),
        help_text=_("It helps to find the right record among people of one name."),
    )
    words = forms.CharField(
        label=_("In your words"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("For example, what should be corrected, or which data you mean."),
    )

    def clean_phone(self) -> str:
        """Return nothing: this form asks for one way to answer, of whatever kind."""
        return ""

    def values(self) -> dict[str, Any]:
        """Return what `taking.take` takes."""
        kept = ("right", "asker", "name", "contact", "about", "words")
        born = self.cleaned_data["born"]
        return {name: self.cleaned_data[name] for name in kept} | {
            "born": born.isoformat() if born else ""
        }


@public
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_request(request: AccountRequest) -> HttpResponse:
    """Take what somebody asks about their data; sent twice it is one request."""
    form = RequestForm(
        request.POST or None,
        country=request.account.country,
        initial={"key": sealed_id(PURPOSE, UUID(str(uuid7())))},
    )
    status = 200
    if form.is_bound:
        if form.is_valid() and not is_too_often(request, form.cleaned_data["contact"]):
            case = taking.take(
                by=request.actor,
                way=DeskCase.Way.PAGE,
                pk=_key(form.cleaned_data["key"]),
                **form.values(),
            )
            return page(request, "request_sent", case=case, book_url=url(request, "book"))
        status = 422 if form.errors else 429
    return page(
        request,
        "request",
        form=form,
        notice=current_notice(),
        too_often=status == 429,
        phones=phones(),
        status=status,
    )


def _key(text: str) -> UUID | None:
    """Return the id that this copy of the form was given, None where it has none."""
    try:
        return open_id(PURPOSE, text)
    except BadLink:
        return None
