"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Names the app."""

    name = "bookings"

    def ready(self) -> None:
        """Register the jobs of messages and requests, and what clients' timelines show."""
        from bookings import timeline  # noqa: F401, PLC0415
        from bookings.messaging import messages  # noqa: F401, PLC0415
        from bookings.requests import expiry  # noqa: F401, PLC0415
