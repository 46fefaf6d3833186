"""Brings every database up to date as the owner, and collects the static files."""

import os
from io import StringIO

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from accounts.whereabouts import marking
from config.migrating import migrate


def main(only: str = "") -> None:
    """Migrate every database that is not another one seen by a reader; `only`: those of `control` or of one region."""
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0)
    every = [alias for alias in settings.DATABASES if not alias.endswith("_reader")]
    migrate([alias for alias in every if only in ("", _place_of(alias))])
    connections.close_all()
    marking.mark_stores(only)
    if only != "control":
        call_command("wall", stdout=StringIO())


def _place_of(alias: str) -> str:
    return "control" if alias == "default" else alias.rpartition("_")[2]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
