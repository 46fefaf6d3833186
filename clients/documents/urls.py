"""Addresses of files inside an account."""

from django.urls import URLPattern, path

from clients.documents.views import adding, files

_FILES = "clients/<uuid:pk>/files/"
_FILE = f"{_FILES}<uuid:document>/"
urlpatterns: list[URLPattern] = [
    path(f"{_FILES}new/", adding.document_new, name="document_new"),
    path(f"{_FILES}withdrawn/", files.documents_withdrawn, name="documents_withdrawn"),
    path(f"{_FILES}arrivals/", adding.arrival_new, name="arrival_new"),
    path(f"{_FILES}arrivals/<uuid:arrival>/", adding.arrival, name="arrival"),
    path(f"{_FILES}arrivals/<uuid:arrival>/end/", adding.arrival_end, name="arrival_end"),
    path(_FILE, files.document, name="document"),
    path(f"{_FILE}file/", files.document_file, name="document_file"),
    path(f"{_FILE}original/", files.document_original, name="document_original"),
    path(f"{_FILE}pages/<int:page>/<slug:look>/", files.document_picture, name="document_picture"),
    path(f"{_FILE}details/", files.document_details, name="document_details"),
    path(f"{_FILE}withdrawal/", files.document_withdraw, name="document_withdraw"),
    path(f"{_FILE}return/", files.document_reinstate, name="document_reinstate"),
    path(f"{_FILE}check/", files.document_check, name="document_check"),
]
