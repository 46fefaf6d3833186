"""Whom this installation calls: the register of processors (accounts.processors), made from the configured routes."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from accounts.processors import Processor
from config.environment import PRODUCTION, env
from config.parts import MAILERS, SCANNERS, SMS_GATEWAYS
from config.regions import REGION_CODES

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
PROCESSORS = {"control": (mail_route(MAILERS["default"]),)} | {
    code: (mail_route(MAILERS[code]), gateway(code), *scanners(code)) for code in REGION_CODES
}
