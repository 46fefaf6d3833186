"""The register of who else handles data: each company or server, what it is used for, and the hosts it answers at (TP-1).

`settings.PROCESSORS` holds it per region, and under `control` for what belongs to no region. Nothing else is called.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Processor:
    """Somebody whom this installation calls, for what, and where.

    `is_inside`: a server of the installation's own network, which may have a private address and, outside production,
    speak plain http.
    """

    name: str
    purposes: tuple[str, ...]
    hosts: tuple[str, ...]
    is_inside: bool = False


def processor(region: str, purpose: str, host: str) -> Processor | None:
    """Return who answers at `host` for a purpose in a region; None when the register names nobody."""
    for each in settings.PROCESSORS.get(region, ()):
        if purpose in each.purposes and host in each.hosts:
            found: Processor = each
            return found
    return None


def processors_of(region: str) -> tuple[Processor, ...]:
    """Return everybody who is called for a region, or for `control`."""
    found: tuple[Processor, ...] = tuple(settings.PROCESSORS.get(region, ()))
    return found


def processor_for(region: str, purpose: str) -> Processor | None:
    """Return who is used for a purpose in a region; None when nobody is."""
    for each in settings.PROCESSORS.get(region, ()):
        if purpose in each.purposes:
            found: Processor = each
            return found
    return None
