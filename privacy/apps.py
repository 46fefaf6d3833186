"""The privacy machinery: reads what every app declares and names none."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Names the app and loads its system checks and jobs."""

    name = "privacy"

    def ready(self) -> None:
        """Load what registers itself: system checks and the handlers of jobs."""
        from privacy import (  # noqa: PLC0415 - they register themselves
            building,  # noqa: F401
            checks,  # noqa: F401
            closure,  # noqa: F401
            frame,  # noqa: F401
            purge,  # noqa: F401
        )
        from privacy.arrival import bringing, checking  # noqa: F401, PLC0415
        from privacy.desk import (  # noqa: PLC0415 - and of requests
            card,  # noqa: F401
            certificates,  # noqa: F401
            taking,  # noqa: F401
            working,  # noqa: F401
        )
        from privacy.erasure import (  # noqa: PLC0415 - they register themselves
            erasing,  # noqa: F401
            gate,  # noqa: F401
            users,  # noqa: F401
        )
        from privacy.processors import telling  # noqa: F401, PLC0415 - registers its jobs
        from privacy.relocation import certifying  # noqa: F401, PLC0415
