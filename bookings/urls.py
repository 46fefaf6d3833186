"""Addresses of bookings inside an account, room by room."""

from django.urls import URLResolver, include, path

ROOMS = (
    "diary",
    "waiting",
    "messaging",
    "setup",
    "hours",
    "offering",
    "rooms",
    "cases",
    "recalls",
)
urlpatterns: list[URLResolver] = [
    *(path("", include(f"bookings.{room}.urls")) for room in ROOMS),
    path("", include("bookings.public.settings_urls")),
]
