"""The clients app."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Names the app and gives the files to the timeline."""

    name = "clients"

    def ready(self) -> None:
        """Let documents and consents register as entries of the timeline."""
        from clients import documents  # noqa: F401, PLC0415 - registers itself
        from clients.consents import timeline  # noqa: F401, PLC0415 - registers itself
