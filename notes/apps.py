"""The notes app."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Names the app."""

    name = "notes"

    def ready(self) -> None:
        """Put notes on timelines and the rail; hear when a practice is set up; keep noted visits of a series."""
        from notes import provision, series, timeline  # noqa: F401, PLC0415 - they register themselves
