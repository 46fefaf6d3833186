"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Names the app."""

    name = "bookings"

    def ready(self) -> None:
        """Register the jobs of messages, requests and the waiting list, what clients' timelines and the rail show."""
        from bookings import importing, rail, timeline  # noqa: F401, PLC0415
        from bookings.appointments import expiring  # noqa: F401, PLC0415
        from bookings.cases import showing  # noqa: F401, PLC0415
        from bookings.hours import calendars  # noqa: F401, PLC0415
        from bookings.messaging import messages, sending, sharing  # noqa: F401, PLC0415
        from bookings.openings import holds  # noqa: F401, PLC0415
        from bookings.public import shown  # noqa: F401, PLC0415
        from bookings.recalls import card  # noqa: F401, PLC0415
        from bookings.waiting import jobs  # noqa: F401, PLC0415
