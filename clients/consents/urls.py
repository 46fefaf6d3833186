"""Addresses of consents and of the privacy notice."""

from django.urls import URLPattern, path

from clients.consents.views import client, settings

urlpatterns: list[URLPattern] = [
    path("clients/<uuid:pk>/consents/", client.client_consents, name="client_consents"),
    path("clients/<uuid:pk>/consents/paper/", client.consents_paper, name="consents_paper"),
    path("clients/<uuid:pk>/consents/<uuid:purpose>/new/", client.consent_new, name="consent_new"),
    path(
        "clients/<uuid:pk>/consents/<uuid:purpose>/withdrawal/",
        client.consent_withdrawal,
        name="consent_withdrawal",
    ),
    path("clients/<uuid:pk>/notice/", client.notice_answer, name="notice_answer"),
    path("settings/consents/", settings.consents, name="consents"),
    path("settings/consents/new/", settings.consent_purpose_new, name="consent_purpose_new"),
    path("settings/consents/<uuid:pk>/", settings.consent_purpose, name="consent_purpose"),
    path(
        "settings/consents/<uuid:pk>/archive/",
        settings.consent_purpose_archive,
        name="consent_purpose_archive",
    ),
    path("settings/privacy-notice/unaware/", settings.notice_unaware, name="notice_unaware"),
]
