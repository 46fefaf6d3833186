"""How a practice wants its booking page: open or to look at only, what it says, where it may be embedded, its policy."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import audit
from bookings.models import BookingPage, BookingPolicy
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor

# A host name in ASCII (IDNA), with a port perhaps; no wildcard, no path: exactly what frame-ancestors will say
HOST = re.compile(
    r"(?=.{1,253}(:|$))([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
LOCAL = ("localhost", "127.0.0.1")
MOST_SITES = 10
_CHOSEN = Prepared[BookingPage](lambda: BookingPage.objects.all())


def chosen() -> BookingPage:
    """Return the practice's choices, the defaults when it made none."""
    return _CHOSEN.first() or BookingPage()


def choose(*, by: Actor, values: dict[str, Any]) -> BookingPage:
    """Change the practice's choices; return them. Raises ValidationError."""
    page = BookingPage.objects.select_for_update().first()
    is_new = page is None
    page = page or BookingPage()
    changed = sorted(name for name, value in values.items() if getattr(page, name) != value)
    for name in changed:
        setattr(page, name, values[name])
    page.full_clean()
    if is_new:
        page.save(force_insert=True)
    elif changed:
        page.save(update_fields=changed)
    if changed:
        audit.record("booking_page.changed", by=by, of=page, detail={"fields": changed})
    return page


def current_policy() -> BookingPolicy | None:
    """Return the booking policy in force; None without one, or once it was taken back by an empty version."""
    policy: BookingPolicy | None = BookingPolicy.objects.order_by("-version").first()
    return policy if policy and policy.text else None


def publish_policy(*, by: Actor, text: str) -> BookingPolicy | None:
    """Publish a new version of the booking policy, an empty one to have none; the same text again changes nothing."""
    last: BookingPolicy | None = BookingPolicy.objects.order_by("-version").first()
    if text == (last.text if last else ""):
        return last
    number = BookingPolicy.objects.aggregate(last=Max("version"))["last"] or 0
    policy = BookingPolicy(version=number + 1, text=text)
    policy.save(force_insert=True)
    audit.record("booking_policy.published", by=by, of=policy, detail={"version": policy.version})
    return policy


def origin_of(text: str) -> str:
    """Return the origin of a web address as people type it: "www.harbour.example/contact" gives "https://www.harbour.example".

    Raises ValidationError for anything that is no plain web address; only this machine may go without https.
    """
    typed = text.strip()
    refusal = ValidationError(
        _("“%(site)s” is not the address of a site. Write it like https://www.example.com."),
        params={"site": typed[:80]},
    )
    if any(character in typed for character in " ;,'\"*\\@"):
        raise refusal
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except ValueError:
        raise refusal from None
    is_local = host in LOCAL
    if parts.scheme not in (("http", "https") if is_local else ("https",)):
        raise refusal
    if not HOST.fullmatch(host) or not (is_local or "." in host):
        raise refusal
    standard = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != standard else "")


def origins_of(text: str) -> list[str]:
    """Return the origins of sites that stand one a line, each once, in order. Raises ValidationError."""
    found = list(dict.fromkeys(origin_of(line) for line in text.splitlines() if line.strip()))
    if len(found) > MOST_SITES:
        raise ValidationError(_("Enter at most %(most)d sites."), params={"most": MOST_SITES})
    return found
