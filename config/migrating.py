"""Brings databases up to date; those that are still empty together, since what a migration means is the same in each.

Working that out takes seconds for each database, making the tables a fraction of one. A database in use is migrated by
itself, so that nobody waits in one region for another region's locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


def migrate(aliases: Sequence[str]) -> None:
    """Apply what is missing in each of these databases."""
    executors = [MigrationExecutor(connections[alias]) for alias in aliases]
    empty = [executor for executor in executors if not executor.loader.applied_migrations]
    if empty and all(migration.atomic for migration in _missing(empty[0])):
        _make(empty, _missing(empty[0]))
        executors = [executor for executor in executors if executor not in empty]
    for executor in executors:
        if _missing(executor):
            alias = executor.connection.alias
            call_command("migrate", database=alias, interactive=False, verbosity=0)


def _missing(executor: MigrationExecutor) -> list[Migration]:
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, _backwards in plan]


def _make(executors: Sequence[MigrationExecutor], migrations: Sequence[Migration]) -> None:
    """Run every migration in empty databases, each migration in one transaction per database."""
    for executor in executors:
        emit_pre_migrate_signal(0, False, executor.connection.alias)  # before any table: it grants
        executor.recorder.ensure_schema()
    state = ProjectState(real_apps=executors[0].loader.unmigrated_apps)
    for migration in migrations:
        _apply(migration, executors, state)
    for executor in executors:
        emit_post_migrate_signal(0, False, executor.connection.alias)


def _apply(
    migration: Migration, executors: Sequence[MigrationExecutor], state: ProjectState
) -> None:
    """As `Migration.apply`, but for several databases: the state moves on once for all of them."""
    with ExitStack() as stack:
        editors = [
            stack.enter_context(executor.connection.schema_editor()) for executor in executors
        ]
        for operation in migration.operations:
            before = state.clone()
            operation.state_forwards(migration.app_label, state)
            for editor in editors:
                operation.database_forwards(migration.app_label, editor, before, state)
        for executor in executors:
            executor.record_migration(migration.app_label, migration.name)
