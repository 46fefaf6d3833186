"""Booking by staff: from free time in the diary, from a client's page, or from nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from accounts.templatetags.keepwell import clock as clock_words
from bookings import groups
from bookings.appointments.booking import SlotTaken
from bookings.appointments.conflicts import Conflict
from bookings.appointments.desk import book_at_desk, conflicts
from bookings.availability.schedule import Slot
from bookings.availability.wall_time import NonexistentTime
from bookings.diary.about import About
from bookings.diary.belonging import belongs
from bookings.diary.booking_forms import BookForm
from bookings.diary.moving_forms import WALL, with_start
from bookings.diary.views import series_plan
from bookings.diary.views.beside import nearest_words, taken_words, that_day_first
from bookings.diary.views.frame import Toast, diary_of, tell
from bookings.diary.views.who import about_picked, found_clients, uuid_in, who_context
from bookings.models import Appointment
from bookings.openings.taking import Taken
from bookings.openings.whereabouts import outside_words, place_on
from bookings.rooms import choosing

PAGE = "bookings/new.html"


@require(Permission.DIARY_EDIT)
@require_http_methods(["GET", "POST"])
def appointment_new(request: AccountRequest) -> HttpResponse:
    """Show the form for a new booking, look for clients while it is filled in, and book."""
    if request.method == "GET":
        form = BookForm()
        form.initial = _suggested(request.GET, form)
        return _page(request, form)
    posted = with_start(request.POST)
    form = BookForm(posted)
    if request.htmx and request.htmx.target == "about":
        return render(request, "bookings/about.html", {"about": _about(form)})
    if request.htmx:
        return render(request, f"{PAGE}#found", found_clients(request, posted))
    if "search" in posted:
        form = BookForm(initial=posted.dict())
        return _page(request, form, **found_clients(request, posted))
    if not form.is_valid() or "edit" in posted:
        return _page(request, form, status=422 if form.errors else 200)
    if form.repeat is not None:
        return series_plan.planned(request, form, form.repeat)
    return _book(request, form)


def _book(request: AccountRequest, form: BookForm) -> HttpResponse:
    values = form.cleaned_data
    wanted: dict[str, Any] = {
        name: values[name] for name in ("practitioner", "service", "location")
    }
    wanted["starts_local"] = form.starts_local
    asked = wanted | {"client": values["client"]}
    try:
        because = values["reason"] if values["overbook"] and _saw_all(form, asked) else ""
        booked = _booked_or_set(request, form, wanted, because)
    except SlotTaken as taken:
        return _conflict(request, form, conflicts(**asked), taken.nearest)
    except NonexistentTime as missing:
        form.add_error("time", str(missing.advice))
    except ValidationError as refusal:
        fields = getattr(refusal, "error_dict", {})
        if fields and set(fields) <= set(form.fields):
            form.add_error(None, refusal)
        else:
            form.add_error(None, refusal.messages)
    else:
        return _booked(request, form, booked)
    return _page(request, form, status=422)


def _booked_or_set(
    request: AccountRequest, form: BookForm, wanted: dict[str, Any], because: str
) -> Appointment:
    """Book for the client who is named; a group without one is only set."""
    if wanted["service"].capacity > 1 and not form.names_somebody:
        return groups.schedule(by=request.actor, overbook_because=because, **wanted)
    booked = book_at_desk(
        by=request.actor,
        client=form.cleaned_data["client"],
        new_client=form.new_client,
        overbook_because=because,
        tell=form.cleaned_data["tell"],
        **wanted,
    )
    belongs(request, form, booked.attendees.all())
    return booked


def _about(form: BookForm) -> About | None:
    """Return what should be known of the client who is picked, with the visits and the price that are being typed."""
    values = form.data if form.is_bound else form.initial
    service = form.services.get(str(values.get("service") or ""))
    count = str(values.get("count") or "")
    repeats = bool(values.get("repeats")) and count.isdecimal()
    return about_picked(
        values,
        on=_day(values.get("day")),
        visits=int(count) if repeats else 1,
        price_minor=service.price_minor if service else 0,
    )


def _day(typed: object) -> date | None:
    if isinstance(typed, date):
        return typed
    try:
        return date.fromisoformat(str(typed or ""))
    except ValueError:
        return None


def _booked(request: AccountRequest, form: BookForm, booked: Appointment) -> HttpResponse:
    at = clock_words(booked.starts_at, booked.location.time_zone)
    said = _("Booked for %(time)s") % {"time": at} + _room_words(request, booked)
    outside = outside_words(booked, form.locations.values())
    if outside:
        said = f"{said}. {outside}"
    tell(request, Toast(said, level="warning" if outside else "success"))
    return redirect(request.account.url("diary") + diary_of(booked).query())


def _room_words(request: AccountRequest, booked: Appointment) -> str:
    """Give a booking the room whose column was pressed, where that suits and is free; say so where it isn't."""
    wanted = uuid_in(request.POST.get("resource", ""))
    if wanted is None or booked.uses.filter(resource_id=wanted).exists():
        return ""
    try:
        choosing.change(by=request.actor, appointment=booked, resource=wanted)
    except Taken:
        rooms = ", ".join(choosing.names(booked))
        return " " + (_("in %(rooms)s.") % {"rooms": rooms} if rooms else _("without a room."))
    return ""


def _saw_all(form: BookForm, asked: dict[str, Any]) -> bool:
    """Whether every appointment in the way was shown before: only then is an overbooking a knowing one."""
    seen = set(form.cleaned_data["seen"].split())
    return {str(each.id) for each in conflicts(**asked)} <= seen


def _conflict(
    request: AccountRequest, form: BookForm, found: list[Conflict], nearest: list[Slot]
) -> HttpResponse:
    shown = QueryDict(mutable=True)
    shown.update(form.data)
    shown["seen"] = " ".join(str(each.id) for each in found)
    form.data = shown
    times = [
        {"value": f"{slot.local_start:{WALL}}", "label": nearest_words(slot, form.starts_local)}
        for slot in that_day_first(nearest, form.starts_local)
    ]
    form.fields["reason"].required = True  # from here on it is shown with the choice that needs it
    return _page(
        request,
        form,
        status=409,
        conflicts=found,
        nearest=times,
        taken=taken_words(nearest, form.starts_local, found),
    )


def _page(
    request: AccountRequest, form: BookForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "action": request.path,
        "services_url": "" if form.services else request.account.url("services"),
        **who_context(request, form),
        "about": _about(form),
        "back_url": request.account.url("diary"),
        "has_services": bool(form.services),
        "has_practitioners": bool(form.practitioners),
        "several_locations": len(form.locations) > 1,
        "resource": uuid_in(request.POST.get("resource", request.GET.get("resource", ""))),
        **more,
    }
    return render(request, PAGE, context, status=status)


def _suggested(query: QueryDict, form: BookForm) -> dict[str, Any]:
    """Return what the place that was clicked says: who, when, and the service closest to the length drawn."""
    starts = _start(query.get("starts", ""))
    practitioner = query.get("practitioner", "")
    location = query.get("location", "")
    if practitioner not in form.practitioners:
        practitioner = next(iter(form.practitioners), "")
    who = uuid_in(practitioner)
    offered = [pk for pk, each in form.services.items() if (each.pk, who) in form.offers]
    minutes = query.get("minutes", "")
    if minutes.isdecimal() and offered:
        wanted = int(minutes)
        offered.sort(key=lambda pk: abs(form.services[pk].duration_minutes - wanted))
    offered.sort(key=lambda pk: pk != query.get("service"))
    return {
        "practitioner": practitioner,
        "service": next(iter(offered), next(iter(form.services), "")),
        "location": location if location in form.locations else _place(form, practitioner, query),
        "day": starts.date() if starts else query.get("day", ""),
        "time": f"{starts:%H:%M}" if starts else "",
        "client": query.get("client", ""),
        **{name: query[name] for name in ("case", "recall") if name in query},
    }


def _place(form: BookForm, practitioner: str, query: QueryDict) -> str:
    """Return where somebody is at the time or on the day that was pressed, the first place where nobody can tell."""
    who, starts = form.practitioners.get(practitioner), _start(query.get("starts", ""))
    day = starts.date() if starts else _day(query.get("day", ""))
    if who is not None and day is not None and len(form.locations) > 1:
        at = starts.time() if starts else None
        found = place_on(who, form.locations.values(), day, at)
        if found is not None:
            return str(found.pk)
    return next(iter(form.locations), "")


def _start(text: str) -> datetime | None:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return None
    return start if start.tzinfo is None else None
