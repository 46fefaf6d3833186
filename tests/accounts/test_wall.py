"""The wall stands as the models declare it, and one missing stone is noticed (TI-1, TI-6, RP-4)."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from accounts.wall_report import faults
from tests import parts
from tests.conftest import HOME, PASSWORDS
from tests.factories import make_account

pytestmark = pytest.mark.django_db(databases="__all__")


def database() -> str:
    return str(connections["region_au"].settings_dict["NAME"])


@pytest.fixture
def catalog() -> Iterator[psycopg.Connection[Any]]:
    """A superuser's transaction on the region database, undone afterwards."""
    with psycopg.connect(parts.standing(HOME).postgres, dbname=database()) as connection:
        connection.execute("SET lock_timeout = '10s'")
        yield connection
        connection.rollback()


def test_the_wall_stands(catalog: psycopg.Connection[Any]) -> None:
    assert faults(catalog) == []


@pytest.mark.parametrize(
    ("stone", "said"),
    [
        ("DROP POLICY tenant ON clients_client", "policy tenant is missing"),
        (
            "ALTER POLICY tenant ON notes_note WITH CHECK (true)",
            "notes_note: policy tenant differs",
        ),
        (
            "ALTER POLICY tenant ON notes_note USING (account_id = current_setting('app.account_id', true)::uuid)",
            "notes_note: policy tenant differs",
        ),
        ("ALTER TABLE clients_alert DROP CONSTRAINT clients_alert_client_id_fk", "no constraint"),
        ("ALTER TABLE clients_alert DROP CONSTRAINT clients_alert_anchor", "no constraint"),
        ("DROP POLICY reader ON notes_noteversion", "policy reader is missing"),
        (
            "ALTER POLICY reader ON notes_addendum USING (true)",
            "notes_addendum: policy reader differs",
        ),
        (
            "DROP POLICY reader ON notes_remark;"
            "CREATE POLICY reader ON notes_remark FOR SELECT TO keepwell_app USING (true)",
            "notes_remark: policy reader differs",
        ),
        (
            "CREATE OR REPLACE FUNCTION may_read_note(of_account uuid, asked uuid) RETURNS boolean"
            " LANGUAGE sql AS 'SELECT true'",
            "notes_remark: function may_read_note differs",
        ),
        (
            "ALTER FUNCTION may_read_note SECURITY DEFINER",
            "notes_addendum: function may_read_note differs",
        ),
        (
            "ALTER FUNCTION may_read_note RESET search_path",
            "notes_addendum: function may_read_note differs",
        ),
        (
            "GRANT EXECUTE ON FUNCTION may_read_note TO PUBLIC",
            "notes_addendum: function may_read_note differs",
        ),
        (
            "CREATE OR REPLACE FUNCTION may_see_client(of_account uuid, asked uuid, place uuid)"
            " RETURNS boolean LANGUAGE sql AS 'SELECT true'",
            "clients_client: function may_see_client differs",
        ),
        (
            "ALTER POLICY reader ON clients_client USING (current_setting('app.location', true) = ''"
            " OR may_see_client(account_id, id, location_id))",
            "clients_client: policy reader differs",
        ),
        (
            "ALTER FUNCTION may_see_appointment SECURITY DEFINER",
            "bookings_appointment: function may_see_appointment differs",
        ),
        (
            "ALTER POLICY reader ON bookings_appointment USING (practitioner_id IS NOT NULL)",
            "bookings_appointment: policy reader differs",
        ),
        ("ALTER TABLE notes_addendum DISABLE TRIGGER it_fits_its_note", "notes_addendum: nothing"),
        ("ALTER TABLE bookings_attendee NO FORCE ROW LEVEL SECURITY", "not enabled and forced"),
        ("ALTER TABLE bookings_attendee DISABLE ROW LEVEL SECURITY", "not enabled and forced"),
        ("GRANT DELETE ON notes_addendum TO keepwell_app", "keepwell_app holds"),
        (
            "ALTER TABLE notes_note DISABLE TRIGGER only_an_import_is_taken_back",
            "notes_note: nothing keeps rows from being deleted",
        ),
        ("GRANT TRUNCATE ON notes_note TO keepwell_app", "keepwell_app holds"),
        ("GRANT SELECT ON accounts_auditevent TO keepwell_app", "keepwell_app holds"),
        ("ALTER ROLE keepwell_app BYPASSRLS", "powers beyond"),
        ("ALTER TABLE clients_client OWNER TO keepwell_app", "owned by a role that serves"),
        ("CREATE VIEW everyone AS SELECT * FROM clients_client", "runs as its owner"),
        ("CREATE UNIQUE INDEX oracle ON clients_client (email_index)", "not led by account_id"),
        ("CREATE TABLE stray (id int)", "of no model"),
        (
            "ALTER TABLE notes_note DISABLE TRIGGER a_signed_note_never_changes",
            "notes_note: nothing keeps its rows",
        ),
        (
            "ALTER TABLE clients_consent DISABLE TRIGGER a_consent_is_never_rewritten",
            "clients_consent: nothing keeps its rows",
        ),
        ("ALTER TABLE notes_note DISABLE TRIGGER refuse_while_closing", "while the account closes"),
        ("ALTER TABLE notes_note DISABLE TRIGGER refuse_restricted", "data are restricted"),
        ("DROP POLICY hidden ON notes_noteversion", "policy hidden is missing"),
        ("ALTER POLICY hidden ON notes_form USING (true)", "notes_form: policy hidden differs"),
        (
            "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM clients_client'",
            "function peek",
        ),
    ],
)
def test_a_missing_stone_is_noticed(
    catalog: psycopg.Connection[Any], stone: str, said: str
) -> None:
    catalog.execute(stone)
    found = faults(catalog)
    assert any(said in fault for fault in found), found


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_a_row_of_another_regions_account_cant_exist_even_for_the_owner() -> None:
    abroad = make_account(country="IE")
    where = connections["region_au"].settings_dict
    with psycopg.connect(
        host=where["HOST"],
        port=where["PORT"],
        dbname=database(),
        user="keepwell_owner",
        password=PASSWORDS["owner"],
    ) as owner:
        owner.execute("SELECT set_config('app.account_id', %s, true)", [str(abroad.pk)])
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner.execute(
                "INSERT INTO accounts_location (id, account_id, name, address, phone, time_zone, is_online)"
                " VALUES (%s, %s, 'x', '', '', 'UTC', true)",
                [uuid4(), abroad.pk],
            )


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_the_command_names_a_missing_stone() -> None:
    out = StringIO()
    call_command("wall", stdout=out)
    assert "au-1: the wall stands" in out.getvalue()
    with psycopg.connect(
        parts.standing(HOME).postgres, dbname=database(), autocommit=True
    ) as admin:
        admin.execute("ALTER TABLE notes_note NO FORCE ROW LEVEL SECURITY")
        try:
            with pytest.raises(CommandError, match="does not stand"):
                call_command("wall", stdout=out)
        finally:
            admin.execute("ALTER TABLE notes_note FORCE ROW LEVEL SECURITY")
    assert "notes_note: row-level security" in out.getvalue()
