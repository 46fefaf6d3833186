"""Addresses of the request desk on a practice's public pages, below `/book/<slug>/`."""

from django.urls import URLPattern, path

from privacy.desk import intake

urlpatterns: list[URLPattern] = [
    path("privacy-request/", intake.privacy_request, name="privacy_request"),
]
