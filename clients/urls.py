"""Addresses of this app."""

from django.urls import URLPattern, path

from clients.relationships import views as relationships
from clients.views import (
    alerts,
    carers,
    codes,
    contacts,
    duplicates,
    editing,
    lists,
    merging,
    pages,
    people,
    referrals,
)

urlpatterns: list[URLPattern] = [
    path("clients/", lists.clients, name="clients"),
    path("clients/search/", lists.client_search, name="client_search"),
    path("clients/new/", editing.client_new, name="client_new"),
    path("clients/<uuid:pk>/", pages.client, name="client"),
    path("clients/<uuid:pk>/edit/", editing.client_edit, name="client_edit"),
    path("clients/<uuid:pk>/archive/", editing.client_archive, name="client_archive"),
    path("clients/<uuid:pk>/return/", editing.client_unarchive, name="client_unarchive"),
    path("clients/<uuid:pk>/confirmation/", editing.client_confirm, name="client_confirm"),
    path("clients/<uuid:pk>/carers/", carers.client_carers, name="client_carers"),
    path("clients/<uuid:pk>/referral/", referrals.client_referral, name="client_referral"),
    path("clients/<uuid:pk>/people/new/", relationships.relationship_new, name="relationship_new"),
    path(
        "clients/<uuid:pk>/people/<uuid:relationship>/",
        relationships.relationship,
        name="relationship",
    ),
    path(
        "clients/<uuid:pk>/people/<uuid:relationship>/ending/",
        relationships.relationship_end,
        name="relationship_end",
    ),
    path("settings/families/", relationships.family_settings, name="family_settings"),
    path("clients/<uuid:pk>/merging/", merging.client_merging, name="client_merging"),
    path("clients/duplicates/", duplicates.duplicates, name="duplicates"),
    path(
        "clients/duplicates/progress/", duplicates.duplicates_progress, name="duplicates_progress"
    ),
    path(
        "clients/duplicates/<uuid:pk>/dismissal/",
        duplicates.duplicate_dismissal,
        name="duplicate_dismissal",
    ),
    path(
        "clients/duplicates/<uuid:pk>/return/", duplicates.duplicate_return, name="duplicate_return"
    ),
    path("clients/merges/<uuid:pk>/", merging.merge, name="merge"),
    path("clients/merges/<uuid:pk>/reversal/", merging.merge_reversal, name="merge_reversal"),
    path("clients/<uuid:pk>/codes/", codes.client_codes, name="client_codes"),
    path(
        "clients/<uuid:pk>/codes/<uuid:code>/revocation/",
        codes.code_revocation,
        name="code_revocation",
    ),
    path("clients/<uuid:pk>/alerts/new/", alerts.alert_new, name="alert_new"),
    path("clients/<uuid:pk>/alerts/<uuid:alert>/", alerts.alert_edit, name="alert_edit"),
    path(
        "clients/<uuid:pk>/alerts/<uuid:alert>/confirmation/",
        alerts.alert_confirm,
        name="alert_confirm",
    ),
    path(
        "clients/<uuid:pk>/alerts/<uuid:alert>/resolution/",
        alerts.alert_resolve,
        name="alert_resolve",
    ),
    path("clients/people/", people.people_found, name="people_found"),
    path("contacts/", contacts.contact_list, name="contacts"),
    path("contacts/new/", contacts.contact_new, name="contact_new"),
    path("contacts/<uuid:pk>/", contacts.contact, name="contact"),
    path("contacts/<uuid:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<uuid:pk>/archive/", contacts.contact_archive, name="contact_archive"),
    path("contacts/<uuid:pk>/return/", contacts.contact_unarchive, name="contact_unarchive"),
    path("settings/referrals/", referrals.referral_types, name="referral_types"),
    path(
        "settings/referrals/<uuid:pk>/archive/",
        referrals.referral_type_archive,
        name="referral_type_archive",
    ),
]
