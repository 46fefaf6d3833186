"""Addresses of messages inside an account."""

from django.urls import URLPattern, path

from bookings.messaging.views import log, words

urlpatterns: list[URLPattern] = [
    path("messages/", log.entries, name="messages"),
    path("messages/<uuid:pk>/", log.entry, name="message"),
    path("messages/<uuid:pk>/attempts/", log.another_attempt, name="message_attempt"),
    path("settings/messages/", words.overview, name="message_settings"),
    path("settings/messages/<slug:category>/<slug:channel>/", words.words, name="message_words"),
    path(
        "settings/messages/<slug:category>/<slug:channel>/standard/",
        words.standard_words,
        name="message_standard_words",
    ),
]
