"""What a practice offers: adding, changing, ordering and archiving services. Appointments keep what they were booked as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max

from accounts import audit
from accounts.models import Practitioner
from bookings.models import Service, ServiceOffer
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


class OwnTerms(NamedTuple):
    """A practitioner's own length and price of a service; None: the service's."""

    minutes: int | None
    price_minor: int | None


def add(
    *,
    by: Actor,
    values: dict[str, Any],
    practitioners: Iterable[Practitioner],
    own_terms: Mapping[UUID, OwnTerms] | None = None,
) -> Service:
    """Add a service at the end of the list, offered by these practitioners; return it. Raises ValidationError."""
    last = Service.objects.aggregate(last=Max("position"))["last"] or 0
    service = Service(**values, position=last + 1)
    service.full_clean()
    service.save(force_insert=True)
    _offer(service, practitioners)
    _agree(service, own_terms or {})
    audit.record("service.added", by=by, of=service)
    return service


def change(
    *,
    by: Actor,
    service: Service,
    values: dict[str, Any],
    practitioners: Iterable[Practitioner] | None = None,
    own_terms: Mapping[UUID, OwnTerms] | None = None,
) -> Service:
    """Change a service, who offers it (None: as before) and their own terms; return it. Raises ValidationError.

    Appointments that exist keep what they were booked with.
    """
    fields = sorted(name for name, value in values.items() if getattr(service, name) != value)
    for name in fields:
        setattr(service, name, values[name])
    service.full_clean()
    if fields:
        service.save(update_fields=fields)
    if practitioners is not None and _offer(service, practitioners):
        fields.append("practitioners")
    if own_terms is not None and _agree(service, own_terms):
        fields.append("own_terms")
    if fields:
        audit.record("service.changed", by=by, of=service, detail={"fields": fields})
    return service


def move(*, by: Actor, service: Service, up: bool) -> None:
    """Move a service one place up or down among those in use; at the edge it stays."""
    # Locked, so that two people who sort at once don't give one place to two services
    order = list(Service.objects.filter(archived_at=None).select_for_update())
    at = next((n for n, each in enumerate(order) if each.pk == service.pk), None)
    to = None if at is None else at - 1 if up else at + 1
    if at is None or to is None or not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, each in enumerate(order, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
    audit.record("service.moved", by=by, of=service)


def archive(*, by: Actor, service: Service) -> Service:
    """Take a service out of the choice for new bookings; archived twice is archived once."""
    if service.archived_at is None:
        service.archived_at = clock.now()
        service.save(update_fields=["archived_at"])
        audit.record("service.archived", by=by, of=service)
    return service


def restore(*, by: Actor, service: Service) -> Service:
    """Offer an archived service again, at the end of the list."""
    if service.archived_at is not None:
        last = Service.objects.aggregate(last=Max("position"))["last"] or 0
        service.archived_at, service.position = None, last + 1
        service.save(update_fields=["archived_at", "position"])
        audit.record("service.restored", by=by, of=service)
    return service


def _offer(service: Service, practitioners: Iterable[Practitioner]) -> bool:
    """Let exactly these practitioners offer a service; return whether that is a change.

    Practitioners who are deactivated keep their offer: it counts again when they come back.
    """
    wanted = {each.pk for each in practitioners}
    active = ServiceOffer.objects.filter(service=service, practitioner__deactivated_at=None)
    present = set(active.values_list("practitioner_id", flat=True))
    ServiceOffer.objects.filter(service=service, practitioner_id__in=present - wanted).delete()
    for pk in sorted(wanted - present):
        ServiceOffer.objects.get_or_create(service=service, practitioner_id=pk)
    return present != wanted


def _agree(service: Service, own_terms: Mapping[UUID, OwnTerms]) -> bool:
    """Keep practitioners' own length and price on their offers; return whether that is a change."""
    changed = False
    for offer in ServiceOffer.objects.filter(service=service, practitioner_id__in=own_terms):
        wanted = own_terms[offer.practitioner_id]
        if (offer.duration_minutes, offer.price_minor) != wanted:
            offer.duration_minutes, offer.price_minor = wanted
            offer.clean_fields(exclude=["service", "practitioner"])
            offer.save(update_fields=["duration_minutes", "price_minor"])
            changed = True
    return changed
