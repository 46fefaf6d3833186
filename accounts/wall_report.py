"""Asks a region database's catalog whether the wall stands as it was meant; every answer is a fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
from django.apps import apps

from accounts.wall import (
    ANCHOR,
    BESIDE,
    NO_APP_GRANT,
    RULE_ASKED_BY,
    RULE_PATH,
    WHILE_MOVING,
    blanked,
    grants_of,
    policies_of,
    tenant_foreign_keys,
    tenant_models,
)
from accounts.wall_columns import TRIGGER, resealable, sealed
from privacy.vocabulary.classification import ReaderRule
from privacy.vocabulary.placement import Placement

# Unique in the whole region on purpose: the name in the account's address
GLOBAL_NAMES = {(ANCHOR, "slug"), (ANCHOR, "account_id")}
# What the database itself keeps as it was written, by the trigger that does
NEVER_CHANGE = {
    "notes_note": "a_signed_note_never_changes",
    **{
        f"notes_{added}": "it_fits_its_note"
        for added in ("noteversion", "addendum", "cosignature", "remark", "withdrawal")
    },
    "notes_form": "a_completed_form_never_changes",
    "clients_consent": "a_consent_is_never_rewritten",
    "clients_consenttext": "words_are_never_rewritten",
    "clients_noticeanswer": "an_answer_is_never_rewritten",
    "clients_restriction": "a_restriction_is_only_lifted",
    "bookings_message": "an_objection_stops_messages",
    "bookings_waitingoffer": "an_objection_stops_offers",
}
# Lets go of what an import brought, and of nothing else
UNDOING = "only_an_import_is_taken_back"
ROLES = ("app", "audit", "support", "exporter", "dispatch", "purger", "rotator")
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

Row = tuple[Any, ...]
Connection = psycopg.Connection[Any]


def faults(connection: Connection) -> list[str]:
    """Return every place where the database differs from what the models declare; empty when the wall stands."""
    found = [*_roles(connection), *_loose_objects(connection), *_unique_indexes(connection)]
    for model in tenant_models(apps.get_models()):
        table = model._meta.db_table
        found += _row_security(connection, table)
        found += _policies(connection, table, model)
        found += _grants(connection, table, model)
        found += _references(connection, table, model)
        found += _triggers(connection, table, model)
    return found


def _roles(connection: Connection) -> Iterator[str]:
    rows = connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = ANY(%s)",
        [[f"keepwell_{role}" for role in (*ROLES, "owner")]],
    ).fetchall()
    if len(rows) != len(ROLES) + 1:
        yield "a role is missing"
    for name, *powers in rows:
        if any(powers):
            yield f"{name} has powers beyond its work"
    owned = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
        " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND r.rolname = ANY(%s)",
        [[f"keepwell_{role}" for role in ROLES]],
    ).fetchall()
    for (name,) in owned:
        yield f"{name} is owned by a role that serves"
    creating = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND has_schema_privilege(rolname, 'public', 'CREATE')",
        [[f"keepwell_{role}" for role in ROLES]],
    ).fetchall()
    for (name,) in creating:
        yield f"{name} may create objects"


def _loose_objects(connection: Connection) -> Iterator[str]:
    """Views that run as their owner, materialised views and definer functions all pass the wall."""
    views = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"
        " AND (c.relkind = 'm' OR c.relkind = 'v' AND NOT coalesce(c.reloptions::text, '') LIKE '%security_invoker=true%')"
    ).fetchall()
    for (name,) in views:
        yield f"view {name} runs as its owner"
    functions = connection.execute(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef"
    ).fetchall()
    for (name,) in functions:
        yield f"function {name} runs as its owner"
    placed = (Placement.REGION, Placement.CELL)
    known = {
        model._meta.db_table
        for model in apps.get_models()
        if getattr(model, "placement", None) in placed
    } | {"django_migrations"}
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    for (name,) in tables:
        if name not in known:
            yield f"table {name} is of no model"


def _unique_indexes(connection: Connection) -> Iterator[str]:
    """A unique index that is not led by the account tells one account of another's values (TI-8)."""
    rows = connection.execute(
        "SELECT t.relname, i.relname, a.attname, x.indisprimary FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid"
        " JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]"
        " WHERE n.nspname = 'public' AND (x.indisunique OR x.indisexclusion) AND t.relname <> 'django_migrations'"
    ).fetchall()
    for table, index, first, primary in rows:
        if (
            first != "account_id"
            and not (primary and first == "id")
            and (table, first) not in GLOBAL_NAMES
        ):
            yield f"unique index {index} of {table} is not led by account_id"


def _row_security(connection: Connection, table: str) -> Iterator[str]:
    row = connection.execute(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(%s)",
        [table],
    ).fetchone()
    if row is None:
        yield f"table {table} is missing"
    elif row != (True, True):
        yield f"{table}: row-level security is not enabled and forced"
    filled = connection.execute(
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'account_id'",
        [table],
    ).fetchone()
    if filled != (True,):
        yield f"{table}: account_id is missing or may be empty"


def _plain(text: str | None) -> str:
    return "".join((text or "").split()).strip("()")


def _bare(text: str | None) -> str:
    """Return a long condition without the parentheses and casts that PostgreSQL adds as it prints one."""
    return re.sub(r"::(text|character varying)(\[\])?|[\s()]", "", text or "")


def _policies(connection: Connection, table: str, model: Any) -> Iterator[str]:
    rows = connection.execute(
        "SELECT policyname, cmd, roles::text[], qual, with_check, permissive FROM pg_policies WHERE tablename = %s",
        [table],
    ).fetchall()
    standing = {row[0]: row for row in rows}
    wanted = policies_of(table, model.data_policy)
    for name in standing.keys() - wanted.keys():
        yield f"{table}: policy {name} is of no template"
    for name, (command, roles, using, check) in wanted.items():
        row = standing.get(name)
        if row is None:
            yield f"{table}: policy {name} is missing"
        same = _bare if name in BESIDE else _plain
        if row and (row[1], sorted(row[2]), same(row[3]), same(row[4]), row[5]) != (
            command,
            sorted(roles.split(", ")),
            same(using),
            same(check),
            "RESTRICTIVE" if name in BESIDE else "PERMISSIVE",
        ):
            yield f"{table}: policy {name} differs from its template"
    if isinstance(rule := model.data_policy.readers, ReaderRule):
        yield from _rule(connection, table, rule)


def _rule(connection: Connection, table: str, rule: ReaderRule) -> Iterator[str]:
    """Yield what is wrong with the function of a reader's rule: other words, other rights, another path, other askers."""
    standing = connection.execute(
        "SELECT prosrc, pg_get_function_identity_arguments(oid), proowner::regrole::text, prosecdef,"
        " provolatile::text, proconfig,"
        " (SELECT array_agg(grantee::regrole::text ORDER BY grantee::regrole::text)"
        "  FROM aclexplode(coalesce(proacl, acldefault('f', proowner))))"
        " FROM pg_proc WHERE proname = %s",
        [rule.name],
    ).fetchall()
    wanted = (
        rule.body,
        rule.parameters,
        "keepwell_owner",
        False,
        "s",
        [RULE_PATH],
        list(RULE_ASKED_BY),
    )
    if standing != [wanted]:
        yield f"{table}: function {rule.name} differs from its rule"


def _grants(connection: Connection, table: str, model: Any) -> Iterator[str]:
    wanted = grants_of(table, model.data_policy)
    for role in ROLES:
        verbs = wanted.get(f"keepwell_{role}", "")
        whole = {verb for verb in verbs.split(", ") if verb in VERBS}
        row = connection.execute(
            "SELECT "
            + ", ".join(
                f"has_table_privilege('keepwell_{role}', '{table}', '{verb}')" for verb in VERBS
            )
        ).fetchone()
        held = {verb for verb, has in zip(VERBS, row or (), strict=True) if has}
        if held != whole:
            yield f"{table}: keepwell_{role} holds {sorted(held)} instead of {sorted(whole)}"
    blanks = blanked(model) if model.data_policy.erase == "blank" else ()
    changes = {"purger": set(blanks), "rotator": set(resealable(model, model.data_policy))}
    for role, wanted_columns in changes.items():
        held_columns = connection.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0"
            f" AND NOT attisdropped AND has_column_privilege('keepwell_{role}', attrelid, attnum, 'UPDATE')",
            [table],
        ).fetchall()
        if {name for (name,) in held_columns} != wanted_columns:
            yield f"{table}: keepwell_{role} may change other columns than {sorted(wanted_columns)}"


def _references(connection: Connection, table: str, model: Any) -> Iterator[str]:
    rows = connection.execute(
        "SELECT c.confrelid::regclass::text, (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey)"
        " WITH ORDINALITY k(num, n) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num), c.convalidated"
        " FROM pg_constraint c WHERE c.conrelid = to_regclass(%s) AND c.contype = 'f'",
        [table],
    ).fetchall()
    standing = {(target, tuple(columns)) for target, columns, validated in rows if validated}
    wanted: set[tuple[str, tuple[str, ...]]] = {
        (field.remote_field.model._meta.db_table, ("account_id", field.column))
        for field in tenant_foreign_keys(model)
    }
    if table != ANCHOR:
        wanted.add((ANCHOR, ("account_id",)))
    for target, columns in wanted - standing:
        yield f"{table}: no constraint {columns} to {target}"
    for target, columns in standing - wanted:
        yield f"{table}: constraint {columns} to {target} does not carry the account"


def _triggers(connection: Connection, table: str, model: Any) -> Iterator[str]:
    rows = connection.execute(
        "SELECT tgname, tgenabled, tgqual IS NULL AND tgtype & 16 > 0 FROM pg_trigger"
        " WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal",
        [table],
    ).fetchall()
    enabled = {name for name, state, _blocks in rows if state == "O"}
    blocking = {name for name, _state, blocks in rows if blocks}
    if table != ANCHOR and not model.data_policy.closing and "refuse_while_closing" not in enabled:
        yield f"{table}: nothing refuses writes while the account closes"
    still = (ANCHOR, *NO_APP_GRANT, *WHILE_MOVING)
    if model.data_policy.closing and table not in still and "refuse_while_moving" not in enabled:
        yield f"{table}: nothing refuses writes while the account moves"
    if model.data_policy.is_held and "refuse_restricted" not in enabled:
        yield f"{table}: nothing refuses changes while a client's data are restricted"
    if model.data_policy.undoable and UNDOING not in enabled:
        yield f"{table}: nothing keeps rows from being deleted that no import brought"
    if table in NEVER_CHANGE and NEVER_CHANGE[table] not in enabled:
        yield f"{table}: nothing keeps its rows as they were"
    if sealed(model) and TRIGGER not in enabled:
        yield f"{table}: nothing keeps the rotator to sealing anew"
    if sealed(model) and NEVER_CHANGE.get(table) in blocking:
        yield f"{table}: its values can't be sealed anew"
