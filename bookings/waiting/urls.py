"""Addresses of the waiting list inside an account."""

from django.urls import URLPattern, path

from bookings.waiting.views import entry, listing, times

urlpatterns: list[URLPattern] = [
    path("waiting/", listing.waiting, name="waiting"),
    path("waiting/new/", entry.waiting_new, name="waiting_new"),
    path("waiting/choices/", listing.waiting_choices, name="waiting_choices"),
    path("waiting/time/", times.waiting_time, name="waiting_time"),
    path("waiting/after/<uuid:pk>/", times.waiting_after, name="waiting_after"),
    path("waiting/freed/<uuid:pk>/dismissal/", listing.waiting_dismissal, name="waiting_dismissal"),
    path(
        "waiting/offers/<uuid:pk>/withdrawal/", times.waiting_withdrawal, name="waiting_withdrawal"
    ),
    path("waiting/<uuid:pk>/", entry.waiting_entry, name="waiting_entry"),
    path("waiting/<uuid:pk>/edit/", entry.waiting_edit, name="waiting_edit"),
    path("waiting/<uuid:pk>/removal/", entry.waiting_removal, name="waiting_removal"),
    path("waiting/<uuid:pk>/offers/", times.waiting_offer_new, name="waiting_offer_new"),
]
