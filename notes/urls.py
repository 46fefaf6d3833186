"""Addresses of this app."""

from django.urls import URLPattern, path

from notes.views import (
    changing,
    checking,
    cosigning,
    history,
    printing,
    sharing,
    signing,
    templates,
    writing,
)
from notes.views.note import note
from notes.views.settings import note_habit, note_settings
from notes.views.unfinished import notes, notes_of_all

urlpatterns: list[URLPattern] = [
    path("notes/", notes, name="notes"),
    path("notes/practice/", notes_of_all, name="notes_of_all"),
    path("notes/check/", checking.note_check, name="note_check"),
    path("notes/mine/", note_habit, name="note_habit"),
    path("notes/new/<uuid:client_id>/", writing.note_new, name="note_new"),
    path("notes/of/<uuid:client_id>/", printing.client_notes, name="client_notes"),
    path(
        "notes/of/<uuid:client_id>/print/", printing.client_notes_print, name="client_notes_print"
    ),
    path("notes/<uuid:pk>/", note, name="note"),
    path("notes/<uuid:pk>/draft/", writing.note_draft, name="note_draft"),
    path("notes/<uuid:pk>/copy/", writing.note_copy, name="note_copy"),
    path("notes/<uuid:pk>/discard/", writing.note_discard, name="note_discard"),
    path("notes/<uuid:pk>/beside/", history.note_beside, name="note_beside"),
    path("notes/<uuid:pk>/signature/", signing.note_signature, name="note_signature"),
    path("notes/<uuid:pk>/readers/", sharing.note_readers, name="note_readers"),
    path("notes/<uuid:pk>/opening/", sharing.note_opening, name="note_opening"),
    path("notes/<uuid:pk>/cosignature/", cosigning.note_cosignature, name="note_cosignature"),
    path("notes/<uuid:pk>/remarks/", cosigning.note_remark, name="note_remark"),
    path("notes/<uuid:pk>/retraction/", cosigning.note_retraction, name="note_retraction"),
    path("notes/<uuid:pk>/cosigner/", cosigning.note_cosigner, name="note_cosigner"),
    path("notes/<uuid:pk>/amendment/", changing.note_amendment, name="note_amendment"),
    path("notes/<uuid:pk>/withdrawal/", changing.note_withdrawal, name="note_withdrawal"),
    path("notes/<uuid:pk>/addenda/", signing.note_addendum, name="note_addendum"),
    path("notes/<uuid:pk>/versions/", history.note_versions, name="note_versions"),
    path("notes/<uuid:pk>/print/", printing.note_print, name="note_print"),
    path("settings/notes/", note_settings, name="note_settings"),
    path("settings/note-templates/", templates.note_templates, name="note_templates"),
    path(
        "settings/note-templates/gallery/",
        templates.note_template_gallery,
        name="note_template_gallery",
    ),
    path(
        "settings/note-templates/gallery/<slug:key>/",
        templates.note_template_standard,
        name="note_template_standard",
    ),
    path("settings/note-templates/new/", templates.note_template_new, name="note_template_new"),
    path("settings/note-templates/<uuid:pk>/", templates.note_template, name="note_template"),
    path(
        "settings/note-templates/<uuid:pk>/copy/",
        templates.note_template_copy,
        name="note_template_copy",
    ),
    path(
        "settings/note-templates/<uuid:pk>/place/",
        templates.note_template_place,
        name="note_template_place",
    ),
    path(
        "settings/note-templates/<uuid:pk>/archive/",
        templates.note_template_archive,
        name="note_template_archive",
    ),
]
