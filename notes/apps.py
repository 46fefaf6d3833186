"""The notes app."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Names the app."""

    name = "notes"
