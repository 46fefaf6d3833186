"""Addresses of letters for those who get a link."""

from django.urls import URLPattern, path

from notes.letters.views import fetching

urlpatterns: list[URLPattern] = [
    path("letter/<str:token>/", fetching.letter_link, name="letter_link"),
    path("letter/<str:token>/file/", fetching.letter_fetch, name="letter_fetch"),
]
