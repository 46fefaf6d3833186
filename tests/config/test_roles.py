"""Roles can do what their name says and no more, and making them twice changes nothing."""

from collections.abc import Iterator

import psycopg
import pytest

from config.demo.servers import Postgres
from config.roles import ROLES, create_roles_and_databases, database_names

PASSWORDS = {role: f"pass word 'of' {role}" for role in ROLES}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    postgres = Postgres(tmp_path_factory.mktemp("roles"), durable=False)
    url = postgres.start()
    for _twice in range(2):
        create_roles_and_databases(url, PASSWORDS, ["au", "eu"], prefix="t_")
    yield postgres
    postgres.stop()


def enter(server: Postgres, role: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        server.url,
        user=f"keepwell_{role}",
        password=PASSWORDS[role],
        dbname=f"t_{database}",
        autocommit=True,
    )


def rows(server: Postgres, query: str) -> set[tuple[object, ...]]:
    with psycopg.connect(server.url) as connection:
        return set(connection.execute(query.encode()).fetchall())


def test_no_role_has_power_over_others_and_only_backup_sees_past_the_wall(server: Postgres) -> None:
    found = rows(
        server,
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
        " FROM pg_roles WHERE rolname LIKE 'keepwell%'",
    )
    expected = {
        (f"keepwell_{role}", False, False, False, False, role == "backup") for role in ROLES
    }
    assert found == expected


def test_databases_belong_to_the_owner_and_sort_alike_everywhere(server: Postgres) -> None:
    found = rows(
        server,
        "SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datlocprovider,"
        " datlocale FROM pg_database WHERE datname LIKE 't\\_%'",
    )
    names = database_names(["au", "eu"], "t_")
    assert found == {(name, "keepwell_owner", "UTF8", "b", "C.UTF-8") for name in names}
    assert set(names.values()) == {"control", "region", "keyring"}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_its_databases_alone(server: Postgres, role: str) -> None:
    for database in ("control", "region_au"):
        enter(server, role, database).close()
    if role in ("owner", "app", "purger", "backup"):
        enter(server, role, "keyring_au").close()
    else:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            enter(server, role, "keyring_au")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url, user=f"keepwell_{role}", dbname="t_control", password="guess")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_only_the_owner_makes_tables(server: Postgres, role: str) -> None:
    with enter(server, role, "region_au") as connection:
        for statement in (b"CREATE TABLE mine (x int)", b"CREATE TEMP TABLE mine (x int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET log_min_error_statement = 'error'")


def test_app_sees_nothing_it_was_not_given_and_backup_reads_all(server: Postgres) -> None:
    with enter(server, "owner", "region_au") as owner:
        owner.execute("CREATE TABLE sealed AS SELECT 1 AS x")
        owner.execute("ALTER TABLE sealed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    with (
        enter(server, "app", "region_au") as app,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        app.execute("SELECT * FROM sealed")
    with enter(server, "backup", "region_au") as backup:
        assert backup.execute("SELECT * FROM sealed").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            backup.execute("DELETE FROM sealed")


def test_region_databases_bring_the_extensions(server: Postgres) -> None:
    with enter(server, "app", "region_eu") as region:
        found = {row[0] for row in region.execute("SELECT extname FROM pg_extension")}
    assert found == {"plpgsql", "btree_gist", "pg_trgm", "unaccent"}


def test_password_changes_reach_the_role(server: Postgres) -> None:
    create_roles_and_databases(
        server.url, PASSWORDS | {"support": "new"}, ["au", "eu"], prefix="t_"
    )
    psycopg.connect(server.url, user="keepwell_support", dbname="t_control", password="new").close()
    create_roles_and_databases(server.url, PASSWORDS, ["au", "eu"], prefix="t_")
