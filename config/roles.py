"""The PostgreSQL roles and databases of a control plane and its regions, made or corrected."""

from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql

ROLES = ("owner", "app", "audit", "support", "exporter", "dispatch", "purger", "backup", "rotator")
# Who may enter which kind of database at all; what they may do there is granted by the migrations.
ENTRANTS = {
    "control": ROLES,
    "region": ROLES,
    "keyring": ("owner", "app", "purger", "backup"),
}
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
# Each role says again what the server should say, so that a hosted server keeps to it, too.
SESSION_SETTINGS = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "search_path": "public",
    "timezone": "UTC",
}

type Connection = psycopg.Connection[tuple[object, ...]]


def database_names(
    regions: Sequence[str], prefix: str = "", *, control: bool = True
) -> dict[str, str]:
    """Return each database's name → its kind (control, region or keyring); `control`: with the control database."""
    names = {f"{prefix}control": "control"} if control else {}
    for region in regions:
        names[f"{prefix}region_{region}"] = "region"
        names[f"{prefix}keyring_{region}"] = "keyring"
    return names


def region_of(name: str) -> str:
    """Return the region of a database by its name: a region's code, or `control`."""
    return name.rpartition("_")[2]


def create_roles_and_databases(
    superuser_url: str,
    passwords: Mapping[str, str],
    regions: Sequence[str],
    prefix: str = "",
    *,
    control: bool = True,
) -> None:
    """Make roles (`passwords`: role without `keepwell_` → password) and databases; safe to repeat.

    Raises psycopg.Error, and KeyError when a role has no password.
    """
    names = database_names(regions, prefix, control=control)
    with psycopg.connect(superuser_url, autocommit=True) as server:
        for role in ROLES:
            _make_role(server, role, passwords[role])
        there = {row[0] for row in server.execute("SELECT datname FROM pg_database")}
        for name, kind in names.items():
            if name not in there:
                _make_database(server, name)
            _admit(server, name, kind)
    for name, kind in names.items():
        with psycopg.connect(superuser_url, dbname=name) as database:
            _prepare(database, kind)


def _role(role: str) -> sql.Identifier:
    return sql.Identifier(f"keepwell_{role}")


def _make_role(server: Connection, role: str, password: str) -> None:
    """Create or correct one role; only its password's SCRAM verifier travels."""
    found = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [f"keepwell_{role}"])
    if not found.fetchone():
        server.execute(sql.SQL("CREATE ROLE {}").format(_role(role)))
    verifier = server.pgconn.encrypt_password(
        password.encode(), f"keepwell_{role}".encode(), b"scram-sha-256"
    )
    bypass = sql.SQL("BYPASSRLS" if role == "backup" else "NOBYPASSRLS")
    server.execute(
        sql.SQL(
            "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT {}"
            " PASSWORD {}"
        ).format(_role(role), bypass, sql.Literal(verifier.decode()))
    )
    # Also said by each connection, but for one through a pooler; the backup waits as long as pg_dump asks it to
    waiting = {} if role in ("owner", "backup") else {"lock_timeout": "5s"}
    for name, value in (SESSION_SETTINGS | waiting).items():
        server.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                _role(role), sql.Identifier(name), sql.Literal(value)
            )
        )
    if role == "backup":
        server.execute(sql.SQL("GRANT pg_read_all_data TO {}").format(_role(role)))


def _make_database(server: Connection, name: str) -> None:
    """Create an empty database whose text sorts the same on every machine."""
    server.execute(
        sql.SQL(
            "CREATE DATABASE {} OWNER keepwell_owner TEMPLATE template0 ENCODING 'UTF8'"
            " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
        ).format(sql.Identifier(name))
    )


def mark(server: Connection, name: str) -> None:
    """Let a database say to every session which region's it is (accounts.whereabouts); a copy of it says nothing."""
    server.execute(
        sql.SQL("ALTER DATABASE {} SET keepwell.region = {}").format(
            sql.Identifier(name), sql.Literal(region_of(name))
        )
    )


def _admit(server: Connection, name: str, kind: str) -> None:
    """Let the roles of this kind of database connect, and nobody else."""
    database = sql.Identifier(name)
    mark(server, name)
    server.execute(sql.SQL("ALTER DATABASE {} OWNER TO keepwell_owner").format(database))
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in ROLES:
        verb = (
            "GRANT CONNECT ON DATABASE {} TO {}"
            if role in ENTRANTS[kind]
            else "REVOKE ALL ON DATABASE {} FROM {}"
        )
        server.execute(sql.SQL(verb).format(database, _role(role)))


def _prepare(database: Connection, kind: str) -> None:
    """Close the schema to everyone but the roles of this kind, and bring the extensions."""
    database.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    database.execute("GRANT USAGE, CREATE ON SCHEMA public TO keepwell_owner")
    for role in ENTRANTS[kind]:
        database.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(_role(role)))
    if kind == "region":
        for extension in EXTENSIONS:
            database.execute(
                sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
            )
