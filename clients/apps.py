"""The clients app."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Names the app and gives files and disclosures to the timeline."""

    name = "clients"

    def ready(self) -> None:
        """Let what has entries of its own register with the timeline."""
        from clients import happenings  # noqa: F401, PLC0415 - registers itself
        from clients.alike import scanning  # noqa: F401, PLC0415 - registers its job
        from clients.consents import timeline  # noqa: F401, PLC0415 - registers itself
        from clients.disclosures import ledger  # noqa: F401, PLC0415 - registers itself
        from clients.documents import checking  # noqa: F401, PLC0415 - registers itself
        from clients.documents import timeline as files  # noqa: F401, PLC0415 - registers itself
        from clients.importing import (  # noqa: PLC0415 - they register kinds and jobs
            batches,  # noqa: F401
            outsiders,  # noqa: F401
            people,  # noqa: F401
            undoing,  # noqa: F401
        )
