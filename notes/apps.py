"""The notes app."""

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Names the app."""

    name = "notes"

    def ready(self) -> None:
        """Put notes and forms on timelines and the rail; hear of set-ups and bookings; keep noted visits of a series."""
        from notes import importing, provision, series, timeline  # noqa: F401, PLC0415 - they register themselves
        from notes.intake import beside, errands, sending, telling, trends, with_bookings  # noqa: F401, PLC0415
        from notes.intake import timeline as forms  # noqa: F401, PLC0415
        from notes.letters import sending as letters  # noqa: F401, PLC0415 - registers its job
        from notes.letters import timeline as letters_there  # noqa: F401, PLC0415
