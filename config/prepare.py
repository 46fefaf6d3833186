"""Brings every database up to date as the owner, and collects the static files."""

import os
from io import StringIO

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from accounts.whereabouts import marking
from config.migrating import migrate


def main() -> None:
    """Migrate every database that is not another one seen by a reader."""
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    migrate([alias for alias in settings.DATABASES if not alias.endswith("_reader")])
    connections.close_all()
    marking.mark_stores()
    call_command("wall", stdout=StringIO())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
