"""Brings every database up to date as the owner, and collects the static files."""

import os
from io import StringIO

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor


def migrate(alias: str) -> bool:
    """Apply what is missing in one database; False when nothing was."""
    executor = MigrationExecutor(connections[alias])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", database=alias, interactive=False, verbosity=0)
    return True


def main() -> None:
    """Migrate every database that is not another one seen by a reader."""
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    for alias in settings.DATABASES:
        if not alias.endswith("_reader"):
            migrate(alias)
            connections[alias].close()
    call_command("wall", stdout=StringIO())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
