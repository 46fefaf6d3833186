"""What the diary's side panel tells of one appointment: who, the alerts first, facts, and what happened before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.permissions import Permission
from accounts.places import here
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import day, short_day, span_words, when
from bookings.availability.wall_time import local
from bookings.diary.panel_places import Place
from bookings.diary.panel_places import places as places_of
from bookings.diary.words import iso_day, with_way
from bookings.models import Appointment, Attendee, Move, Series
from bookings.rooms import choosing
from bookings.series.recurrence import Repeat
from bookings.series.recurrence import words as rule_words
from privacy.vocabulary import clock, scope

S = Attendee.State
MOVES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for an answer."""

    until: str
    accept_url: str
    decline_url: str


@dataclass(frozen=True, slots=True)
class Group:
    """How full a session is, and what can be done with it."""

    words: str
    is_full: bool
    join_url: str
    call_off_url: str


@dataclass(frozen=True, slots=True)
class Repeats:
    """Which occurrence of a series it is, and where the series is changed."""

    words: str
    change_url: str
    cancel_url: str


@dataclass(slots=True)
class Panel:
    """The whole panel."""

    appointment: Appointment
    over: str
    is_cancelled: bool
    can_edit: bool
    facts: list[tuple[str, Any]]
    places: list[Place]
    move_url: str
    url: str
    log: list[tuple[str, str, str]] = field(default_factory=list)
    asked: Asked | None = None
    group: Group | None = None
    repeats: Repeats | None = None


def panel(
    pk: UUID, *, account: AccountAnchor, permissions: frozenset[Permission], can_edit: bool
) -> Panel:
    """Return what to show of an appointment; raise `Appointment.DoesNotExist`.

    Alerts and comments are opened here, so looking at the panel stands in the audit as a reading of the record.
    """
    related = Appointment.objects.select_related("practitioner", "location", "series")
    appointment: Appointment = related.get(here(), pk=pk)
    zone = appointment.location.time_zone
    attendees = list(appointment.attendees.select_related("client", "case").order_by("id"))
    attendees.sort(key=lambda each: each.state == S.CANCELLED)
    is_cancelled = appointment.state == Appointment.State.CANCELLED
    editable = can_edit and not is_cancelled
    facts = _facts(appointment, zone, account if editable else None)
    if not attendees and appointment.capacity == 1 and scope.current().location is not None:
        facts.insert(0, (_("Who"), _("Another location’s client")))
    places = places_of(attendees, account, permissions, editable, zone)
    if can_edit and appointment.capacity == 1:
        # Who cancelled and calls back gets the same again
        for each, place in zip(attendees, places, strict=True):
            place.again_url = _again(each, account, zone) if place.is_cancelled else ""
    group = _group(appointment, places, account, editable)
    if places and group is None:
        places[0].facts = facts + places[0].facts
    return Panel(
        appointment=appointment,
        over=_over(appointment, zone),
        is_cancelled=is_cancelled,
        can_edit=editable,
        facts=facts,
        places=places,
        move_url=account.url("appointment_move", pk) if editable else "",
        url=account.url("appointment", pk),
        log=_moves(appointment, zone),
        asked=_asked(appointment, account, editable, zone),
        group=group,
        repeats=_repeats(appointment, account, editable),
    )


def _repeats(appointment: Appointment, account: AccountAnchor, can_edit: bool) -> Repeats | None:
    series: Series | None = appointment.series
    if series is None:
        return None
    occurrences = Appointment.objects.filter(series=series)
    before = occurrences.filter(starts_at__lte=appointment.starts_at).count()
    rule = Repeat(series.rule, series.every, series.first_date)
    said = _("%(number)d of %(all)d, %(rule)s") % {
        "number": before,
        "all": occurrences.count(),
        "rule": rule_words(rule),
    }
    return Repeats(
        words=said,
        change_url=account.url("series_change", appointment.pk) if can_edit else "",
        cancel_url=account.url("series_cancellation", appointment.pk) if can_edit else "",
    )


def _asked(
    appointment: Appointment, account: AccountAnchor, can_edit: bool, zone: str
) -> Asked | None:
    if appointment.answer_by is None or appointment.state != Appointment.State.REQUESTED:
        return None
    return Asked(
        until=when(appointment.answer_by, zone),
        accept_url=account.url("request_acceptance", appointment.pk) if can_edit else "",
        decline_url=account.url("request_refusal", appointment.pk) if can_edit else "",
    )


def _group(
    appointment: Appointment, places: list[Place], account: AccountAnchor, can_edit: bool
) -> Group | None:
    if appointment.capacity == 1:
        return None
    taken = sum(1 for each in places if not each.is_cancelled)
    is_full = taken >= appointment.capacity
    return Group(
        words=places_words(taken, appointment.capacity),
        is_full=is_full,
        join_url=account.url("session_place", appointment.pk) if can_edit and not is_full else "",
        call_off_url=account.url("session_cancellation", appointment.pk) if can_edit else "",
    )


def places_words(taken: int, capacity: int) -> str:
    """Return "4 of 8 places taken"."""
    return _("%(taken)d of %(places)d places taken") % {"taken": taken, "places": capacity}


def _over(appointment: Appointment, zone: str) -> str:
    times = (clock_words(at, zone) for at in (appointment.starts_at, appointment.ends_at))
    return f"{day(appointment.starts_at, zone)}, {span_words(*times)}"


def _facts(
    appointment: Appointment, zone: str, account: AccountAnchor | None
) -> list[tuple[str, Any]]:
    """Return what an appointment is, with ways to change it inside `account`; None: nothing can be changed."""
    words = {"service": appointment.service_name, "minutes": appointment.duration_minutes}
    service = _("%(service)s, %(minutes)d min") % words
    room_url = account.url("appointment_room", appointment.pk) if account else ""
    booked = {"day": short_day(appointment.created_at, zone)}
    by = {
        "staff": _("by the practice, %(day)s"),
        "import": _("in an earlier system, %(day)s"),
    }.get(appointment.provenance, _("by the client, online, %(day)s"))
    facts: list[tuple[str, Any]] = [
        (_("Service"), _with_length(appointment, service, account)),
        (_("With"), appointment.practitioner.name),
        (_("Where"), appointment.location.name),
        *_rooms(appointment, room_url),
        (_("Booked"), by % booked),
    ]
    if appointment.is_overbooked:
        facts.append((_("Overbooked"), _("on purpose, beside another appointment")))
    return facts


def _rooms(appointment: Appointment, change_url: str) -> list[tuple[str, Any]]:
    """Return what the appointment has, with the way to another one; nothing when it needs none."""
    names = ", ".join(choosing.names(appointment))
    if not names:
        return []
    if not change_url:
        return [(_("Room"), names)]
    return [(_("Room"), with_way(names, _("Change the room"), change_url))]


def _with_length(appointment: Appointment, service: str, account: AccountAnchor | None) -> str:
    """Return the service with the way to another length, which a drag of its edge is for those who can."""
    if account is None or appointment.state != Appointment.State.BOOKED:
        return service
    url = account.url("appointment_length", appointment.pk)
    return with_way(service, _("Change the length"), url)


def _again(attendee: Attendee, account: AccountAnchor, zone: str) -> str:
    """Return where the same is booked again: at the same time while that is to come."""
    appointment = attendee.appointment
    known = {
        "client": attendee.client_id,
        "practitioner": appointment.practitioner_id,
        "location": appointment.location_id,
        "service": appointment.service_id,
    }
    if appointment.starts_at > clock.now():
        known["starts"] = f"{local(appointment.starts_at, zone):%Y-%m-%dT%H:%M}"
    return account.url("appointment_new", **known)


def _moves(appointment: Appointment, zone: str) -> list[tuple[str, str, str]]:
    moves = Move.objects.filter(appointment=appointment).order_by("-id")[:MOVES_SHOWN]
    return [
        (
            short_day(each.moved_at, zone),
            iso_day(each.moved_at, zone),
            _("Moved from %(when)s") % {"when": when(each.from_starts_at, zone)},
        )
        for each in moves
    ]
