"""Adds the manager's role, and where a member goes further or less far than their role."""

from typing import ClassVar

from django.db import migrations, models

ROLES = [
    ("owner", "Owner"),
    ("manager", "Manager"),
    ("practitioner", "Practitioner"),
    ("reception", "Reception"),
    ("bookkeeper", "Bookkeeper"),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0006_client_word")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="member",
            name="rights",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="member",
            name="role",
            field=models.CharField(choices=ROLES, max_length=12, verbose_name="role"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(choices=ROLES, max_length=12, verbose_name="role"),
        ),
    ]
