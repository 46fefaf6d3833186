"""What a practice offers online: services, with whom and where (features D1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, QuerySet, When

from accounts.models import Location, Practitioner
from bookings.appointments.drafting import Agreed, agreed_in
from bookings.models import Appointment, ExtraHours, Service, ServiceOffer, WeeklyHours
from bookings.openings.holds import digest_of
from bookings.public.visits import sealed
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Given, Prepared

ANYONE = "any"


class NotOffered(LookupError):
    """The service, practitioner or place is not to be had online (or is another practice's)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a visitor has chosen so far: `location` and `practitioners` are None and empty while still to be chosen.

    `who` is a practitioner's id, `ANYONE`, or "" before the choice; a choice among one is already made.
    """

    service: Service
    locations: list[Location]
    location: Location | None
    candidates: list[Practitioner]
    who: str
    asks_who: bool
    visit: UUID | None = None
    terms: Mapping[UUID, Agreed] = field(default_factory=dict)  # of those who offer the service

    @property
    def is_group(self) -> bool:
        """Whether people take places in sessions whose times the practice set."""
        return self.service.capacity > 1

    @property
    def own_hold(self) -> bytes | None:
        """The digest of the time that this visitor may hold."""
        return digest_of(self.visit) if self.visit else None

    @property
    def practitioners(self) -> list[Practitioner]:
        """Those whose time may be booked: the chosen one, or everyone for "anyone"."""
        if self.who == ANYONE:
            return self.candidates
        return [each for each in self.candidates if str(each.pk) == self.who]

    @property
    def practitioner(self) -> Practitioner | None:
        """The chosen one; None for anyone and before the choice."""
        return self.practitioners[0] if self.who not in ("", ANYONE) else None

    @property
    def asks_where(self) -> bool:
        """Whether there is more than one place to choose from."""
        return len(self.locations) > 1

    @property
    def query(self) -> dict[str, str]:
        """The choice as it travels in addresses."""
        at = str(self.location.pk) if self.location else ""
        visit = sealed(self.visit) if self.visit else ""
        parts = (("at", at), ("who", self.who), ("visit", visit))
        return {name: value for name, value in parts if value}


def _places(rows: QuerySet[Any]) -> ArraySubquery:
    """Return the locations that rows name of the practitioner who offers something."""
    theirs = rows.filter(practitioner_id=OuterRef("practitioner_id")).order_by()
    return ArraySubquery(theirs.values("location_id").distinct())


def _offers() -> QuerySet[ServiceOffer]:
    """Return who offers a service online, and where: they keep hours there; of a group, they lead sessions there."""
    sessions = Appointment.objects.filter(
        service_id=Given("service"), state=Appointment.State.BOOKED, starts_at__gt=Given("now")
    )
    rows: QuerySet[ServiceOffer] = (
        ServiceOffer.objects.filter(
            service_id=Given("service"),
            service__is_online=True,
            service__archived_at=None,
            practitioner__is_online=True,
            practitioner__deactivated_at=None,
        )
        .select_related("service", "practitioner")
        .annotate(
            weekly=_places(WeeklyHours.objects.all()),
            extra=_places(ExtraHours.objects.all()),
            sessions=Case(When(service__capacity__gt=1, then=_places(sessions))),
        )
        .order_by("practitioner__position", "practitioner_id")
    )
    return rows


_OFFERS = Prepared[Any](_offers)
_LOCATIONS = Prepared[Location](
    lambda: Location.objects.filter(is_online=True, archived_at=None).order_by("pk")
)
_SERVICES = Prepared[Service](
    lambda: Service.objects.filter(
        Exists(
            ServiceOffer.objects.filter(
                service=OuterRef("pk"),
                practitioner__is_online=True,
                practitioner__deactivated_at=None,
            )
        ),
        is_online=True,
        archived_at=None,
    )
)


def online_services() -> list[Service]:
    """Return the services that somebody who can be booked online offers, in the practice's order."""
    return _SERVICES()


def online_locations() -> list[Location]:
    """Return the locations in use that can be booked online."""
    return _LOCATIONS()


def choose(service_id: UUID, *, at: str = "", who: str = "", visit: UUID | None = None) -> Choice:
    """Return what a visitor chose; what there is only one of counts as chosen. Raises `NotOffered`.

    Whoever leads a group's session comes with its time, so nobody is asked with whom.
    """
    offers = _OFFERS(service=service_id, now=clock.now())
    if not offers:
        raise NotOffered
    service: Service = offers[0].service
    is_group = service.capacity > 1
    places = {
        each.practitioner_id: each.sessions if is_group else (*each.weekly, *each.extra)
        for each in offers
    }
    everyone: list[Practitioner] = [each.practitioner for each in offers]
    known = {place for theirs in places.values() for place in theirs}
    locations = [each for each in online_locations() if each.pk in known]
    location = _picked(locations, at)
    candidates = [each for each in everyone if not location or location.pk in places[each.pk]]
    return Choice(
        service,
        locations,
        location,
        candidates,
        who=ANYONE if is_group else _whom(candidates, who),
        asks_who=not is_group and len(everyone) > 1,
        visit=visit,
        terms={each.practitioner_id: agreed_in(each, service) for each in offers},
    )


def _picked(locations: list[Location], at: str) -> Location | None:
    if not at:
        return locations[0] if len(locations) == 1 else None
    for location in locations:
        if str(location.pk) == at:
            return location
    raise NotOffered


def _whom(candidates: list[Practitioner], who: str) -> str:
    if not who:
        return str(candidates[0].pk) if len(candidates) == 1 else ""
    if who == ANYONE and candidates:
        return ANYONE
    if who not in {str(each.pk) for each in candidates}:
        raise NotOffered
    return who
