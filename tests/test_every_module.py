"""Every module of ours: names its database, keeps to the product's clock and to the one way into an account."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.logs import ALLOWED

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "bookings", "clients", "config", "integrations", "notes", "privacy")
MODULES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def names_its_database(call: ast.Call) -> bool:
    return bool(call.args) or any(keyword.arg == "using" for keyword in call.keywords)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_transaction_names_its_database(path: Path) -> None:
    for function, call in calls(path):
        if function in ("transaction.atomic", "atomic"):
            assert names_its_database(call), (
                f"{name(path)}:{call.lineno} atomic() names no database"
            )
        if function.endswith("on_commit"):
            assert any(keyword.arg == "using" for keyword in call.keywords), (
                f"{name(path)}:{call.lineno} on_commit()"
            )


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_time_comes_from_the_products_clock(path: Path) -> None:
    """Only the clock itself reads real time; durations use time.monotonic()."""
    if path.name == "clock.py" or "demo" in path.parts:
        return
    for function, call in calls(path):
        assert function not in (
            "timezone.now",
            "datetime.now",
            "datetime.utcnow",
            "date.today",
            "time.time",
        ), f"{name(path)}:{call.lineno} {function}()"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_tenancy_enters_an_account(path: Path) -> None:
    if path.name in ("tenancy.py", "scope.py"):
        return
    for function, call in calls(path):
        assert not function.endswith("scope.entered"), f"{name(path)}:{call.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_every_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not tree.body or ast.get_docstring(tree), name(path)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_is_too_long_to_read(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            length -= len((ast.get_docstring(node, clean=False) or "").splitlines())
            assert length <= 50, f"{name(path)}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_stand_at_the_top(path: Path) -> None:
    """An import inside a function hides which way imports run; only `AppConfig.ready` may."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name != "ready":
            inner = [
                each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)
            ]
            assert not inner, f"{name(path)}:{inner[0].lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_log_lines_are_made_of_allowed_fields(path: Path) -> None:
    """A log line is a fixed text and fields from a list: no value of a record can slip in (DC-7)."""
    for function, call in calls(path):
        if function not in {
            f"log.{level}" for level in ("debug", "info", "warning", "error", "exception")
        }:
            continue
        where = f"{name(path)}:{call.lineno}"
        assert [type(argument) for argument in call.args] == [ast.Constant], where
        for keyword in call.keywords:
            assert keyword.arg in ("extra", "exc_info"), where
            if keyword.arg == "extra":
                assert isinstance(keyword.value, ast.Dict), where
                fields = {ast.literal_eval(key) for key in keyword.value.keys if key is not None}
                assert fields <= set(ALLOWED), where
