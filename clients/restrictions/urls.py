"""Addresses of restrictions and objections inside an account."""

from django.urls import URLPattern, path

from clients.restrictions import views

urlpatterns: list[URLPattern] = [
    path("clients/<uuid:pk>/restrictions/", views.restrictions, name="restrictions"),
    path(
        "clients/<uuid:pk>/restrictions/objection/",
        views.restriction_objection,
        name="restriction_objection",
    ),
    path("clients/<uuid:pk>/restrictions/new/", views.restriction_new, name="restriction_new"),
    path(
        "clients/<uuid:pk>/restrictions/<uuid:restriction>/lifting/",
        views.restriction_lifting,
        name="restriction_lifting",
    ),
]
