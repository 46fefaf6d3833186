"""The register of who else handles data: each company or server, what it is used for, and the hosts it answers at (TP-1).

`settings.PROCESSORS` holds it per region, and under `control` for what belongs to no region. Nothing else is called, and
nobody before the day that was announced to the Owners.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date

from django.conf import settings

from privacy.vocabulary import clock

# Owners know of somebody new for so long before their first piece of data goes there
NOTICE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed with a company: what it receives and may do, since when, and from when to when it is used.

    `country` as ISO 3166-1; `basis`: why data may go there, such as `inside` or `adequacy`; `keeps`: for how long, in
    words. Without `ends_on` it has no end yet.
    """

    company: str
    country: str
    receives: tuple[str, ...]
    basis: str
    agreed_on: date
    keeps: str
    contact: str
    announced_on: date
    begins_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Processor:
    """Somebody whom this installation calls, for what, and where.

    `is_inside`: a server of the installation's own network, which may have a private address and, outside production,
    speak plain http. `terms`: None for such a server, and outside production.
    """

    name: str
    purposes: tuple[str, ...]
    hosts: tuple[str, ...]
    is_inside: bool = False
    terms: Terms | None = None

    @property
    def is_coming(self) -> bool:
        """Whether the day from which it is used has yet to come (UTC)."""
        return self.terms is not None and self.terms.begins_on > _today()

    @property
    def is_past(self) -> bool:
        """Whether it isn't used any more."""
        ended = self.terms.ends_on if self.terms else None
        return ended is not None and ended < _today()

    @property
    def is_used(self) -> bool:
        """Whether it may be called today."""
        return not (self.is_coming or self.is_past)


def processor(region: str, purpose: str, host: str) -> Processor | None:
    """Return who answers at `host` for a purpose in a region; None when the register names nobody for today."""
    for each in processors_of(region):
        if purpose in each.purposes and host in each.hosts and each.is_used:
            return each
    return None


def processors_of(region: str) -> tuple[Processor, ...]:
    """Return everybody who is, was or will be called for a region, or for `control`."""
    found: tuple[Processor, ...] = tuple(settings.PROCESSORS.get(region, ()))
    return found


def processor_for(region: str, purpose: str) -> Processor | None:
    """Return who is used for a purpose in a region today; None when nobody is."""
    for each in processors_of(region):
        if purpose in each.purposes and each.is_used:
            return each
    return None


def _today() -> date:
    return clock.now().astimezone(UTC).date()
