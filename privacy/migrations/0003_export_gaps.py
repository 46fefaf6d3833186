"""Names the gaps of an export, and why one failed."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("privacy", "0002_wall")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="export",
            name="gap_list",
            field=models.JSONField(
                blank=True, default=list, help_text="ids and reasons, never names"
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="problem",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
    ]
