"""What the application's role may do in control and keyring databases, granted before the tables are made."""

from __future__ import annotations

from typing import Any

from django.db import connections

DEFAULTS = {
    "default": "SELECT, INSERT, UPDATE, DELETE",
    "keyring": "SELECT, INSERT, DELETE",
}


def grant_by_default(sender: Any, using: str, **kwargs: Any) -> None:
    """Before a migration: tables that the owner makes in control or a keyring become usable by `keepwell_app`.

    Region tables get nothing by default: their wall grants each verb by name (`accounts.wall`).
    """
    kind = "default" if using == "default" else using.split("_")[0]
    connection = connections[using]
    if kind not in DEFAULTS or connection.settings_dict["USER"] != "keepwell_owner":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {DEFAULTS[kind]} ON TABLES TO keepwell_app"
        )
        cursor.execute(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO keepwell_backup"
        )
