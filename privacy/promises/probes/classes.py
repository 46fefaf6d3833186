"""Looks at the registry of kinds and at where records come from (P1, P3, P14)."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.db import connections
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy.checks import problems_of
from privacy.inventory import columns, kinds, kinds_in
from privacy.promises.evidence import Evidence, Verdict, told
from privacy.vocabulary.placement import Placement

_WHERE_CLIENTS_MAY_NOT_BE = ("E002", "E009")
_CONTROL = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()
"""


def every_field_has_a_class() -> Evidence:
    """Count fields and what the checks of the registry find wrong with them (DC-1)."""
    registry = kinds()
    wrong = sum(len(problems_of(kind)) for kind in registry)
    if wrong:
        words = ngettext("%(n)s field without a class", "%(n)s fields without a class", wrong)
        return Evidence(Verdict.BROKEN, told(words, n=wrong))
    words = _("%(fields)s fields of %(kinds)s kinds of records, each with its class")
    fields = sum(len(kind.fields) for kind in registry)
    return Evidence(Verdict.KEPT, told(words, fields=fields, kinds=len(registry)))


def every_record_says_where_it_came_from() -> Evidence:
    """Count the account's records by the door they came in by; one that doesn't say breaks the promise (P3)."""
    doors: Counter[str] = Counter()
    for kind in kinds_in(Placement.REGION):
        if any(field.name == "provenance" for field in kind.fields):
            found = kind.model._default_manager.order_by().values_list("provenance")
            for provenance, count in found.annotate(n=Count("pk")):
                doors[provenance.partition(":")[0]] += count
    allowed = _DOORS | ({"demo"} if settings.DEMO else set())
    if unknown := sum(count for door, count in doors.items() if door not in allowed):
        words = ngettext(
            "%(n)s record of unknown origin", "%(n)s records of unknown origin", unknown
        )
        return Evidence(Verdict.BROKEN, told(words, n=unknown))
    words = _("%(n)s records, %(outside)s of them from outside, all of known origin")
    outside = doors.total() - doors["staff"]
    return Evidence(Verdict.KEPT, told(words, n=doors.total(), outside=outside))


_DOORS = {"staff", "self_booking", "import", "integration", "waiting_list"}


def control_holds_no_client() -> Evidence:
    """Compare the control database's columns with the registry, which lets no Client Data in (DC-3)."""
    declared = [
        code
        for kind in kinds()
        for code, _words in problems_of(kind)
        if code in _WHERE_CLIENTS_MAY_NOT_BE
    ]
    allowed = columns(Placement.CONTROL)
    with connections["default"].cursor() as cursor:
        cursor.execute(_CONTROL)
        there = [(table, column) for table, column in cursor.fetchall() if table in allowed]
    unknown = [column for table, column in there if column not in allowed[table]]
    if wrong := len(declared) + len(unknown):
        words = ngettext(
            "%(n)s column not in the registry", "%(n)s columns not in the registry", wrong
        )
        return Evidence(Verdict.BROKEN, told(words, n=wrong))
    words = told(_("%(n)s columns in the shared database, none about clients"), n=len(there))
    return Evidence(Verdict.KEPT, words)
