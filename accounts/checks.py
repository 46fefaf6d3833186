"""A system check that the wall around the accounts stands in each region's database (TI-1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from accounts.wall_report import faults


@register(Tags.database)
def the_wall_stands(
    *, app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Return an error for each fault of the region databases named by `check --database region_au`."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if alias.startswith("region_") and not alias.endswith("_reader"):
            where = connections[alias].settings_dict
            with psycopg.connect(
                host=where["HOST"],
                port=where["PORT"],
                dbname=where["NAME"],
                user=where["USER"],
                password=where["PASSWORD"],
            ) as connection:
                found += [
                    Error(f"{alias}: {fault}", id="keepwell.W001") for fault in faults(connection)
                ]
    return found
