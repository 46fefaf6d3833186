"""Whom this installation calls: the register of processors (accounts.processors), made from the configured routes.

`PROCESSORS`, a text in TOML, adds what is agreed with each of them, who is announced and who was used before. In
production whoever stands outside our own network has to be in it, and somebody new for `NOTICE_DAYS` before the first call.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.processors import NOTICE_DAYS, Processor, Terms
from config.environment import PRODUCTION, env
from config.parts import MAILERS, SCANNERS, SMS_GATEWAYS
from config.regions import HOSTED_BY, REGION_CODES

# Networks of one's own at which practices' addresses (calendars) may point, such as 10.20.0.0/16
OUTBOUND_NETWORKS: list[str] = env.list("OUTBOUND_NETWORKS", default=[])
# A file of certificate authorities beside the system's
OUTBOUND_CA: str = env("OUTBOUND_CA", default="")


def is_inside(host: str) -> bool:
    """Tell whether a configured host is on the installation's own network: an address, or a name without a dot."""
    try:
        return bool(ip_address(host).is_private) or not PRODUCTION
    except ValueError:
        return "." not in host


def mail_route(mailer: dict[str, Any]) -> Processor:
    """Return who takes mail."""
    host = str(mailer["OPTIONS"].get("host", ""))
    return Processor("mail", ("mail",), (host,), is_inside(host))


def gateway(code: str) -> Processor:
    """Return who takes a region's text messages; `SMS_PROVIDER_AU` names them in the log and in receipts."""
    host = urlsplit(SMS_GATEWAYS[code]).hostname or ""
    return Processor(
        env(f"SMS_PROVIDER_{code.upper()}", default="gateway"), ("sms",), (host,), is_inside(host)
    )


def scanners(code: str) -> tuple[Processor, ...]:
    """Return who looks for malware in a region's files, when it has somebody; only a server of one's own may."""
    host = urlsplit(SCANNERS[code]).hostname or ""
    if host and not is_inside(host):
        raise ImproperlyConfigured(f"SCANNER_{code.upper()} must be in your own network.")
    return (Processor("scanner", ("scan",), (host,), True),) if host else ()


# What the gateway knows us by, and the key by which its receipts are signed; without one no receipt is believed
SMS_TOKENS = {code: env(f"SMS_TOKEN_{code.upper()}", default="") for code in REGION_CODES}
SMS_RECEIPT_KEYS = {
    code: env(f"SMS_RECEIPT_KEY_{code.upper()}", default="") for code in REGION_CODES
}


def hosting(code: str) -> tuple[Processor, ...]:
    """Return the company whose data centre a region stands in, unless it is our own."""
    who = HOSTED_BY[code]
    return () if who == "ourselves" else (Processor(who, ("hosting",), (), False),)


Entry = tuple[str, frozenset[str], Processor]


def entries(text: str) -> list[Entry]:
    """Return what the register says, as (name, regions, processor); raises `ImproperlyConfigured` for what isn't whole."""
    found = []
    try:
        told = tomllib.loads(text).get("processor", [])
    except tomllib.TOMLDecodeError as error:
        raise ImproperlyConfigured(f"PROCESSORS: {error}.") from None
    for number, given in enumerate(told, start=1):
        try:
            facts = dict(given)
            name, regions = facts.pop("name"), frozenset(facts.pop("regions"))
            purposes, is_first = tuple(facts.pop("purposes")), facts.pop("since_the_start", False)
            terms = Terms(**{**facts, "receives": tuple(facts.pop("receives"))})
        except (KeyError, TypeError) as error:
            raise ImproperlyConfigured(f"PROCESSORS, entry {number}: {error}.") from None
        if (terms.begins_on - terms.announced_on).days < NOTICE_DAYS and not is_first:
            raise ImproperlyConfigured(
                f"PROCESSORS, entry {number}: Owners hear of {name} {NOTICE_DAYS} days before it begins."
            )
        found.append((name, regions, Processor(name, purposes, (), False, terms)))
    return found


def registered(
    code: str, routes: tuple[Processor, ...], known: list[Entry]
) -> tuple[Processor, ...]:
    """Return a region's routes with what is agreed with each, then whom the register names beside them."""
    here = {each.name: each for name, regions, each in known if code in regions}
    with_terms = tuple(
        replace(route, terms=here[route.name].terms) if route.name in here else route
        for route in routes
    )
    if PRODUCTION:
        for each in with_terms:
            if each.terms is None and not each.is_inside:
                raise ImproperlyConfigured(
                    f"PROCESSORS names no {each.name} for {code}, which is called for {each.purposes[0]}."
                )
    used = {route.name for route in routes}
    return (*with_terms, *(each for name, each in here.items() if name not in used))


_KNOWN = entries(env("PROCESSORS", default=""))
PROCESSORS = {"control": registered("control", (mail_route(MAILERS["default"]),), _KNOWN)} | {
    code: registered(
        code,
        (mail_route(MAILERS[code]), gateway(code), *scanners(code), *hosting(code)),
        _KNOWN,
    )
    for code in REGION_CODES
}
