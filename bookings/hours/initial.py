"""What the forms of people's time show at first: what there is, or what is likely."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bookings.hours.forms import EVERYBODY, EVERYWHERE, WHOLE, LimitsForm
from bookings.models import Absence, BookingLimits, ExtraHours, HolidayCalendar

# Zones that lie in one state or province
LIKELY_PARTS = {
    "Australia/Sydney": "AU-NSW",
    "Australia/Lord_Howe": "AU-NSW",
    "Australia/Broken_Hill": "AU-NSW",
    "Australia/Melbourne": "AU-VIC",
    "Australia/Brisbane": "AU-QLD",
    "Australia/Lindeman": "AU-QLD",
    "Australia/Adelaide": "AU-SA",
    "Australia/Perth": "AU-WA",
    "Australia/Eucla": "AU-WA",
    "Australia/Hobart": "AU-TAS",
    "Australia/Darwin": "AU-NT",
    "America/St_Johns": "CA-NL",
    "America/Halifax": "CA-NS",
    "America/Moncton": "CA-NB",
    "America/Winnipeg": "CA-MB",
    "America/Regina": "CA-SK",
    "America/Edmonton": "CA-AB",
    "America/Vancouver": "CA-BC",
    "America/Whitehorse": "CA-YT",
}


def time_off_initial(row: Absence) -> dict[str, Any]:
    """Return what the form shows of time off that there is."""
    names = ("kind", "label", "first_day", "starts", "last_day", "ends", "every_weeks", "until")
    return {
        "who": str(row.practitioner_id or EVERYBODY),
        "where": str(row.location_id or EVERYWHERE),
        **{name: getattr(row, name) for name in names},
    }


def extra_initial(row: ExtraHours) -> dict[str, Any]:
    """Return what the form shows of extra hours that there are."""
    names = ("day", "starts", "ends", "every_weeks", "until")
    return {
        "who": str(row.practitioner_id),
        "where": str(row.location_id),
        **{name: getattr(row, name) for name in names},
    }


def limits_initial(row: BookingLimits | None) -> dict[str, Any]:
    """Return what the form shows of limits."""
    return {name: getattr(row, name, None) for name in LimitsForm.base_fields}


def holidays_initial(row: HolidayCalendar | None, country: str, zone: str) -> dict[str, Any]:
    """Return whose holidays a location keeps, or likely will: those of the account's law, where its clocks hang."""
    if row is not None:
        return {"country": row.country, "subdivision": row.subdivision or WHOLE}
    return {"country": country, "subdivision": LIKELY_PARTS.get(zone, WHOLE)}


def next_year(today: date) -> tuple[date, date]:
    """Return the dates from today on that the list of holidays shows."""
    return today, today + timedelta(days=365)
