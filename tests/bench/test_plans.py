"""No page makes PostgreSQL read a table from end to end: the wall leaves every look-up its index (TI-9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections

from accounts.tenancy import acting_in
from config.bench import seeding
from config.bench.pages import kinds
from config.bench.plans import looked_up_by_nothing, walks
from config.bench.seeding import QUICK, Practice, Scene
from config.bench.sent import Statement, visit
from tests.conftest import superuser_of

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def test_every_statement_of_every_page_finds_its_rows_by_an_index() -> None:
    practice = seeding.open_practice(0)
    seeding.add_clients(practice, 40)
    monday = seeding.next_monday()
    seeding.add_appointments(practice, [monday, monday + timedelta(weeks=1)], 40)
    scene = Scene(practice, practice, practice, [], monday - timedelta(days=7), QUICK)
    slug = practice.account.slug
    pages: list[tuple[str, dict[str, str] | None]] = [
        *((kind.path, None) for kind in kinds(scene)),
        (f"/a/{slug}/clients/search/", {"q": "leila h"}),
    ]
    asked: dict[str, Statement] = {}
    for path, fields in pages:
        seen = visit(practice, path, fields)
        assert seen.status == 200, path
        asked |= {each.sql: each for each in seen.reading}
    assert len(asked) > 30
    _forget_what_was_counted()
    found = {sql: tables for sql, each in asked.items() if (tables := _walked(practice, each))}
    assert found == {}


def _forget_what_was_counted() -> None:
    """Let the planner think as of new tables: what other tests left and deleted says nothing of many accounts."""
    database = superuser_of(connections["region_au"].settings_dict["NAME"])
    database.execute(
        "SELECT pg_clear_relation_stats('public', tablename) FROM pg_tables WHERE schemaname = 'public'"
    )
    database.execute(
        "SELECT pg_clear_attribute_stats('public', tablename, attname, inherited)"
        " FROM pg_stats WHERE schemaname = 'public'"
    )


def _walked(practice: Practice, statement: Statement) -> list[str]:
    """Return what a statement would still read from end to end when that is made dear, as it is with many accounts."""
    with acting_in(practice.account), connections["region_au"].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.params)
        ((told,),) = cursor.fetchall()
    return looked_up_by_nothing(told[0]["Plan"])


def test_a_walk_is_told_from_a_look_up() -> None:
    looked_up = {"Node Type": "Index Scan", "Index Name": "i", "Index Cond": "(account_id = $1)"}
    in_order = {"Node Type": "Index Scan", "Relation Name": "notes_note", "Index Name": "i"}
    walked = {
        "Node Type": "Seq Scan",
        "Relation Name": "clients_client",
        "Actual Rows": 1_710,
        "Rows Removed by Filter": 50_000,
    }
    mostly_ours = {**walked, "Actual Rows": 50_000, "Rows Removed by Filter": 1_710}
    plan = {"Node Type": "Hash Join", "Plans": [looked_up, {**looked_up, "Plans": [walked]}]}
    assert walks([plan, in_order, mostly_ours]) == ["clients_client"]
    assert looked_up_by_nothing(plan) == ["clients_client"]
    assert looked_up_by_nothing(in_order) == ["notes_note"]
    assert looked_up_by_nothing(looked_up) == []
