"""Addresses of this app."""

from django.urls import URLPattern, path

from notes.views import history, sharing, signing, templates, writing
from notes.views.note import note
from notes.views.unfinished import notes

urlpatterns: list[URLPattern] = [
    path("notes/", notes, name="notes"),
    path("notes/new/<uuid:client_id>/", writing.note_new, name="note_new"),
    path("notes/<uuid:pk>/", note, name="note"),
    path("notes/<uuid:pk>/draft/", writing.note_draft, name="note_draft"),
    path("notes/<uuid:pk>/copy/", writing.note_copy, name="note_copy"),
    path("notes/<uuid:pk>/discard/", writing.note_discard, name="note_discard"),
    path("notes/<uuid:pk>/beside/", history.note_beside, name="note_beside"),
    path("notes/<uuid:pk>/signature/", signing.note_signature, name="note_signature"),
    path("notes/<uuid:pk>/readers/", sharing.note_readers, name="note_readers"),
    path("notes/<uuid:pk>/opening/", sharing.note_opening, name="note_opening"),
    path("notes/<uuid:pk>/addenda/", signing.note_addendum, name="note_addendum"),
    path("notes/<uuid:pk>/versions/", history.note_versions, name="note_versions"),
    path("notes/<uuid:pk>/print/", history.note_print, name="note_print"),
    path("settings/note-templates/", templates.note_templates, name="note_templates"),
    path("settings/note-templates/new/", templates.note_template_new, name="note_template_new"),
    path("settings/note-templates/<uuid:pk>/", templates.note_template, name="note_template"),
    path(
        "settings/note-templates/<uuid:pk>/copy/",
        templates.note_template_copy,
        name="note_template_copy",
    ),
    path(
        "settings/note-templates/<uuid:pk>/archive/",
        templates.note_template_archive,
        name="note_template_archive",
    ),
]
