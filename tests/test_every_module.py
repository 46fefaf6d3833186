"""Every module of ours: names its database, keeps to the product's clock and to the one way into an account."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from accounts.logs import ALLOWED

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "bookings", "clients", "config", "integrations", "notes", "privacy")
CLOCKS = ("timezone.now", "datetime.now", "datetime.utcnow", "date.today", "time.time")
LEVELS = {f"log.{level}" for level in ("debug", "info", "warning", "error", "exception")}


@dataclass(frozen=True)
class Module:
    """One file, read once for all rules."""

    path: Path
    tree: ast.Module
    functions: list[ast.FunctionDef]
    calls: list[tuple[str, ast.Call]]

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Say where something stands."""
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"


@cache
def modules() -> list[Module]:
    """Return every module of ours that no tool wrote."""
    return [
        read(path)
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def read(path: Path, text: str = "") -> Module:
    tree = ast.parse(text or path.read_text())
    nodes = list(ast.walk(tree))
    return Module(
        path,
        tree,
        [node for node in nodes if isinstance(node, ast.FunctionDef)],
        [(dotted(node.func), node) for node in nodes if isinstance(node, ast.Call)],
    )


def dotted(called: ast.expr) -> str:
    """Return `a.b.c`, with `…` for what is no name."""
    if isinstance(called, ast.Attribute):
        return f"{dotted(called.value)}.{called.attr}"
    return called.id if isinstance(called, ast.Name) else "…"


def every_transaction_names_its_database(module: Module) -> Iterator[str]:
    for function, call in module.calls:
        named = any(keyword.arg == "using" for keyword in call.keywords)
        if function in ("transaction.atomic", "atomic") and not (call.args or named):
            yield f"{module.at(call)} atomic() names no database"
        if function.endswith("on_commit") and not named:
            yield f"{module.at(call)} on_commit() names no database"


def time_comes_from_the_products_clock(module: Module) -> Iterator[str]:
    """Only the clock itself reads real time; durations use time.monotonic()."""
    if module.path.name == "clock.py" or "demo" in module.path.parts:
        return
    for function, call in module.calls:
        if function in CLOCKS:
            yield f"{module.at(call)} {function}()"


def only_tenancy_enters_an_account(module: Module) -> Iterator[str]:
    if module.path.name in ("tenancy.py", "scope.py"):
        return
    for function, call in module.calls:
        if function.endswith("scope.entered"):
            yield module.at(call)


def every_module_says_what_it_is(module: Module) -> Iterator[str]:
    if module.tree.body and not ast.get_docstring(module.tree):
        yield module.at(module.tree.body[0])


def no_function_is_too_long_to_read(module: Module) -> Iterator[str]:
    for node in module.functions:
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        length -= len((ast.get_docstring(node, clean=False) or "").splitlines())
        if length > 50:
            yield f"{module.at(node)} {node.name} has {length} lines"


def imports_stand_at_the_top(module: Module) -> Iterator[str]:
    """An import inside a function hides which way imports run; only `AppConfig.ready` may."""
    for function in module.functions:
        if function.name != "ready":
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield module.at(node)


def log_lines_are_made_of_allowed_fields(module: Module) -> Iterator[str]:
    """A log line is a fixed text and fields from a list: no value of a record can slip in (DC-7)."""
    for function, call in module.calls:
        if function not in LEVELS:
            continue
        if [type(argument) for argument in call.args] != [ast.Constant]:
            yield f"{module.at(call)} its text is not fixed"
        for keyword in call.keywords:
            if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                fields = {ast.literal_eval(key) for key in keyword.value.keys if key is not None}
                if not fields <= set(ALLOWED):
                    yield f"{module.at(call)} {fields - set(ALLOWED)}"
            elif keyword.arg != "exc_info":
                yield f"{module.at(call)} {keyword.arg}"


def what_belongs_to_a_client_is_asked_for_by_person(module: Module) -> Iterator[str]:
    """Records that were merged are one person, so rows are found by `clients.identity.of(client)` (features B5)."""
    path = str(module.path.relative_to(ROOT))
    if path in BY_RECORD or path.startswith("config/"):
        return
    for function, call in module.calls:
        if function == "get_object_or_404" and "Client" in map(dotted, call.args):
            yield f"{module.at(call)} finds a record, not the person: see clients/identity.py"
        for keyword in call.keywords if function.rpartition(".")[2] in ASKING else ():
            asked = (keyword.arg or "").removesuffix("__in").removesuffix("__among")
            last = asked.rpartition("__")[2]
            if last in ("client", "client_id"):
                yield f"{module.at(call)} asks for {keyword.arg}: see clients/identity.py"


ASKING = {"filter", "exclude", "get", "get_object_or_404", "Q", "get_or_create"}
# What asks for one record and not for the person
BY_RECORD = {
    "bookings/appointments/elsewhere.py": "the records that `identity` gave",
    "bookings/diary/rows.py": "looks at merged ones beside what it read",
    "bookings/diary/statements.py": "compares rows of its own query",
    "bookings/public/visits.py": "the newcomer whom this very visit made known",
    "bookings/waiting/finding.py": "the records that `identity.records` gave",
    "clients/alike/looking.py": "pairs of records",
    "clients/holdings.py": "what each record has by itself",
    "clients/merging.py": "merges of one record",
    "clients/importing/undoing.py": "the records that an import brought",
    "clients/opening.py": "the records that it was asked for",
    "clients/reaching.py": "the record that is changed",
    "privacy/desk/working.py": "the records that `identity` gave",
    "privacy/erasure/erasing.py": "the records that `identity` gave",
    "privacy/reading.py": "the records that it has just asked for",
    "privacy/vocabulary/keyring.py": "keys, of which each record has its own",
    "privacy/vocabulary/rekeying.py": "keys, of which each record has its own",
}
RULES: dict[Callable[[Module], Iterator[str]], str] = {
    every_transaction_names_its_database: "with transaction.atomic(): transaction.on_commit(go)",
    time_comes_from_the_products_clock: "timezone.now()",
    only_tenancy_enters_an_account: "with scope.entered(account): pass",
    every_module_says_what_it_is: "import this",
    no_function_is_too_long_to_read: "def long():\n" + "    pass\n" * 50,
    imports_stand_at_the_top: "def inner():\n    import this",
    log_lines_are_made_of_allowed_fields: "log.info('Seen %s', client, extra={'name': client})",
    what_belongs_to_a_client_is_asked_for_by_person: "Note.objects.filter(client=client)",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps_the_rule(rule: Callable[[Module], Iterator[str]]) -> None:
    assert [breach for module in modules() for breach in rule(module)] == []
    assert list(rule(read(ROOT / "accounts/breaks_it.py", RULES[rule]))) != []
