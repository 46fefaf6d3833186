"""The set-up: three short steps from a new account to a page that takes bookings; each works alone and can be resumed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import team
from accounts.country_defaults import currency_of, likely_zone, working_days
from accounts.models import Account, PrivacyNotice
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.views.settings import default_notice
from bookings.hours.week_words import week_words
from bookings.hours.weekly import HoursClash
from bookings.hours.weekly_forms import WeekForm, initial_of, stretches_for, typed, usual_week
from bookings.offering.forms import FirstServiceForm
from bookings.offering.forms import initial_of as initial_of_service
from bookings.offering.prices import price
from bookings.openings.finding import first_day_open
from bookings.public.offers import online_services
from bookings.setup import steps
from bookings.setup.forms import PlaceForm

editor = require(Permission.SETTINGS_EDIT)
both = require_http_methods(["GET", "POST"])
STEPS = 3
PLACE = ("name", "address", "phone", "time_zone")


@editor
@require_safe
def start(request: AccountRequest) -> HttpResponse:
    """Lead to the first step that is still open, or to the end."""
    return redirect(request.account.url(steps.progress(request.member).next_step))


@editor
@both
def place(request: AccountRequest) -> HttpResponse:
    """Step 1: where the practice works, and in which time zone."""
    so_far = steps.progress(request.member)
    found = so_far.location
    initial = {name: getattr(found, name) for name in PLACE} if found else _likely_place(request)
    form = PlaceForm(request.POST or None, account=request.account, this=found, initial=initial)
    if request.method == "POST" and form.is_valid():
        steps.place(by=request.actor, location=found, values=form.cleaned_data)
        return _onward(request, "setup_hours")
    return _page(request, "setup/place.html", 1, form=form)


@editor
@both
def hours(request: AccountRequest) -> HttpResponse:
    """Step 2: when the first practitioner, the Owner where they see clients, can be booked."""
    so_far = steps.progress(request.member)
    if so_far.location is None:
        return redirect(request.account.url("setup_place"))
    if so_far.practitioner is None:
        return _page(request, "setup/nobody.html", 2)
    week = so_far.week or usual_week(working_days(request.account.country))
    size = stretches_for(week)
    posted = request.POST if request.method == "POST" else None
    form = WeekForm(posted, initial=initial_of(week), stretches=size)
    if "copy" in request.POST:
        form = WeekForm(initial=typed(form), stretches=size)
    elif request.method == "POST" and form.is_valid() and _keeps_hours(request, so_far, form):
        return _onward(request, "setup_service")
    return _page(
        request,
        "setup/hours.html",
        2,
        form=form,
        practitioner=so_far.practitioner,
        location=so_far.location,
        copy_day=request.POST.get("copy_day", "1"),
    )


def _keeps_hours(request: AccountRequest, so_far: steps.Progress, form: WeekForm) -> bool:
    if not form.week:
        form.add_error(None, _("Fill in at least one day, or finish this step later."))
        return False
    try:
        steps.keep_hours(by=request.actor, progress=so_far, week=form.week)
    except HoursClash:
        form.add_error(
            None, _("This overlaps hours kept for other dates. Change those under Settings, Hours.")
        )
        return False
    return True


@editor
@require_POST
def practise(request: AccountRequest) -> HttpResponse:
    """Let the Owner, who said at sign-up that they don't see clients, be booked after all."""
    team.let_practise(by=request.actor, member=request.member)
    return redirect(request.account.url("setup_hours"))


@editor
@both
def service(request: AccountRequest) -> HttpResponse:
    """Step 3: the first thing that clients can book."""
    so_far = steps.progress(request.member)
    found = so_far.service
    initial = initial_of_service(found) if found else {"duration_minutes": 45, "is_online": True}
    currency = found.currency if found else currency_of(request.account.country)
    form = FirstServiceForm(request.POST or None, initial=initial, currency=currency, this=found)
    if request.method == "POST" and form.is_valid():
        steps.first_service(by=request.actor, progress=so_far, values=form.values)
        return _onward(request, "setup_done")
    return _page(request, "setup/service.html", 3, form=form)


@editor
@require_safe
def done(request: AccountRequest) -> HttpResponse:
    """Show the booking page's address and what can come next; an open step comes first."""
    so_far = steps.progress(request.member)
    if so_far.location is None or so_far.service is None or so_far.practitioner is None:
        return redirect(request.account.url(so_far.next_step))
    bookable = [each for each in online_services() if each.pk == so_far.service.pk]
    first = bookable and first_day_open(
        service=so_far.service, practitioners=[so_far.practitioner], location=so_far.location
    )
    context = {
        "practice_address": request.build_absolute_uri(request.account.url("book")),
        "so_far": so_far,
        "first_day": first or None,
        "is_bookable": bool(first),
        "week": week_words(so_far.week),
        "price": price(so_far.service.price_minor, so_far.service.currency),
        "notice": PrivacyNotice.objects.defer("text").first(),
    }
    return render(request, "setup/done.html", context)


def _onward(request: AccountRequest, step: str) -> HttpResponse:
    """Go to the next step; a practice that has become complete is made ready on the way."""
    so_far = steps.progress(request.member)
    if so_far.is_complete:
        steps.finish(by=request.actor, notice=default_notice(request))
    if step == "setup_done" and not so_far.is_complete:
        messages.info(request, _("Saved. One step is still open."))
        step = so_far.next_step
    return redirect(request.account.url(step))


def _likely_place(request: AccountRequest) -> dict[str, Any]:
    """Return what the first place is most likely called and where it is, from the sign-up."""
    entry = Account.objects.only("subdivision").get(pk=request.account.pk)
    zone = likely_zone(request.account.country, entry.subdivision)
    return {"name": request.account.name[:80], "time_zone": zone}


def _page(request: AccountRequest, template: str, step: int, **context: Any) -> HttpResponse:
    return render(request, template, {"step": step, "steps": STEPS, **context})
