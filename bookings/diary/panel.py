"""What the diary's side panel tells of one appointment: who, the alerts first, facts, and what happened before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.permissions import Permission
from accounts.places import here
from accounts.templatetags.keepwell import clock as clock_words
from accounts.templatetags.keepwell import day, short_day, span_words, when
from bookings.appointments.attendance import STEPS
from bookings.availability.wall_time import local
from bookings.cases import keeping, showing
from bookings.diary import beside
from bookings.models import Appointment, Attendee, Message, Move, Series
from bookings.rooms import choosing
from bookings.series.recurrence import Repeat
from bookings.series.recurrence import words as rule_words
from clients.consents.standing import taken_back
from clients.alerts import standing, told
from clients.identity import of
from clients.models import Case, Client
from privacy.vocabulary import clock, scope

S = Attendee.State
PAST_SHOWN = 4
STEP_ICONS = {S.ARRIVED: "door", S.IN_SESSION: "play", S.SEEN: "check"}


@dataclass(slots=True)
class Step:
    """One tap of attendance."""

    label: str
    icon: str
    url: str
    is_on: bool
    key: str


@dataclass(slots=True)
class Place:
    """One client's place in the appointment."""

    id: UUID
    name: str
    under: str
    client_url: str
    state: str
    is_cancelled: bool
    steps: list[Step]
    no_show: Step
    cancel_url: str
    note_url: str
    alerts: list[tuple[str, str, str]]
    comment: str
    facts: list[tuple[str, Any]]
    log: list[tuple[str, str, str]]
    again_url: str = ""


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
    known = beside.facts(attendees, account, permissions)
    places = [
        _place(each, account, permissions, editable, zone, known.get(each.pk, []))
        for each in attendees
    ]
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
    online = appointment.provenance != "staff"
    facts: list[tuple[str, Any]] = [
        (_("Service"), _with_length(appointment, service, account)),
        (_("With"), appointment.practitioner.name),
        (_("Where"), appointment.location.name),
        *_rooms(appointment, room_url),
        (
            _("Booked"),
            (_("by the client, online, %(day)s") if online else _("by the practice, %(day)s"))
            % booked,
        ),
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
    return [(_("Room"), _with_way(names, _("Change the room"), change_url))]


def _with_length(appointment: Appointment, service: str, account: AccountAnchor | None) -> str:
    """Return the service with the way to another length, which a drag of its edge is for those who can."""
    if account is None or appointment.state != Appointment.State.BOOKED:
        return service
    url = account.url("appointment_length", appointment.pk)
    return _with_way(service, _("Change the length"), url)


def _with_way(words: str, way: str, url: str) -> str:
    """Return words with a short link behind them, whose whole meaning is `way`."""
    link = '{} · <a href="{url}" hx-get="{url}" hx-target="#panel" aria-label="{}">{}</a>'
    return format_html(link, words, way, _("Change"), url=url)


def _place(
    attendee: Attendee,
    account: AccountAnchor,
    permissions: frozenset[Permission],
    can_edit: bool,
    zone: str,
    known: list[beside.Fact],
) -> Place:
    client: Client = attendee.client
    cancelled = attendee.state == S.CANCELLED
    open_here = can_edit and not cancelled
    # Nobody comes to what is not agreed yet
    attended = open_here and attendee.appointment.state == Appointment.State.BOOKED
    writes = Permission.CLINICAL_WRITE in permissions and account.is_active and not cancelled
    note = account.url("note_new", client.pk, appointment=attendee.appointment_id)
    return Place(
        id=attendee.pk,
        name=client.full_name,
        under=_under(client),
        client_url=account.url("client", client.pk),
        state=str(S(attendee.state).label),
        is_cancelled=cancelled,
        steps=[_step(attendee, state, account) for state in STEPS] if attended else [],
        no_show=_step(attendee, S.NO_SHOW, account),
        cancel_url=account.url("cancellation", attendee.pk) if open_here else "",
        note_url=note if writes else "",
        alerts=_alerts(client) + _taken_back(client, zone),
        comment=attendee.comment,
        facts=[
            *_contact(client),
            *_case(attendee, account if open_here else None),
            *_wishes(client),
            *known,
            *_reminder(attendee, zone),
            *_ending(attendee, zone),
        ],
        log=_past(attendee, zone),
    )


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


def _step(attendee: Attendee, state: S, account: AccountAnchor) -> Step:
    return Step(
        label=str(state.label),
        icon=STEP_ICONS.get(state, ""),
        url=account.url("attendance", attendee.pk, str(state)),
        is_on=attendee.state == state,
        key=f"{state}-{attendee.pk}",
    )


def _under(client: Client) -> str:
    """Return what tells this person from others: birth year, pronouns, since when they come."""
    words = [str(client.birth_date.year)] if client.birth_date else []
    words += [client.pronouns] if client.pronouns else []
    words.append(_("client since %(year)d") % {"year": client.created_at.year})
    if not client.is_confirmed:
        words.append(_("to confirm"))
    return " · ".join(words)


def _alerts(client: Client) -> list[tuple[str, str, str]]:
    """Return the alerts as tone, title and text, the gravest first."""
    return [told(each) for each in standing(client)]


def _taken_back(client: Client, zone: str) -> list[tuple[str, str, str]]:
    """Return what the client no longer agrees to, as alerts are shown."""
    return [
        (
            "warn",
            _("Consent"),
            _("%(purpose)s: taken back %(day)s")
            % {"purpose": each.purpose.name, "day": day(each.starts_at, zone)},
        )
        for each in taken_back(client)
    ]


def _contact(client: Client) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = []
    if client.phone:
        dial = "".join(sign for sign in client.phone if sign.isdigit() or sign == "+")
        facts.append((_("Phone"), format_html('<a href="tel:{}">{}</a>', dial, client.phone)))
    if client.email:
        facts.append((_("E-mail"), format_html('<a href="mailto:{0}">{0}</a>', client.email)))
    return facts


def _case(attendee: Attendee, account: AccountAnchor | None) -> list[tuple[str, Any]]:
    """Return the case of a visit with how much of it is used, and the way to another; nothing for a client without any."""
    case: Case | None = attendee.case
    if case is None:
        cases = keeping.of_client(attendee.client, is_open=True)
        if not cases or account is None:
            return []
        words: str = _("none")
    else:
        (shown,) = showing.of([case])
        cautions = "".join(f" · {each.text}" for each in shown.cautions)
        words = f"{case.name} · {shown.words}{cautions}"
    if account is None:
        return [(_("Case"), words)]
    way = _with_way(words, _("Change the case"), account.url("visit_case", attendee.pk))
    return [(_("Case"), way)]


def _wishes(client: Client) -> list[tuple[str, Any]]:
    return [(_("For bookings"), client.booking_notes)] if client.booking_notes else []


def _reminder(attendee: Attendee, zone: str) -> list[tuple[str, Any]]:
    client: Client = attendee.client
    reminders = attendee.messages.filter(category=Message.Category.REMINDER)
    message: Message | None = reminders.order_by("-id").first()
    if message is None:
        return []
    words = {
        "channel": Message.Channel(message.channel).label,
        "when": when(message.sent_at or message.send_at, zone),
    }
    said = {
        Message.State.SENDING: _("%(channel)s, is being sent"),
        Message.State.SENT: _("%(channel)s, sent %(when)s"),
        Message.State.DELIVERED: _("%(channel)s, delivered, sent %(when)s"),
        Message.State.QUEUED: _("%(channel)s, goes out %(when)s"),
        Message.State.FAILED: _("%(channel)s could not be delivered"),
        Message.State.SUPPRESSED: _("not sent"),
    }
    known = client.email if message.channel == Message.Channel.EMAIL else client.phone
    if message.state == Message.State.QUEUED and message.via_id is None and not known:
        return [(_("Reminder"), _("%(channel)s, but no address is known") % words)]
    return [(_("Reminder"), said[Message.State(message.state)] % words)]


def _ending(attendee: Attendee, zone: str) -> list[tuple[str, Any]]:
    if attendee.state != S.CANCELLED:
        return []
    words = {
        "reason": Attendee.Reason(attendee.cancel_reason or Attendee.Reason.OTHER).label,
        "side": Attendee.Side(attendee.cancelled_by or Attendee.Side.PRACTICE).label,
        "when": when(attendee.state_at, zone),
    }
    ended: list[tuple[str, Any]] = [
        (_("Cancelled"), _("%(reason)s, by %(side)s, %(when)s") % words)
    ]
    if attendee.is_late:
        ended.append((_("Notice"), _("late: within the time agreed at booking")))
    if attendee.cancel_note:
        ended.append((_("Note"), attendee.cancel_note))
    return ended


def _past(attendee: Attendee, zone: str) -> list[tuple[str, str, str]]:
    """Return the client's last visits before this one: day, ISO day, what became of it."""
    rows = (
        Attendee.objects.filter(
            of(attendee.client),
            appointment__starts_at__lt=attendee.appointment.starts_at,
        )
        .order_by("-appointment__starts_at")
        .values_list("appointment__starts_at", "appointment__service_name", "state")[:PAST_SHOWN]
    )
    return [
        (short_day(at, zone), _iso(at, zone), f"{service} · {S(state).label}")
        for at, service, state in rows
    ]


def _moves(appointment: Appointment, zone: str) -> list[tuple[str, str, str]]:
    moves = Move.objects.filter(appointment=appointment).order_by("-id")[:PAST_SHOWN]
    return [
        (
            short_day(each.moved_at, zone),
            _iso(each.moved_at, zone),
            _("Moved from %(when)s") % {"when": when(each.from_starts_at, zone)},
        )
        for each in moves
    ]


def _iso(at: datetime, zone: str) -> str:
    return local(at, zone).date().isoformat()
