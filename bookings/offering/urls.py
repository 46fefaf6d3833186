"""Addresses of the services that a practice offers, within an account."""

from django.urls import URLPattern, path

from bookings.offering import views

urlpatterns: list[URLPattern] = [
    path("settings/services/", views.services, name="services"),
    path("settings/services/new/", views.service_new, name="service_new"),
    path("settings/services/<uuid:pk>/", views.service, name="service"),
    path(
        "settings/services/<uuid:pk>/position/",
        views.service_position,
        name="service_position",
    ),
    path("settings/services/<uuid:pk>/stop/", views.service_stop, name="service_stop"),
    path(
        "settings/services/<uuid:pk>/restoration/",
        views.service_restoration,
        name="service_restoration",
    ),
]
