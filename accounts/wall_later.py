"""Migration operations that reach every table there is, for rights that came after the walls were raised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.migrations.operations.base import Operation

from accounts.wall import erase_sql, policies_of, policy_sql, tenant_models
from accounts.wall_columns import FUNCTION, STEP_ASIDE, rotating_sql
from privacy.vocabulary.classification import DataPolicy


class _Everywhere(Operation):
    """Something that is done for each region table, as it is at this point of the migrations; again is fine."""

    reduces_to_sql = True
    reversible = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The wall is not part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.alias.startswith("region_"):
            for statement in self.statements(to_state):
                schema_editor.execute(statement, params=None)

    def statements(self, to_state: Any) -> Iterator[str]:
        """Yield what is to be done."""
        raise NotImplementedError


class LetErase(_Everywhere):
    """Let the purger erase people in every table, once `ERASURES` stands."""

    def statements(self, to_state: Any) -> Iterator[str]:
        for model, policy in _tables(to_state):
            yield from erase_sql(model, policy)

    def describe(self) -> str:
        return "Let the purger erase people"


class LetRotate(_Everywhere):
    """Let the rotator seal anew what is sealed in every table, and nothing else; `never`: triggers that step aside for it.

    Use it again where a sealed field is added to a table.
    """

    def __init__(self, *never: str) -> None:
        self.never = never

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, list(self.never), {}

    def statements(self, to_state: Any) -> Iterator[str]:
        yield FUNCTION
        for model, policy in _tables(to_state):
            table = model._meta.db_table
            yield f"DROP POLICY IF EXISTS rotate ON {table}"
            yield policy_sql(table, "rotate", *policies_of(table, policy)["rotate"])
            yield from rotating_sql(model, policy)
        if self.never:
            yield STEP_ASIDE.format(names=", ".join(f"'{name}'" for name in self.never))

    def describe(self) -> str:
        return "Let the rotator seal anew"


def _tables(to_state: Any) -> Iterator[tuple[Any, DataPolicy]]:
    """Yield each region model as the migrations know it by now, with what it declares."""
    for model in to_state.apps.get_models():
        real: Any = apps.all_models[model._meta.app_label].get(model._meta.model_name)
        if tenant_models([real]):
            yield model, real.data_policy
