"""Addresses of self-booking, below `/book/<slug>/`."""

from django.urls import URLPattern, path

from bookings import public_manage, public_moving, public_views

urlpatterns: list[URLPattern] = [
    path("", public_views.services, name="book"),
    path("privacy/", public_manage.privacy, name="book_privacy"),
    path("change/", public_manage.change, name="book_change"),
    path("done/<str:token>/", public_manage.booked, name="booked"),
    path("manage/<str:token>/", public_manage.booking, name="booking"),
    path(
        "manage/<str:token>/cancellation/", public_manage.cancellation, name="booking_cancellation"
    ),
    path("manage/<str:token>/times/", public_moving.times, name="booking_times"),
    path("manage/<str:token>/time/", public_moving.new_time, name="booking_time"),
    path("manage/<str:token>/appointment.ics", public_manage.calendar, name="booking_calendar"),
    path("<uuid:service>/", public_views.who, name="book_who"),
    path("<uuid:service>/times/", public_views.when, name="book_when"),
    path("<uuid:service>/details/", public_views.details, name="book_details"),
]
