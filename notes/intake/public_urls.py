"""Addresses of forms as clients see them, below `/book/<slug>/`."""

from django.urls import URLPattern, path

from notes.intake.public import pages, proof

urlpatterns: list[URLPattern] = [
    path("forms/<str:token>/", pages.form_link, name="form_link"),
    path("forms/<str:token>/beginning/", pages.form_begin, name="form_begin"),
    path("forms/<str:token>/proof/", proof.form_proof, name="form_proof"),
    path("forms/<str:token>/code/", proof.form_code, name="form_code"),
    path("forms/<str:token>/steps/<int:number>/", pages.form_step, name="form_step"),
    path("forms/<str:token>/steps/<int:number>/draft/", pages.form_draft, name="form_draft"),
    path("forms/<str:token>/completion/", pages.form_completion, name="form_completion"),
]
