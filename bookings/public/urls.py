"""Addresses of self-booking, below `/book/<slug>/`."""

from django.urls import URLPattern, path

from bookings.public import agreements, details, embedding, languages, manage, moving, views

urlpatterns: list[URLPattern] = [
    path("", views.services, name="book"),
    path("embed.js", embedding.script, name="book_embed"),
    path("language/", languages.choose, name="book_language"),
    path("privacy/", manage.privacy, name="book_privacy"),
    path("policy/", manage.policy, name="book_policy"),
    path("change/", manage.change, name="book_change"),
    path("choices/<str:token>/", agreements.client_choices, name="client_choices"),
    path(
        "choices/<str:token>/<uuid:purpose>/withdrawal/",
        agreements.choice_withdrawal,
        name="choice_withdrawal",
    ),
    path("done/<str:token>/", manage.booked, name="booked"),
    path("manage/<str:token>/", manage.booking, name="booking"),
    path("manage/<str:token>/cancellation/", manage.cancellation, name="booking_cancellation"),
    path("manage/<str:token>/errands/", manage.booking_errands, name="booking_errands"),
    path("manage/<str:token>/times/", moving.times, name="booking_times"),
    path("manage/<str:token>/time/", moving.new_time, name="booking_time"),
    path("manage/<str:token>/appointment.ics", manage.calendar, name="booking_calendar"),
    path("<uuid:service>/", views.who, name="book_who"),
    path("<uuid:service>/times/", views.when, name="book_when"),
    path("<uuid:service>/hold/", details.hold, name="book_hold"),
    path("<uuid:service>/details/", details.details, name="book_details"),
]
