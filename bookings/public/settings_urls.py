"""Addresses of the settings of the booking page, within an account."""

from django.urls import URLPattern, path

from bookings.public import settings

urlpatterns: list[URLPattern] = [
    path("settings/booking-page/", settings.booking_page, name="booking_page"),
    path("settings/booking-page/policy/", settings.booking_policy, name="booking_policy"),
]
