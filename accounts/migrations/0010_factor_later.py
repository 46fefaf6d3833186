"""Adds until when a second factor may wait."""

from typing import ClassVar

from django.db import migrations, models

GRANT = "GRANT UPDATE (second_factor_from) ON accounts_account TO keepwell_app"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0009_handover")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="account",
            name="second_factor_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(GRANT, hints={"placement": "control"}),
    ]
