"""The people of an appointment as the side panel tells them: alerts first, what can be done, facts, earlier visits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.permissions import Permission
from accounts.templatetags.keepwell import day, short_day, when
from bookings.appointments.attendance import STEPS
from bookings.cases import showing
from bookings.cases.showing import Shown
from bookings.diary import beside
from bookings.diary.beside import Fact
from bookings.diary.words import iso_day, with_way
from bookings.models import Appointment, Attendee, Message
from clients import identity
from clients.alerts import standing_of, told
from clients.consents.standing import taken_back_by
from clients.models import Alert, Case, Client, Consent, Restriction
from clients.restrictions.standing import standing_of as restrictions_of
from clients.restrictions.standing import told as restriction_told

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
class Beside:
    """What stands beside the places, read for all of them at once: by client's person, by case, by place."""

    alerts: dict[UUID, list[Alert]]
    restrictions: dict[UUID, list[Restriction]]
    taken_back: dict[UUID, list[Consent]]
    cases: dict[UUID, Shown]
    with_open_case: set[UUID]
    reminders: dict[UUID, Message]
    past: dict[UUID, list[tuple[Any, ...]]]
    further: dict[UUID, list[Fact]]


def places(
    attendees: list[Attendee],
    account: AccountAnchor,
    permissions: frozenset[Permission],
    can_edit: bool,
    zone: str,
) -> list[Place]:
    """Return the places of one appointment, in a number of statements that does not grow with them."""
    if not attendees:
        return []
    known = _beside(attendees, beside.facts(attendees, account, permissions))
    return [_place(each, known, account, permissions, can_edit, zone) for each in attendees]


def _beside(attendees: list[Attendee], further: dict[UUID, list[Fact]]) -> Beside:
    clients = [each.client for each in attendees]
    theirs = identity.among(identity.records(client.person_id for client in clients))
    cases = [each.case for each in attendees if each.case is not None]
    open_cases = Case.objects.filter(theirs, closed_at=None)
    return Beside(
        alerts=standing_of(clients),
        restrictions=restrictions_of(clients),
        taken_back=taken_back_by(theirs),
        cases={each.case.pk: each for each in showing.of(cases)} if cases else {},
        with_open_case=set(open_cases.values_list(identity.person(), flat=True)),
        reminders=_reminders(attendees),
        past=_past(theirs, attendees[0].appointment),
        further=further,
    )


def _reminders(attendees: list[Attendee]) -> dict[UUID, Message]:
    """Return the last reminder of each place."""
    rows = (
        Message.objects.filter(
            attendee__in=[each.pk for each in attendees], category=Message.Category.REMINDER
        )
        .only("attendee_id", "via_id", "channel", "state", "sent_at", "send_at")
        .order_by("attendee_id", "-id")
        .distinct("attendee_id")
    )
    return {row.attendee_id: row for row in rows}


def _past(theirs: Q, appointment: Appointment) -> dict[UUID, list[tuple[Any, ...]]]:
    """Return each person's last visits before this one: when, what, what became of it."""
    nth = Window(
        RowNumber(),
        partition_by=identity.person(),
        order_by=F("appointment__starts_at").desc(),
    )
    rows = (
        Attendee.objects.filter(theirs, appointment__starts_at__lt=appointment.starts_at)
        .annotate(nth=nth, person=identity.person())
        .filter(nth__lte=PAST_SHOWN)
        .order_by("-appointment__starts_at")
        .values_list("person", "appointment__starts_at", "appointment__service_name", "state")
    )
    found: dict[UUID, list[tuple[Any, ...]]] = {}
    for person, *visit in rows:
        found.setdefault(person, []).append(tuple(visit))
    return found


def _place(
    attendee: Attendee,
    known: Beside,
    account: AccountAnchor,
    permissions: frozenset[Permission],
    can_edit: bool,
    zone: str,
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
        alerts=[
            *(restriction_told(each) for each in known.restrictions[client.pk]),
            *(told(each) for each in known.alerts[client.pk]),
            *(_taken_back(each, zone) for each in known.taken_back.get(client.person_id, [])),
        ],
        comment=attendee.comment,
        facts=[
            *_contact(client),
            *_case(attendee, known, account if open_here else None),
            *_wishes(client),
            *known.further.get(attendee.pk, []),
            *_reminder(known.reminders.get(attendee.pk), client, zone),
            *_ending(attendee, zone),
        ],
        log=_log(known.past.get(client.person_id, []), zone),
    )


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
    if client.archived_at:
        words.append(_("archived"))
    elif not client.is_confirmed:
        words.append(_("to confirm"))
    return " · ".join(words)


def _taken_back(consent: Consent, zone: str) -> tuple[str, str, str]:
    """Return what the client no longer agrees to, as alerts are shown."""
    told = {"purpose": consent.purpose.name, "day": day(consent.starts_at, zone)}
    return "warn", _("Consent"), _("%(purpose)s: taken back %(day)s") % told


def _contact(client: Client) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = []
    if client.phone:
        dial = "".join(sign for sign in client.phone if sign.isdigit() or sign == "+")
        facts.append((_("Phone"), format_html('<a href="tel:{}">{}</a>', dial, client.phone)))
    if client.email:
        facts.append((_("E-mail"), format_html('<a href="mailto:{0}">{0}</a>', client.email)))
    return facts


def _case(
    attendee: Attendee, known: Beside, account: AccountAnchor | None
) -> list[tuple[str, Any]]:
    """Return the case of a visit with how much of it is used, and the way to another; nothing for a client without any."""
    shown = known.cases.get(attendee.case_id) if attendee.case_id else None
    if shown is not None:
        cautions = "".join(f" · {each.text}" for each in shown.cautions)
        words = f"{shown.case.name} · {shown.words}{cautions}"
    elif account is not None and attendee.client.person_id in known.with_open_case:
        words = _("none")
    else:
        return []
    if account is None:
        return [(_("Case"), words)]
    way = with_way(words, _("Change the case"), account.url("visit_case", attendee.pk))
    return [(_("Case"), way)]


def _wishes(client: Client) -> list[tuple[str, Any]]:
    return [(_("For bookings"), client.booking_notes)] if client.booking_notes else []


def _reminder(message: Message | None, client: Client, zone: str) -> list[tuple[str, Any]]:
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


def _log(visits: list[tuple[Any, ...]], zone: str) -> list[tuple[str, str, str]]:
    """Return visits as day, ISO day and what became of them."""
    return [
        (short_day(at, zone), iso_day(at, zone), f"{service} · {S(state).label}")
        for at, service, state in visits
    ]
