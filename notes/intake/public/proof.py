"""Going on with a form on another device: a birth date or a code shows whose it is; every wrong answer is counted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.public.pages import page, phones
from bookings.public.restraint import proves_too_often
from notes.intake import links, proving
from notes.intake.public.doors import by_link, is_over, remember, secret_of, see, start
from notes.models import Form


class BornField(forms.DateField):
    """A birth date that may be left out, though the page doesn't call it optional: a code can stand for it."""

    def clean(self, value: Any) -> Any:
        """Return the date, None for none."""
        return super().clean(value) if value else None


class CodeField(forms.CharField):
    """A code that may be left out in the same way."""

    def clean(self, value: Any) -> Any:
        """Return the code, "" for none."""
        return super().clean(value) if value else ""


class ProofForm(forms.Form):
    """A birth date, or a code that was sent: one of them."""

    use_required_attribute = False
    born = BornField(
        label=gettext_lazy("Your birth date"),
        error_messages={"required": gettext_lazy("Enter your birth date, or the code.")},
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )
    code = CodeField(
        label=gettext_lazy("The code we sent"),
        error_messages={"required": gettext_lazy("Enter your birth date, or the code.")},
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        told = self.cleaned_data
        if not self.errors and not told.get("born") and not told.get("code"):
            raise forms.ValidationError(_("Enter your birth date, or the code."))
        return told


@public
@require_POST
@by_link
def form_proof(request: AccountRequest, form: Form) -> HttpResponse:
    """Let a device go on that shows whose the form is."""
    if not _asks_for_proof(request, form):
        return see(start(request, form))
    proof = ProofForm(request.POST)
    if not proof.is_valid():
        return ask_proof(request, form, proof, status=422)
    if proves_too_often(request):
        return _wait(request, form)
    told = proof.cleaned_data
    try:
        secret = proving.prove(form, born=told["born"], code=told["code"])
    except proving.Locked:
        return _wait(request, form)
    if secret is None:
        proof.add_error(None, _("That does not match. Check it, or ask for a new code."))
        return ask_proof(request, form, proof, status=422)
    return remember(see(start(request, form)), form, secret)


@public
@require_POST
@by_link
def form_code(request: AccountRequest, form: Form) -> HttpResponse:
    """Send a code to where the practice usually writes; the answer is the same whatever is on record."""
    if _asks_for_proof(request, form) and not proves_too_often(request):
        proving.send_code(form)
    return see(request.account.url("form_link", links.token_of(form), code=1))


def ask_proof(
    request: AccountRequest, form: Form, proof: ProofForm, *, status: int = 200
) -> HttpResponse:
    """Ask whose the form is, without saying anything about them."""
    token = links.token_of(form)
    return page(
        request,
        "forms/proof",
        form=proof,
        code_sent="code" in request.GET or bool(request.POST.get("code")),
        proof_url=request.account.url("form_proof", token),
        code_url=request.account.url("form_code", token),
        phones=phones(),
        status=status,
    )


def _wait(request: AccountRequest, form: Form) -> HttpResponse:
    proof = ProofForm(request.POST)
    proof.add_error(None, _("Too many tries. Wait an hour, or call us."))
    return ask_proof(request, form, proof, status=429)


def _asks_for_proof(request: AccountRequest, form: Form) -> bool:
    return not is_over(form) and proving.needs_proof(form, secret_of(request, form))
