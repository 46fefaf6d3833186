"""Says of each export whether it holds what is set apart from the ordinary record."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("privacy", "0002_wall")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="export",
            name="is_whole",
            # Until now every export was
            field=models.BooleanField(default=True, help_text="also with what is set apart"),
        ),
        migrations.AlterField(
            model_name="export",
            name="is_whole",
            field=models.BooleanField(default=False, help_text="also with what is set apart"),
        ),
        migrations.AddField(
            model_name="export",
            name="rows_apart",
            field=models.PositiveBigIntegerField(
                default=0, help_text="set apart, therefore not in it"
            ),
        ),
    ]
