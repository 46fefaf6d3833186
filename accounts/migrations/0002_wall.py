"""Raises the wall around this app's region tables, and keeps an account's region out of the application's hands (RP-2)."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RaiseWall

CONTROL = {"placement": "control"}
PIN = """
REVOKE UPDATE ON accounts_account FROM keepwell_app;
GRANT UPDATE (name, state, requires_second_factor, purge_due_at, closed_at, certificate)
  ON accounts_account TO keepwell_app;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0001_initial")]
    operations: ClassVar = [
        RaiseWall(
            "AccountAnchor",
            "Location",
            "Member",
            "Practitioner",
            "Invitation",
            "PrivacyNotice",
            "SupportGrant",
            "RegionSession",
            "OutboxJob",
            "AuditQueue",
            "AuditEvent",
            "AuditHead",
        ),
        migrations.RunSQL(PIN, hints=CONTROL),
    ]
