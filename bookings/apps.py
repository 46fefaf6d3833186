"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Names the app."""

    name = "bookings"

    def ready(self) -> None:
        """Register the jobs that send messages."""
        from bookings import messages  # noqa: F401, PLC0415
