"""The notes app."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Names the app."""

    name = "notes"

    def ready(self) -> None:
        """Put notes on the client's timeline and their count on the rail; hear when a practice is set up."""
        from notes import provision, timeline  # noqa: F401, PLC0415 - they register themselves
