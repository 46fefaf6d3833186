"""Addresses of letters inside an account."""

from django.urls import URLPattern, path

from notes.letters.views import letter, settings, writing

urlpatterns: list[URLPattern] = [
    path("clients/<uuid:pk>/letters/new/", writing.letter_new, name="letter_new"),
    path("letters/<uuid:pk>/", letter.letter, name="letter"),
    path("letters/<uuid:pk>/draft/", writing.letter_draft, name="letter_draft"),
    path("letters/<uuid:pk>/preview/", writing.letter_preview, name="letter_preview"),
    path("letters/<uuid:pk>/preview/<int:page>/", writing.letter_page, name="letter_page"),
    path("letters/<uuid:pk>/signature/", writing.letter_signature, name="letter_signature"),
    path("letters/<uuid:pk>/discard/", writing.letter_discard, name="letter_discard"),
    path("letters/<uuid:pk>/return/", writing.letter_return, name="letter_return"),
    path("letters/<uuid:pk>/copy/", writing.letter_copy, name="letter_copy"),
    path("letters/<uuid:pk>/links/", letter.letter_links, name="letter_links"),
    path(
        "letters/<uuid:pk>/links/<uuid:link>/revocation/",
        letter.letter_link_revocation,
        name="letter_link_revocation",
    ),
    path("letters/<uuid:pk>/handing/", letter.letter_handed, name="letter_handed"),
    path("letters/of-file/<uuid:pk>/", letter.letter_of_file, name="letter_of_file"),
    path("settings/letters/", settings.letter_settings, name="letter_settings"),
    path("settings/letters/new/", settings.letter_template_new, name="letter_template_new"),
    path("settings/letters/<uuid:pk>/", settings.letter_template, name="letter_template"),
    path(
        "settings/letters/<uuid:pk>/archive/",
        settings.letter_template_archive,
        name="letter_template_archive",
    ),
]
