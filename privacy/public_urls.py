"""Addresses of this app outside accounts: what is left of a closed one."""

from django.urls import URLPattern, path

from privacy.views import closing

urlpatterns: list[URLPattern] = [
    path("closed/<slug:name>/", closing.closed, name="closed"),
    path("closed/<slug:name>/certificate.json", closing.certificate, name="closed_certificate"),
]
