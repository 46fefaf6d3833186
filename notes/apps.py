"""The notes app."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Names the app."""

    name = "notes"

    def ready(self) -> None:
        """Put notes on the client's timeline and their count on the rail."""
        from notes import timeline  # noqa: F401, PLC0415 - it registers itself
