"""Lets an entry code carry when the User proved who they are, instead of only that they did."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0002_wall")]
    operations: ClassVar = [
        migrations.RemoveField("entrycode", "stepped_up"),
        migrations.AddField("entrycode", "proved_at", models.DateTimeField(null=True)),
    ]
