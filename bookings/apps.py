"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Names the app."""

    name = "bookings"
