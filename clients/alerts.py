"""Alerts: what anyone who meets a client must know first; resolved when over, never deleted (features B6)."""

from __future__ import annotations

from accounts import audit
from clients.identity import of
from clients.models import Alert, Client
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

_ORDER = [Alert.Severity.SEVERE, Alert.Severity.CARE, Alert.Severity.INFO]


def add(*, by: Actor, client: Client, kind: str, severity: str, text: str) -> Alert:
    """Add an alert to a client; raise `ValidationError` by field for what an alert can't hold."""
    alert = Alert(client=client, kind=kind, severity=severity, text=text)
    alert.full_clean()
    alert.save(force_insert=True)
    audit.record("alert.added", by=by, of=alert, client_id=client.pk)
    return alert


def resolve(*, by: Actor, alert: Alert) -> Alert:
    """Say that an alert no longer holds; it stays in the record."""
    if alert.resolved_at is None:
        alert.resolved_at = clock.now()
        alert.save(update_fields=["resolved_at"])
        audit.record("alert.resolved", by=by, of=alert, client_id=alert.client_id)
    return alert


def standing(client: Client) -> list[Alert]:
    """Return the alerts of a client that hold, the gravest first."""
    alerts = Alert.objects.filter(of(client), resolved_at=None).order_by("created_at")
    return sorted(alerts, key=lambda alert: _ORDER.index(alert.severity))
