"""Addresses of "Who saw this record" inside an account."""

from django.urls import URLPattern, path

from clients.seen import views

urlpatterns: list[URLPattern] = [
    path("clients/<uuid:pk>/seen/", views.client_seen, name="client_seen"),
    path("clients/<uuid:pk>/seen/paper/", views.client_seen_paper, name="client_seen_paper"),
]
