"""Addresses of this app."""

from django.urls import URLPattern, path

from clients.views import alerts, codes, editing, files, lists, pages

urlpatterns: list[URLPattern] = [
    path("clients/", lists.clients, name="clients"),
    path("clients/search/", lists.client_search, name="client_search"),
    path("clients/new/", editing.client_new, name="client_new"),
    path("clients/<uuid:pk>/", pages.client, name="client"),
    path("clients/<uuid:pk>/edit/", editing.client_edit, name="client_edit"),
    path("clients/<uuid:pk>/archive/", editing.client_archive, name="client_archive"),
    path("clients/<uuid:pk>/return/", editing.client_unarchive, name="client_unarchive"),
    path("clients/<uuid:pk>/confirmation/", editing.client_confirm, name="client_confirm"),
    path("clients/<uuid:pk>/codes/", codes.client_codes, name="client_codes"),
    path(
        "clients/<uuid:pk>/codes/<uuid:code>/revocation/",
        codes.code_revocation,
        name="code_revocation",
    ),
    path("clients/<uuid:pk>/alerts/new/", alerts.alert_new, name="alert_new"),
    path(
        "clients/<uuid:pk>/alerts/<uuid:alert>/resolution/",
        alerts.alert_resolve,
        name="alert_resolve",
    ),
    path("clients/<uuid:pk>/files/new/", files.document_new, name="document_new"),
    path("clients/<uuid:pk>/files/<uuid:document>/", files.document, name="document"),
    path(
        "clients/<uuid:pk>/files/<uuid:document>/withdrawal/",
        files.document_withdraw,
        name="document_withdraw",
    ),
]
