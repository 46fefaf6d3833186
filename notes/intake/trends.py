"""The outcome measures of a client over time, for the client's page."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from accounts.models import Member
from accounts.permissions import Permission
from clients import glance
from clients.measures import Measure, Point, provides
from clients.models import Client
from notes.intake import reading
from notes.models import Form, FormTemplate
from privacy.vocabulary import scope
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import ActorKind

# The newest results that are looked at, of all measures together
MOST = 60


@provides
def measures(client: Client) -> Iterator[Measure]:
    """Yield each measure that a client handed in, the one handed in last first.

    Results on another scale than the last one (the practice changed the form meanwhile) can't be compared and stay out.
    """
    found = _by_measure(client)
    if found and not _may_see(client):
        return
    for rows in found:
        last = rows[-1].score
        alike = [row for row in rows if row.score["most"] == last["most"]]
        yield Measure(
            name=rows[-1].name,
            points=[_point(row) for row in alike],
            most=last["most"],
            is_high_good=last.get("best") == "high",
            to=("form", rows[-1].pk),
        )


def _may_see(client: Client) -> bool:
    """Whether whoever looks reads what this client answers; the page has asked for the right to read at all."""
    actor = scope.current().actor
    member = Member.objects.filter(pk=actor.id).first() if actor.kind == ActorKind.MEMBER else None
    return member is None or reading.reads_answers(member, {Permission.CLINICAL_READ}, client)


def _by_measure(client: Client) -> list[list[Form]]:
    """Return the forms with a score by what they were made from, each oldest first."""
    handed_in = [
        (form.completed_at, form.pk, form)
        for form in glance.once(client, reading.of_client)
        if form.kind == FormTemplate.Kind.OUTCOME and form.state == Form.State.COMPLETED
    ]
    found: dict[object, list[Form]] = {}
    for _at, _pk, form in sorted(handed_in, reverse=True)[:MOST]:
        if form.score and not is_unreadable(form.score):
            found.setdefault(form.template_id or form.pk, []).insert(0, form)
    return list(found.values())


def _point(form: Form) -> Point:
    at = form.completed_at
    assert at is not None, "a completed form"
    return Point(at, Decimal(str(form.score["total"])), form.score.get("words", ""))
