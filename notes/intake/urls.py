"""Addresses of forms within an account."""

from django.urls import URLPattern, path

from notes.intake.views import desk, editing, form, lists, paper, sending, templates

urlpatterns: list[URLPattern] = [
    path("forms/", lists.forms, name="forms"),
    path("forms/new/<uuid:client_id>/", sending.form_new, name="form_new"),
    path("forms/blank/<uuid:pk>/", paper.form_blank, name="form_blank"),
    path("forms/notice/", sending.notice_ask, name="notice_ask"),
    path("forms/<uuid:pk>/", form.form, name="form"),
    path("forms/<uuid:pk>/print/", paper.form_print, name="form_print"),
    path("forms/<uuid:pk>/review/", form.form_review, name="form_review"),
    path("forms/<uuid:pk>/sending/", form.form_sending, name="form_sending"),
    path("forms/<uuid:pk>/code/", form.form_code_shown, name="form_code_shown"),
    path("forms/<uuid:pk>/revocation/", form.form_revocation, name="form_revocation"),
    path("forms/<uuid:pk>/archive/", form.form_archive, name="form_archive"),
    path("forms/<uuid:pk>/correction/", form.form_correction, name="form_correction"),
    path("forms/<uuid:pk>/desk/", desk.form_desk, name="form_desk"),
    path("forms/<uuid:pk>/desk/<int:number>/", desk.form_desk_step, name="form_desk_step"),
    path("forms/<uuid:pk>/desk/<int:number>/draft/", desk.form_desk_draft, name="form_desk_draft"),
    path("clients/<uuid:client_id>/consents/ask/", sending.consents_ask, name="consents_ask"),
    path("settings/forms/", templates.form_templates, name="form_templates"),
    path("settings/forms/new/", editing.form_template_new, name="form_template_new"),
    path("settings/forms/<uuid:pk>/", editing.form_template, name="form_template"),
    path("settings/forms/<uuid:pk>/preview/", templates.form_preview, name="form_preview"),
    path("settings/forms/<uuid:pk>/copy/", templates.form_template_copy, name="form_template_copy"),
    path(
        "settings/forms/<uuid:pk>/archive/",
        templates.form_template_archive,
        name="form_template_archive",
    ),
]
