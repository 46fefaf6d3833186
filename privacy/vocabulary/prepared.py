"""Query sets that are written and compiled once, and sent with other values by each page.

Django builds and compiles a query set anew wherever it is used, which takes several times as long as PostgreSQL's answer.
What a busy page asks is a `Prepared` at the head of its module, with a `Given` for whatever differs:

    _BOOKED = Prepared(lambda: Appointment.objects.filter(practitioner=Given("who"), starts_at__gte=Given("since")))

    rows = _BOOKED(who=practitioner.pk, since=midnight)

The active account is given by itself, so handrail and wall hold as for any other query set.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import date
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, ForeignObject, Lookup, QuerySet
from django.db.models.sql import Query

from privacy.vocabulary import scope
from privacy.vocabulary.placement import account_given_later


class Given(Expression):
    """A value that is given when the query set is sent; never None, which SQL takes for the equal of nothing.

    It may stand among the parameters of a `RawSQL`, too.
    """

    def __init__(self, name: str, output_field: Any = None) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a parameter to be filled in."""
        return "%s", (self,)


_ACCOUNT = Given("active account")


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup[Any]):
    """`practitioner__among=Given("people")`: one of a list, which is one parameter however long it is."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        return f"{lhs} = ANY({rhs})", (*lhs_params, *rhs_params)


class Prepared[Row]:
    """A query set that is built and compiled at its first use in a process, and from then on only sent."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._kept: dict[tuple[str, bool], QuerySet[Any, Row]] = {}

    def __call__(self, **given: Any) -> list[Row]:
        """Send it with these values to the active account's database; return its rows."""
        active = scope.current()
        kind = active.database, active.is_confined
        if kind not in self._kept:
            self._kept[kind] = self._compile(active)
        rows = self._kept[kind].all()
        rows.query.values = {_ACCOUNT.name: active.account_id, **given}  # type: ignore[attr-defined]
        return list(rows)

    def first(self, **given: Any) -> Row | None:
        """Send it and return its first row, None when there is none."""
        return next(iter(self(**given)), None)

    def _compile(self, active: scope.Scope) -> QuerySet[Any, Row]:
        rows = self._build().using(active.database)
        # Past the setter, which would take values_list() for values()
        rows._query = rows.query.chain(klass=_Compiled)  # type: ignore[attr-defined]
        token = account_given_later.set(_ACCOUNT)
        try:
            rows.query.compile(active)  # type: ignore[attr-defined]
        finally:
            account_given_later.reset(token)
        return rows


class _Compiled(Query):
    """A query whose SQL is known; Django makes rows of its answer as of any other."""

    values: dict[str, Any]

    def compile(self, active: scope.Scope) -> None:
        """Compile it; raise TypeError for what belongs to this use alone and would be kept for all."""
        self.kept: Any = super().get_compiler(active.database)
        self.sql, self.params = self.kept.as_sql()
        for each in self.params:
            if isinstance(each, date) or each == active.account_id:
                raise TypeError(f"{each} would be kept for all later uses: make it Given.")

    def chain(self, klass: Any = None) -> Any:
        """Return a copy to be sent with values of its own; nothing of it is changed any more."""
        return copy(self)

    def get_compiler(
        self, using: Any = None, connection: Any = None, elide_empty: bool = True
    ) -> Any:
        """Return the compiler with what it compiled, for this thread's connection."""
        compiler = copy(self.kept)
        compiler.connection = connections[using]
        params = tuple(
            self.values[each.name] if isinstance(each, Given) else each for each in self.params
        )
        compiler.as_sql = lambda *args, **kwargs: (self.sql, params)
        return compiler
