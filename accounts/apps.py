"""The accounts app."""

from django.apps import AppConfig
from django.contrib.postgres.signals import register_type_handlers
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_migrate

from accounts.grants import grant_by_default


class AccountsConfig(AppConfig):
    """Names the app; grants come before the tables."""

    name = "accounts"

    def ready(self) -> None:
        """Connect the grants, and let the audit hear what each scope read."""
        # hstore and citext are not used; asking for them would be a statement outside any account
        connection_created.disconnect(register_type_handlers)
        pre_migrate.connect(grant_by_default, sender=self, dispatch_uid="keepwell.grants")
        from accounts import (  # noqa: PLC0415 - they register themselves
            across,  # noqa: F401
            audit,  # noqa: F401
            control_tasks,  # noqa: F401
            door_log,
            handing_over,  # noqa: F401
            invitations,  # noqa: F401
            practice_settings,  # noqa: F401
            revocation,
            signup,  # noqa: F401
            team,  # noqa: F401
            terminology,
        )

        door_log.connect()
        revocation.connect()
        terminology.listen()
