"""Addresses of the practice's own fields, within an account."""

from django.urls import URLPattern, path

from clients.custom import views

urlpatterns: list[URLPattern] = [
    path("settings/client-fields/", views.client_fields, name="client_fields"),
    path("settings/client-fields/<uuid:pk>/", views.field_section, name="field_section"),
    path("settings/client-fields/<uuid:pk>/new/", views.custom_field_new, name="custom_field_new"),
    path("settings/client-fields/fields/<uuid:pk>/", views.custom_field, name="custom_field"),
    path(
        "settings/client-fields/<uuid:pk>/position/",
        views.custom_field_position,
        name="custom_field_position",
    ),
    path(
        "settings/client-fields/<uuid:pk>/archive/",
        views.custom_field_archive,
        name="custom_field_archive",
    ),
]
