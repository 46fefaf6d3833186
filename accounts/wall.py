"""The wall around each account in the database: row-level security, composite keys, grants and triggers, as one
migration operation, and the questions to the catalog that prove it stands (TI-1, RP-4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.apps import apps
from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.models import CASCADE, SET_NULL

from accounts.wall_columns import rotating_sql
from privacy.vocabulary.classification import DataPolicy, ReaderRule, Subject
from privacy.vocabulary.fields import BlindIndexField
from privacy.vocabulary.placement import Placement, TenantForeignKey

ANCHOR = "accounts_accountanchor"
EQUALITY = "(account_id = (current_setting('app.account_id'::text))::uuid)"

# Rows of people whose erasure was decided; ids alone, in every region
ERASURES = "privacy_erasure"

# Each role's policy, by name; `wall_report` compares the catalog's text with these.
POLICIES = {
    "tenant": ("ALL", "keepwell_app, keepwell_owner", "{equality}", "{equality}"),
    "export": ("SELECT", "keepwell_exporter", "{equality}", None),
    "purge": (
        "ALL",
        "keepwell_purger",
        "({equality} AND (EXISTS ( SELECT 1\n   FROM accounts_accountanchor a\n"
        "  WHERE ((a.account_id = {table}.account_id) AND ((a.state)::text = 'purging'::text)))))",
        None,
    ),
    "rotate": ("ALL", "keepwell_rotator", "{equality}", "{equality}"),
    "support": (
        "SELECT",
        "keepwell_support",
        "({equality} AND (EXISTS ( SELECT 1\n   FROM accounts_supportgrant g\n"
        "  WHERE ((g.account_id = {table}.account_id) AND (g.revoked_at IS NULL) AND "
        "(g.starts_at <= now()) AND (g.expires_at > now())))))",
        None,
    ),
}
PLAIN = {
    "purge": ("ALL", "keepwell_purger", "{equality}", None),
    "support": ("SELECT", "keepwell_support", "{equality}", None),
}
SEQUENCE = {
    "accounts_auditqueue": ("sequence", "ALL", "keepwell_audit", "true", None, "SELECT, DELETE"),
    "accounts_auditevent": ("sequence", "ALL", "keepwell_audit", "true", "true", "SELECT, INSERT"),
    "accounts_audithead": (
        "sequence",
        "ALL",
        "keepwell_audit",
        "true",
        "true",
        "SELECT, INSERT, UPDATE",
    ),
    "accounts_outboxjob": (
        "dispatch",
        "SELECT",
        "keepwell_dispatch",
        "true",
        None,
        "SELECT (id, account_id, name, run_at, leased_until, done_at, failed_at)",
    ),
    ANCHOR: ("dispatch", "SELECT", "keepwell_dispatch, keepwell_audit", "true", None, "SELECT"),
}
NO_APP_GRANT = ("accounts_auditevent", "accounts_audithead")
INSERT_ONLY = ("accounts_auditqueue",)
APP_UPDATES = {ANCHOR: "slug, name, client_word, state, key_epoch, closing_at, epoch, formerly"}
# What a reader of a moving account still leaves behind: that they came, and what they opened
WHILE_MOVING = ("accounts_auditqueue", "accounts_regionsession")

# Every write holds it shared until it commits; who freezes an account takes it alone, and so waits for all of them
FREEZE_LOCK = 0x6B77_6672  # "kwfr"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION arriving(of_account uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN coalesce(current_setting('app.arriving', true), '') = 'yes' AND EXISTS (
    SELECT FROM accounts_accountanchor a WHERE a.account_id = of_account AND a.state = 'arriving');
END $$;
CREATE OR REPLACE FUNCTION refuse_while_closing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_account uuid := COALESCE(NEW.account_id, OLD.account_id);
BEGIN
  IF current_user = 'keepwell_app' THEN
    PERFORM pg_advisory_xact_lock_shared({lock}, hashtext(of_account::text));
    IF EXISTS (SELECT FROM accounts_accountanchor a WHERE a.account_id = of_account AND a.state <> 'active')
       AND NOT arriving(of_account) THEN
      RAISE EXCEPTION 'account is read-only while it closes' USING ERRCODE = 'KW001';
    END IF;
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE OR REPLACE FUNCTION refuse_while_moving() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_account uuid := COALESCE(NEW.account_id, OLD.account_id);
BEGIN
  IF current_user = 'keepwell_app' THEN
    PERFORM pg_advisory_xact_lock_shared({lock}, hashtext(of_account::text));
    IF EXISTS (SELECT FROM accounts_accountanchor a
               WHERE a.account_id = of_account AND a.state IN ('moving', 'left')) THEN
      RAISE EXCEPTION 'account is read-only while it moves' USING ERRCODE = 'KW001';
    END IF;
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE OR REPLACE FUNCTION refuse_restricted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  whose uuid[];
BEGIN
  -- the product's own work goes on, and so does answering the request by which the data are restricted
  IF current_user <> 'keepwell_app' OR current_setting('app.reader', true) = 'system'
      OR current_setting('app.despite', true) = 'request' THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  IF TG_ARGV[0] = 'id' THEN
    whose := ARRAY[OLD.id, NEW.id, OLD.alias_of_id, NEW.alias_of_id];
  ELSE
    whose := ARRAY[OLD.client_id, NEW.client_id];
  END IF;
  IF EXISTS (
      SELECT 1 FROM clients_restriction r
      WHERE r.account_id = COALESCE(NEW.account_id, OLD.account_id) AND r.client_id = ANY (whose)
        AND r.kind = 'restriction' AND r.lifted_at IS NULL AND NOT r.allows ? TG_ARGV[1]) THEN
    RAISE EXCEPTION 'the data of this client are only stored' USING ERRCODE = 'KW005';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
""".replace("{lock}", str(FREEZE_LOCK))


# Beside the others, not instead of one of them: it takes away from what "tenant" gives
RESTRICTIVE = "reader"
# Lets the purger at rows of people whose erasure was decided, while their account lives
ERASING = "erase"
_ERASED = (
    "({{equality}} AND (EXISTS ( SELECT 1\n   FROM privacy_erasure e\n"
    "  WHERE ((e.account_id = {{table}}.account_id) AND (e.client_id = {{table}}.{column})))))"
)
# Takes away what nobody reads while its client's data are restricted; asked once for each statement, not for each row
HIDDEN = "hidden"
_STORED_ONLY = (
    "((current_setting('app.reader'::text, true) = 'system'::text)"
    " OR (current_setting('app.despite'::text, true) = 'request'::text)"
    " OR (client_id <> ALL (ARRAY( SELECT r.client_id FROM clients_restriction r"
    " WHERE ((r.account_id = (current_setting('app.account_id'::text))::uuid)"
    " AND ((r.kind)::text = 'restriction'::text) AND (r.lifted_at IS NULL)"
    " AND (NOT (r.allows ? 'care'::text)))))))"
)
BESIDE = (RESTRICTIVE, HIDDEN)


def policies_of(table: str, policy: DataPolicy) -> dict[str, tuple[str, str, str, str | None]]:
    """Return the policies that must stand on a table: name → command, roles, USING, WITH CHECK."""
    chosen = dict(POLICIES)
    if policy.client and policy.erase != "keep":
        using = _ERASED.format(column=policy.client)
        chosen[ERASING] = ("ALL", "keepwell_purger", using, None)
    if policy.readers:
        chosen[RESTRICTIVE] = ("SELECT", "keepwell_app", _condition(policy.readers), None)
    if policy.while_restricted == "hide":
        chosen[HIDDEN] = ("SELECT", "keepwell_app", _STORED_ONLY, None)
    if table in (ANCHOR, ERASURES):  # asked by the purger's own policies
        chosen["purge"] = PLAIN["purge"]
    if table == "accounts_supportgrant":
        chosen["support"] = PLAIN["support"]
    if table in SEQUENCE:
        name, command, roles, using, check, _ = SEQUENCE[table]
        chosen[name] = (command, roles, using, check)
    return {
        name: (
            command,
            roles,
            using.format(equality=EQUALITY, table=table),
            check.format(equality=EQUALITY, table=table) if check else None,
        )
        for name, (command, roles, using, check) in chosen.items()
    }


def grants_of(
    table: str, policy: DataPolicy, columns: Collection[str] | None = None
) -> dict[str, str]:
    """Return the privileges of each role on a table; `columns` are those it has so far, None: all it will have."""
    grants = {
        "keepwell_exporter": "SELECT",
        "keepwell_purger": "SELECT, DELETE",
        "keepwell_support": "SELECT",
    }
    if table in INSERT_ONLY:
        grants["keepwell_app"] = "INSERT"
    elif table in APP_UPDATES:
        updates = [
            each for each in APP_UPDATES[table].split(", ") if columns is None or each in columns
        ]
        grants["keepwell_app"] = f"SELECT, INSERT, UPDATE ({', '.join(updates)})"
    elif table not in NO_APP_GRANT:
        verbs = [
            "SELECT",
            "INSERT",
            *([] if policy.append_only else ["UPDATE"]),
            *(["DELETE"] if policy.deletable or policy.undoable else []),
        ]
        grants["keepwell_app"] = ", ".join(verbs)
    if table in SEQUENCE:
        for role in SEQUENCE[table][2].split(", "):
            grants[role] = SEQUENCE[table][5]
    return grants


def wall_sql(model: Any, policy: DataPolicy) -> list[str]:
    """Return the statements that raise the wall around one region table."""
    table = model._meta.db_table
    sql: list[str] = []
    if table != ANCHOR:
        sql.append(f"ALTER TABLE {table} ADD CONSTRAINT {table}_account UNIQUE (account_id, id)")
        sql += _reference(table, "anchor", "(account_id)", ANCHOR, "(account_id)", "")
        for field in model._meta.local_fields:
            sql += _composite_key(table, field) if isinstance(field, models.ForeignKey) else []
        if not policy.closing:
            sql.append(
                f"CREATE TRIGGER refuse_while_closing BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_while_closing()"
            )
        elif table not in (*NO_APP_GRANT, *WHILE_MOVING):
            sql.append(moving_trigger(table))
        if policy.is_held:
            sql.append(_held_sql(table, policy))
    sql += [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
    ]
    sql += [
        policy_sql(table, name, *parts)
        for name, parts in policies_of(table, policy).items()
        # They look at tables that may come later: `RestrictReaders`, `LetErase`, `HoldRestricted`
        if name not in (*BESIDE, ERASING)
    ]
    return [*sql, *erase_sql(model, policy), *rotating_sql(model, policy)] + [
        f"GRANT {verbs} ON {table} TO {role}"
        for role, verbs in grants_of(
            table, policy, [field.column for field in model._meta.local_concrete_fields]
        ).items()
    ]


def moving_trigger(table: str) -> str:
    """Return the statement that keeps a table still while its account moves, which may be written while it closes."""
    return (
        f"CREATE OR REPLACE TRIGGER refuse_while_moving BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_while_moving()"
    )


def blanked(model: Any) -> dict[str, str]:
    """Return what erasing a person puts into the columns of a row that stays: column → SQL.

    Sealed values, the hashes by which they are found, and what leads to rows that go.
    """
    found: dict[str, str] = {}
    for field in model._meta.local_concrete_fields:
        meta = getattr(field.remote_field, "model", model)._meta
        policy = _policy_of(meta.app_label, meta.model_name)
        leads = field.null and field.is_relation and policy.client and policy.erase == "delete"
        if getattr(field, "is_sealed", False) or isinstance(field, BlindIndexField):
            found[field.column] = "NULL" if field.null else "''::bytea"
        elif leads:
            found[field.column] = "NULL"
    return found


def erase_sql(model: Any, policy: DataPolicy) -> list[str]:
    """Return the statements that let the purger erase people in a table; they do nothing before `ERASURES` is there."""
    table = model._meta.db_table
    if not policy.client or policy.erase == "keep":
        return []
    made = policy_sql(table, ERASING, *policies_of(table, policy)[ERASING])
    sql = [
        f"DO $do$ BEGIN IF to_regclass('{ERASURES}') IS NOT NULL THEN"
        f" DROP POLICY IF EXISTS {ERASING} ON {table}; {made}; END IF; END $do$"
    ]
    if policy.erase == "blank":
        sql.append(f"GRANT UPDATE ({', '.join(blanked(model))}) ON {table} TO keepwell_purger")
    return sql


def _condition(readers: str | ReaderRule) -> str:
    return readers if isinstance(readers, str) else readers.condition


# Of a rule's function: whose rights it works with, that it looks where it was meant to, and who may ask it
RULE_PATH = "search_path=public, pg_temp"
RULE_ASKED_BY = ("keepwell_app", "keepwell_owner")


def _rule_sql(rule: ReaderRule) -> list[str]:
    """Return the statements that make or renew the function of a reader's rule.

    A function, because PostgreSQL would answer a condition of this size for the whole account and not for the row, and
    plan and open its tables anew for each statement, also where nobody is kept from anything; it keeps the plans of a
    function. It works with the rights of whoever asks, so the wall stands around what it looks at, too; nobody's
    temporary table takes the place of one that it names.
    """
    signature = f"{rule.name}({rule.parameters})"
    return [
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS boolean"
        " LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER"
        f" SET {RULE_PATH.replace('=', ' = ')} AS $rule${rule.body}$rule$",
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO keepwell_app",
    ]


def _held_sql(table: str, policy: DataPolicy) -> str:
    """Return the statement by which a table refuses changes of a client's rows while their data are restricted (DS-8)."""
    area = "booking" if table.startswith("bookings_") else "care"
    return (
        f"CREATE OR REPLACE TRIGGER refuse_restricted BEFORE INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_restricted('{policy.client}', '{area}')"
    )


def _held_by(table: str, policy: DataPolicy) -> list[str]:
    """Return the statements that renew the policies of a table which look at restrictions."""
    return [
        statement
        for name, parts in policies_of(table, policy).items()
        if name == HIDDEN
        for statement in (
            f"DROP POLICY IF EXISTS {name} ON {table}",
            policy_sql(table, name, *parts),
        )
    ]


def policy_sql(
    table: str, name: str, command: str, roles: str, using: str, check: str | None
) -> str:
    kind = " AS RESTRICTIVE" if name in BESIDE else ""
    clause = f"USING ({using})" + (f" WITH CHECK ({check})" if check else "")
    return f"CREATE POLICY {name} ON {table}{kind} FOR {command} TO {roles} {clause}"


def _composite_key(table: str, field: models.ForeignKey[Any, Any]) -> list[str]:
    target = field.remote_field.model._meta.db_table
    column = field.column
    rules: dict[Any, str] = {
        CASCADE: " ON DELETE CASCADE",
        SET_NULL: f" ON DELETE SET NULL ({column})",
    }
    on_delete = rules.get(field.remote_field.on_delete, "")
    return _reference(
        table, f"{column}_fk", f"(account_id, {column})", target, "(account_id, id)", on_delete
    )


def _reference(
    table: str, name: str, columns: str, target: str, keys: str, on_delete: str
) -> list[str]:
    """Add a foreign key; its first check runs as the owner, whom a forced policy would stop."""
    add = f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name} FOREIGN KEY {columns} REFERENCES {target} {keys}{on_delete}"
    if target == table:
        return [add]
    return [
        f"ALTER TABLE {target} NO FORCE ROW LEVEL SECURITY",
        add,
        f"ALTER TABLE {target} FORCE ROW LEVEL SECURITY",
    ]


class RaiseWall(Operation):
    """Migration operation: raise the wall around these models of the app, in dependency order, once created."""

    reduces_to_sql = True
    reversible = False

    def __init__(self, *models: str) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, list(self.models), {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The wall is not part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        alias = schema_editor.connection.alias
        if not alias.startswith("region_"):
            return
        schema_editor.execute(FUNCTIONS, params=None)
        for name in self.models:
            policy = _policy_of(app_label, name)
            model = to_state.apps.get_model(app_label, name)
            knows = "restriction" in to_state.apps.all_models.get("clients", {})
            later = _held_by(model._meta.db_table, policy) if knows else []
            for statement in [*wall_sql(model, policy), *later]:
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Raise the wall around {', '.join(self.models)}"


def _policy_of(app_label: str, name: str) -> DataPolicy:
    """Return what a model declares; one that is gone by now had no grants beyond the usual, and its table is dropped."""
    real: Any = apps.all_models[app_label].get(name.lower())
    return real.data_policy if real else DataPolicy(Subject.SYSTEM)


class BindKeys(Operation):
    """Migration operation: add the composite keys of references that a walled model got later, once added."""

    reduces_to_sql = True
    reversible = False

    def __init__(self, model: str, *fields: str) -> None:
        self.model, self.fields = model, fields

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.model, *self.fields], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The wall is not part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not schema_editor.connection.alias.startswith("region_"):
            return
        meta = to_state.apps.get_model(app_label, self.model)._meta
        table = meta.db_table
        keys = [key for name in self.fields for key in _composite_key(table, meta.get_field(name))]
        # The first check of a key runs as the owner, whom this table's forced policy would stop too
        lifted = f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
        for statement in [lifted, *keys, f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"]:
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Bind {', '.join(self.fields)} of {self.model} to its own account"


class RestrictReaders(Operation):
    """Migration operation: let `keepwell_app` read rows of these models only as their policy's `readers` says.

    Once the tables stand that it asks; a second time, after `readers` has changed, it takes the place of the first.
    `readers`: what they were then, where they now ask tables that came later.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, *models: str, readers: str = "") -> None:
        self.models = models
        self.readers = readers

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        more = {"readers": self.readers} if self.readers else {}
        return self.__class__.__qualname__, list(self.models), more

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The wall is not part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not schema_editor.connection.alias.startswith("region_"):
            return
        for name in self.models:
            real: Any = apps.get_model(app_label, name)
            table = real._meta.db_table
            policy = real.data_policy
            if self.readers:
                policy = replace(policy, readers=self.readers)
            parts = policies_of(table, policy)[RESTRICTIVE]
            if isinstance(rule := policy.readers, ReaderRule):
                for statement in _rule_sql(rule):
                    schema_editor.execute(statement, params=None)
            schema_editor.execute(f"DROP POLICY IF EXISTS {RESTRICTIVE} ON {table}", params=None)
            schema_editor.execute(policy_sql(table, RESTRICTIVE, *parts), params=None)

    def describe(self) -> str:
        return f"Let only their readers read {', '.join(self.models)}"


class HoldRestricted(Operation):
    """Migration operation: keep rows of these models as they are, and hidden, as restrictions say.

    For models that had their wall before restrictions came; `RaiseWall` does the same for those that come later.
    """

    reduces_to_sql = True
    reversible = False

    def __init__(self, *models: str) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, list(self.models), {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The wall is not part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if not schema_editor.connection.alias.startswith("region_"):
            return
        schema_editor.execute(FUNCTIONS, params=None)
        for name in self.models:
            table = to_state.apps.get_model(app_label, name)._meta.db_table
            policy = _policy_of(app_label, name)
            statements = [_held_sql(table, policy)] if policy.is_held else []
            for statement in [*statements, *_held_by(table, policy)]:
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Hold {', '.join(self.models)} while a client’s data are restricted"


def tenant_models(all_models: Iterable[Any]) -> list[Any]:
    """Return the region models among `all_models`."""
    return [model for model in all_models if getattr(model, "placement", None) == Placement.REGION]


def tenant_foreign_keys(model: Any) -> list[TenantForeignKey]:
    """Return a model's references to other rows of the account."""
    return [field for field in model._meta.local_fields if isinstance(field, TenantForeignKey)]
