"""The address of a booking as text messages write it, below `/b/<slug>/`."""

from django.urls import URLPattern, path

from bookings.public import manage

urlpatterns: list[URLPattern] = [path("<str:token>", manage.short, name="booking_short")]
