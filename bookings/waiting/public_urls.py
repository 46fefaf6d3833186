"""What people themselves see of the waiting list, below `/book/<slug>/`."""

from django.urls import URLPattern, path

from bookings.waiting import public_views as views

urlpatterns: list[URLPattern] = [
    path("waiting/<str:token>/", views.place, name="waiting_place"),
    path("waiting/<str:token>/end/", views.place_end, name="waiting_place_end"),
    path("offers/<str:token>/", views.offer, name="waiting_offer"),
    path("offers/<str:token>/acceptance/", views.offer_acceptance, name="waiting_offer_acceptance"),
    path("offers/<str:token>/refusal/", views.offer_refusal, name="waiting_offer_refusal"),
    path("<uuid:service>/waiting/", views.join, name="book_waiting"),
]
