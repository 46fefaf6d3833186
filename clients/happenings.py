"""What a client's timeline tells of the record itself: alerts as they came and went, people who stood by the client."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from clients import alerts, glance
from clients.models import Alert, Client, Relationship
from clients.relationships import relating
from clients.timeline import Entry, provides

MOST = 200


@provides("record", Alert)
def told(client: Client) -> Iterator[Entry]:
    """Give the alerts of a client, each when it was added and when it was resolved."""
    for alert in glance.once(client, alerts.of_client)[: -MOST - 1 : -1]:
        words = {"kind": alert.get_kind_display(), "severity": alert.get_severity_display()}
        text = _("%(severity)s · %(kind)s") % words
        if alert.resolved_at:
            yield Entry(
                alert.resolved_at, _("Alert resolved"), "check", text=f"{text}: {alert.text}"
            )
        yield Entry(alert.created_at, _("Alert added"), "alert", text=f"{text}: {alert.text}")


@provides("record", Relationship)
def people(client: Client) -> Iterator[Entry]:
    """Give who stood by a client, from when and until when."""
    for row in glance.once(client, relating.of_client)[: -MOST - 1 : -1]:
        name = row.other.full_name if row.other else row.contact.name
        text = f"{name} · {row.get_kind_display()}"
        if row.ended_at:
            yield Entry(row.ended_at, _("No longer stands by them"), "x", text=text)
        yield Entry(row.created_at, _("Stands by them"), "users", text=text)
