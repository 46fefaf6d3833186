"""Alerts: what anyone who meets a client must know first; resolved when over, never deleted (features B6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts import audit
from clients import glance
from clients.identity import OF, among, ids, records
from clients.models import Alert, Client
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor

_ALL = Prepared[Alert](lambda: Alert.objects.filter(OF).order_by("created_at", "id"))
glance.watches(Alert)
_ORDER: list[str] = [Alert.Severity.SEVERE, Alert.Severity.CARE, Alert.Severity.INFO]
# How each severity looks wherever an alert is shown
TONES: dict[str, str] = {Alert.Severity.SEVERE: "danger", Alert.Severity.CARE: "warn"}
# When an alert that still holds is looked at again
NEXT_REVIEW = timedelta(days=182)
WORDS = ("kind", "text")


@dataclass(frozen=True, slots=True)
class Said:
    """What an alert says."""

    kind: str
    severity: str
    text: str
    since: date | None = None
    review_on: date | None = None


def add(
    *,
    by: Actor,
    client: Client,
    kind: str,
    severity: str,
    text: str,
    since: date | None = None,
    review_on: date | None = None,
) -> Alert:
    """Add an alert to a client; raise `ValidationError` by field for what an alert can't hold."""
    said = Said(kind, severity, text, since, review_on)
    alert = Alert(client=client, **asdict(said))
    alert.full_clean()
    alert.save(force_insert=True)
    audit.record("alert.added", by=by, of=alert, client_id=client.pk)
    return alert


def change(*, by: Actor, alert: Alert, said: Said) -> Alert:
    """Change an alert; return it, or the one that takes its place where it now says something else."""
    if any(getattr(alert, name) != getattr(said, name) for name in WORDS):
        resolve(by=by, alert=alert)
        return add(by=by, client=alert.client, **asdict(said))
    changed = [name for name, value in asdict(said).items() if getattr(alert, name) != value]
    if changed:
        for name in changed:
            setattr(alert, name, getattr(said, name))
        alert.full_clean(exclude=["client"])
        alert.save(update_fields=changed)
        detail = {"fields": changed}
        audit.record("alert.changed", by=by, of=alert, client_id=alert.client_id, detail=detail)
    return alert


def confirm(*, by: Actor, alert: Alert) -> Alert:
    """Say that an alert still holds; it is looked at again in half a year."""
    alert.review_on = clock.now().date() + NEXT_REVIEW
    alert.save(update_fields=["review_on"])
    audit.record("alert.confirmed", by=by, of=alert, client_id=alert.client_id)
    return alert


def resolve(*, by: Actor, alert: Alert) -> Alert:
    """Say that an alert no longer holds; it stays in the record."""
    if alert.resolved_at is None:
        alert.resolved_at = clock.now()
        alert.save(update_fields=["resolved_at"])
        audit.record("alert.resolved", by=by, of=alert, client_id=alert.client_id)
    return alert


def of_client(client: Client) -> list[Alert]:
    """Return every alert that a client has had, the oldest first."""
    return _ALL(person=ids(client)) if glance.may_have(client, Alert) else []


def standing(client: Client) -> list[Alert]:
    """Return the alerts of a client that hold, the gravest first."""
    known = glance.once(client, of_client)
    return _gravest_first(each for each in known if each.resolved_at is None)


def standing_of(clients: Iterable[Client]) -> dict[UUID, list[Alert]]:
    """Return the same of several clients by id, in two statements however many they are."""
    wanted = {client.pk for client in clients}
    theirs = records(wanted)
    rows = Alert.objects.filter(among(theirs), resolved_at=None).order_by("created_at")
    found = _gravest_first(rows)
    return {pk: [alert for alert in found if alert.client_id in theirs[pk]] for pk in wanted}


def told(alert: Alert) -> tuple[str, str, str]:
    """Return an alert as tone, title and text; what is severe says so, not by its colour alone."""
    kind = str(alert.get_kind_display())
    if alert.severity == Alert.Severity.SEVERE:
        kind = f"{alert.get_severity_display()} · {kind}"
    return TONES.get(alert.severity, "info"), kind, alert.text


def _gravest_first(alerts: Iterable[Alert]) -> list[Alert]:
    return sorted(alerts, key=lambda alert: _ORDER.index(alert.severity))
