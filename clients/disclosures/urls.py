"""Addresses of the disclosure ledger inside an account."""

from django.urls import URLPattern, path

from clients.disclosures import views

urlpatterns: list[URLPattern] = [
    path("clients/<uuid:pk>/disclosures/", views.client_disclosures, name="client_disclosures"),
    path("clients/<uuid:pk>/disclosures/paper/", views.disclosures_print, name="disclosures_print"),
    path("clients/<uuid:pk>/disclosures/new/", views.disclosure_new, name="disclosure_new"),
]
