"""Says of each export what was asked for: everything, a client, what a practitioner takes along, or a choice."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import deletion

from accounts.wall import BindKeys
from privacy.vocabulary.placement import TenantForeignKey


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0010_factor_later"),
        ("clients", "0020_caring"),
        ("privacy", "0005_moves"),
    ]
    operations: ClassVar = [
        migrations.AddField(
            model_name="export",
            name="scope",
            field=models.CharField(
                choices=[
                    ("account", "Everything"),
                    ("client", "One client’s record"),
                    ("practitioner", "What a practitioner takes along"),
                    ("data_set", "A chosen set of data"),
                ],
                default="account",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="client",
            field=TenantForeignKey(
                null=True, on_delete=deletion.PROTECT, related_name="+", to="clients.client"
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="practitioner",
            field=TenantForeignKey(
                null=True, on_delete=deletion.PROTECT, related_name="+", to="accounts.practitioner"
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="choices",
            field=models.JSONField(
                blank=True, default=dict, help_text="kinds, fields and days, never values"
            ),
        ),
        BindKeys("Export", "client", "practitioner"),
    ]
