"""Which columns of a table are sealed, and what keeps the one role that may seal them anew to doing just that (CR-4)."""

from __future__ import annotations

from typing import Any

from privacy.vocabulary.classification import DataPolicy
from privacy.vocabulary.fields import BlindIndexField, EncryptedField

TRIGGER = "only_resealed"
# As far as a database that has no key can know: the same version byte, as many bytes, and another key's name before them
FUNCTION = """
CREATE OR REPLACE FUNCTION only_resealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was jsonb := to_jsonb(OLD);
  becomes jsonb := to_jsonb(NEW);
  name text;
  before text;
  after text;
BEGIN
  FOREACH name IN ARRAY TG_ARGV LOOP
    before := was ->> name;
    after := becomes ->> name;
    CONTINUE WHEN before IS NOT DISTINCT FROM after;
    IF before IS NULL OR after IS NULL OR length(before) <> length(after) OR left(before, 4) <> left(after, 4)
       OR substr(before, 5, 32) = substr(after, 5, 32) THEN
      RAISE EXCEPTION 'what is sealed anew stays what it was' USING ERRCODE = 'KW006';
    END IF;
  END LOOP;
  RETURN NEW;
END $$;
"""
# Nothing is rewritten but by whom the trigger above watches over
STEP_ASIDE = """
DO $do$
DECLARE t record;
BEGIN
  FOR t IN SELECT pg_get_triggerdef(oid) AS made FROM pg_trigger
           WHERE NOT tgisinternal AND tgqual IS NULL AND tgname IN ({names}) AND tgtype & 16 > 0 LOOP
    EXECUTE replace(replace(t.made, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER'),
      'FOR EACH ROW EXECUTE', 'FOR EACH ROW WHEN (CURRENT_USER <> ''keepwell_rotator'') EXECUTE');
  END LOOP;
END $do$;
"""


def sealed(model: Any) -> list[str]:
    """Return the columns of a model that are sealed."""
    return [str(each.column) for each in _fields(model) if isinstance(each, EncryptedField)]


def resealable(model: Any, policy: DataPolicy) -> list[str]:
    """Return the columns that change when keys do: sealed ones, hashes made with a key, where a file lies."""
    hashed = [str(each.column) for each in _fields(model) if isinstance(each, BlindIndexField)]
    found = sealed(model)
    if not found:
        return []
    stored = [policy.file.storage_key] if policy.file else []
    return [*found, *hashed, *stored]


def rotating_sql(model: Any, policy: DataPolicy) -> list[str]:
    """Return the statements that let a table's values be sealed anew; without the function they do nothing."""
    table, columns = model._meta.db_table, resealable(model, policy)
    if not columns:
        return []
    whose = [policy.client] if policy.client and policy.client != "id" else []
    seen = ["id", "account_id", *whose]
    told = ", ".join(f"'{column}'" for column in sealed(model))
    changed = ", ".join(columns)
    return [
        f"GRANT SELECT ({', '.join([*seen, *columns])}), UPDATE ({changed}) ON {table} TO keepwell_rotator",
        f"DO $do$ BEGIN IF to_regproc('{TRIGGER}') IS NOT NULL THEN"
        f" CREATE OR REPLACE TRIGGER {TRIGGER} BEFORE UPDATE ON {table} FOR EACH ROW"
        f" WHEN (CURRENT_USER = 'keepwell_rotator') EXECUTE FUNCTION {TRIGGER}({told});"
        " END IF; END $do$",
    ]


def _fields(model: Any) -> list[Any]:
    return list(model._meta.local_concrete_fields)
