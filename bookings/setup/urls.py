"""Addresses of the set-up, within an account."""

from django.urls import URLPattern, path

from bookings.setup import views

urlpatterns: list[URLPattern] = [
    path("setup/", views.start, name="setup"),
    path("setup/place/", views.place, name="setup_place"),
    path("setup/hours/", views.hours, name="setup_hours"),
    path("setup/hours/practitioner/", views.practise, name="setup_practise"),
    path("setup/service/", views.service, name="setup_service"),
    path("setup/done/", views.done, name="setup_done"),
]
