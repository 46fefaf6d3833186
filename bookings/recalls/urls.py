"""Addresses of recalls within an account."""

from django.urls import URLPattern, path

from bookings.recalls import views

urlpatterns: list[URLPattern] = [
    path("recalls/", views.recalls, name="recalls"),
    path("clients/<uuid:pk>/recalls/new/", views.recall_new, name="recall_new"),
    path("recalls/<uuid:pk>/", views.recall, name="recall"),
    path("recalls/<uuid:pk>/state/<slug:state>/", views.recall_state, name="recall_state"),
    path("settings/recalls/", views.recall_types, name="recall_types"),
    path(
        "settings/recalls/<uuid:pk>/archive/", views.recall_type_archive, name="recall_type_archive"
    ),
]
