"""Addresses of self-booking in a frame of the practice's own site, below `/embed/<slug>/`; managing needs no frame."""

from django.urls import URLPattern, path

from bookings.public import details, manage, views
from bookings.public.embedding import NAMESPACE, embedded

app_name = NAMESPACE
urlpatterns: list[URLPattern] = [
    path("", embedded(views.services), name="book"),
    path("privacy/", embedded(manage.privacy), name="book_privacy"),
    path("policy/", embedded(manage.policy), name="book_policy"),
    path("change/", embedded(manage.change), name="book_change"),
    path("done/<str:token>/", embedded(manage.booked), name="booked"),
    path("<uuid:service>/", embedded(views.who), name="book_who"),
    path("<uuid:service>/times/", embedded(views.when), name="book_when"),
    path("<uuid:service>/hold/", embedded(details.hold), name="book_hold"),
    path("<uuid:service>/details/", embedded(details.details), name="book_details"),
]
