"""What a practice offers online: services, with whom and where (features D1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import Location, Practitioner
from bookings.models import Appointment, ExtraHours, Service, ServiceOffer, WeeklyHours
from bookings.openings.holds import digest_of
from bookings.public.visits import sealed
from privacy.vocabulary import clock

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


def online_services() -> list[Service]:
    """Return the services that somebody who can be booked online offers, in the practice's order."""
    offered = ServiceOffer.objects.filter(
        practitioner__is_online=True, practitioner__deactivated_at=None
    )
    return list(
        Service.objects.filter(
            is_online=True, archived_at=None, pk__in=offered.values("service_id")
        )
    )


def choose(service_id: UUID, *, at: str = "", who: str = "", visit: UUID | None = None) -> Choice:
    """Return what a visitor chose; what there is only one of counts as chosen. Raises `NotOffered`.

    Whoever leads a group's session comes with its time, so nobody is asked with whom.
    """
    service = _one(Service.objects.filter(is_online=True, archived_at=None), service_id)
    everyone = list(
        Practitioner.objects.filter(
            is_online=True, deactivated_at=None, offers__service_id=service.pk
        )
    )
    if not everyone:
        raise NotOffered
    places = _places([practitioner.pk for practitioner in everyone], service)
    locations = list(
        Location.objects.filter(is_online=True, archived_at=None, pk__in=places).order_by("pk")
    )
    location = _picked(locations, at)
    there = places[location.pk] if location else set()
    candidates = [each for each in everyone if each.pk in there] if location else everyone
    if service.capacity > 1:
        return Choice(service, locations, location, candidates, ANYONE, False, visit)
    chosen = _whom(candidates, who)
    return Choice(service, locations, location, candidates, chosen, len(everyone) > 1, visit)


def _places(practitioner_ids: list[UUID], service: Service) -> dict[UUID, set[UUID]]:
    """Return location → practitioners who keep hours there, weekly or extra; of a group: who lead sessions there."""
    where_who = ("location_id", "practitioner_id")
    pairs: Any
    if service.capacity > 1:
        sessions = Appointment.objects.filter(
            practitioner_id__in=practitioner_ids,
            service=service,
            state=Appointment.State.BOOKED,
            starts_at__gt=clock.now(),
        )
        pairs = sessions.order_by().values_list(*where_who).distinct()
    else:
        weekly = WeeklyHours.objects.filter(practitioner_id__in=practitioner_ids)
        extra = ExtraHours.objects.filter(practitioner_id__in=practitioner_ids)
        pairs = weekly.order_by().values_list(*where_who)
        pairs = pairs.union(extra.order_by().values_list(*where_who)).order_by()
    places: dict[UUID, set[UUID]] = {}
    for location, practitioner in pairs:
        places.setdefault(location, set()).add(practitioner)
    return places


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


def _one(rows: Any, pk: UUID) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotOffered
    return found
