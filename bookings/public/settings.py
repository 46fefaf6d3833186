"""The settings of the booking page and of its policy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import practice_settings
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.models import BookingPage, BookingPolicy
from bookings.public import choices

PLAIN = ("mode", "intro", "shows_prices", "asks_phone", "has_waiting_list")


class PageForm(forms.Form):
    """How the booking page behaves."""

    mode = forms.ChoiceField(
        label=gettext_lazy("What people can do there"),
        choices=BookingPage.Mode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what people can do there.")},
    )
    intro = forms.CharField(
        label=gettext_lazy("Introduction"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands above the list of services."),
    )
    shows_prices = forms.BooleanField(label=gettext_lazy("Show prices"), required=False)
    asks_phone = forms.BooleanField(
        label=gettext_lazy("A phone number is needed to book"), required=False
    )
    has_waiting_list = forms.BooleanField(
        label=gettext_lazy("People can join the waiting list"), required=False
    )
    sites = forms.CharField(
        label=gettext_lazy("Your own sites that show it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line, such as https://www.example.com. No other site can put the page in a frame."
        ),
    )

    def clean_sites(self) -> list[str]:
        """Return the origins."""
        return choices.origins_of(str(self.cleaned_data["sites"]))

    @property
    def values(self) -> dict[str, Any]:
        """What a valid form says, by the names of the model."""
        told = self.cleaned_data
        return {**{name: told[name] for name in PLAIN}, "frame_sites": told["sites"]}


class PolicyForm(forms.Form):
    """The booking policy's text."""

    text = forms.CharField(
        label=gettext_lazy("Text of the policy"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "How late people may cancel, what a missed visit costs. Leave it empty to have none."
        ),
    )


@require(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "POST"])
def booking_page(request: AccountRequest) -> HttpResponse:
    """Say how the booking page behaves; give the line that embeds it."""
    page = choices.chosen()
    initial = {name: getattr(page, name) for name in PLAIN}
    initial["sites"] = "\n".join(page.frame_sites)
    form = PageForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            choices.choose(by=request.actor, values=form.values)
            messages.success(request, _("Saved."))
            return redirect(request.account.url("booking_page"))
        status = 422
    here = request.account.url
    context = {
        "form": form,
        "address": request.build_absolute_uri(here("book")),
        "sites": page.frame_sites,
        "policy": choices.current_policy(),
        "zone": practice_settings.zone(),
    }
    return render(request, "booking/settings.html", context, status=status)


@require(Permission.SETTINGS_EDIT)
@require_http_methods(["GET", "POST"])
def booking_policy(request: AccountRequest) -> HttpResponse:
    """Write the booking policy; publishing makes a new version, the ones before stay on record."""
    last = choices.current_policy()
    form = PolicyForm(request.POST or None, initial={"text": last.text if last else ""})
    if request.method == "POST" and form.is_valid():
        choices.publish_policy(by=request.actor, text=form.cleaned_data["text"])
        messages.success(request, _("Published. Bookings from now on ask for this version."))
        return redirect(request.account.url("booking_policy"))
    context = {
        "form": form,
        "last": last,
        "versions": list(BookingPolicy.objects.defer("text")[:20]),
        "zone": practice_settings.zone(),
    }
    return render(request, "booking/settings_policy.html", context)
