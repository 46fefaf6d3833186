"""Adds that records are one person without rewriting them, in place of bindings, whose rows had changed hands.

A binding that stood becomes a merge: what it moved is the client's for good, what its newcomer still has is read too.
"""

from typing import Any, ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.clock
import privacy.vocabulary.fields
import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import BindKeys, RaiseWall

TABLES = ("clients_binding", "clients_merge", "clients_client")
TAKE_OVER = (
    """
    INSERT INTO clients_merge (id, account_id, client_id, source_id, merged_at, merged_by)
    SELECT id, account_id, client_id, newcomer_id, bound_at, bound_by FROM clients_binding b
    WHERE undone_at IS NULL AND NOT EXISTS (
      SELECT FROM clients_binding o
      WHERE o.account_id = b.account_id AND o.newcomer_id = b.client_id AND o.undone_at IS NULL)
    """,
    """
    UPDATE clients_client c SET alias_of_id = m.client_id, archived_at = NULL
    FROM clients_merge m WHERE m.account_id = c.account_id AND m.source_id = c.id
    """,
)


def take_over(apps: Any, schema_editor: Any) -> None:
    """Copy them as the owner, whom forced policies would stop."""
    if not schema_editor.connection.alias.startswith("region_"):
        return
    for table in TABLES:
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in TAKE_OVER:
        schema_editor.execute(statement)
    for table in TABLES:
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0008_relationships")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="client",
            name="alias_of",
            field=privacy.vocabulary.placement.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="aliases",
                to="clients.client",
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("alias_of__isnull", False)),
                fields=["account_id", "alias_of"],
                name="clients_merged",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("alias_of", None),
                    models.Q(("alias_of", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="no_alias_of_itself",
            ),
        ),
        BindKeys("client", "alias_of"),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account_id",
                    models.UUIDField(
                        default=privacy.vocabulary.scope.current_account_id, editable=False
                    ),
                ),
                ("former", privacy.vocabulary.fields.EncryptedJSONField(null=True)),
                ("merged_at", models.DateTimeField(default=privacy.vocabulary.clock.now)),
                ("merged_by", models.UUIDField(null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "client",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="clients.client",
                    ),
                ),
                (
                    "source",
                    privacy.vocabulary.placement.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="clients.client",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["account_id", "client"], name="merges_of_client")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("account_id", "source"),
                        name="one_merge_each",
                    )
                ],
            },
        ),
        RaiseWall("Merge"),
        migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True),
        migrations.DeleteModel(name="Binding"),
    ]
