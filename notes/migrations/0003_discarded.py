"""Adds the state of a draft that was begun by mistake."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0002_wall")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="note",
            name="state",
            field=models.CharField(
                choices=[("draft", "Draft"), ("final", "Signed"), ("void", "Discarded")],
                default="draft",
                max_length=6,
            ),
        ),
    ]
