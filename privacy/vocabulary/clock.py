"""The product's clock: real time plus the offset that the demo may set, so that dates can be rehearsed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """Return the product's present instant, aware, in UTC."""
    return datetime.now(UTC) + settings.CLOCK_OFFSET


def today(zone: str) -> date:
    """Return the present date on the wall of an IANA zone."""
    return now().astimezone(ZoneInfo(zone)).date()
