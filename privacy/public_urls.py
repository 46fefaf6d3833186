"""Addresses of this app outside accounts: the privacy policy, what is left of a closed one."""

from django.urls import URLPattern, path

from privacy.views import closing, policy

urlpatterns: list[URLPattern] = [
    path("privacy/", policy.policy, name="privacy_policy"),
    path("closed/<slug:name>/", closing.closed, name="closed"),
    path("closed/<slug:name>/certificate.json", closing.certificate, name="closed_certificate"),
]
