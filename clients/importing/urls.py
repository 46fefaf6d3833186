"""Addresses of imports."""

from django.urls import URLPattern, path

from clients.importing import views

urlpatterns: list[URLPattern] = [
    path("settings/imports/", views.imports, name="imports"),
    path("settings/imports/new/<slug:kind>/", views.import_new, name="import_new"),
    path("settings/imports/samples/<slug:kind>/", views.import_sample, name="import_sample"),
    path("settings/imports/<uuid:pk>/", views.import_batch, name="import_batch"),
    path("settings/imports/<uuid:pk>/columns/", views.import_columns, name="import_columns"),
    path("settings/imports/<uuid:pk>/reading/", views.import_reading, name="import_reading"),
    path("settings/imports/<uuid:pk>/values/", views.import_values, name="import_values"),
    path("settings/imports/<uuid:pk>/trial/", views.import_ready, name="import_ready"),
    path("settings/imports/<uuid:pk>/progress/", views.import_progress, name="import_progress"),
    path("settings/imports/<uuid:pk>/import/", views.import_taking, name="import_taking"),
    path("settings/imports/<uuid:pk>/dropping/", views.import_dropping, name="import_dropping"),
    path("settings/imports/<uuid:pk>/undoing/", views.import_undoing, name="import_undoing"),
    path("settings/imports/<uuid:pk>/corrected/", views.import_corrected, name="import_corrected"),
]
