"""Lets a practice say what stands at the head of a printed note."""

from typing import ClassVar

from django.db import migrations, models

import notes.models.readers


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0008_due_notes")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="notesettings",
            name="print_head",
            field=models.JSONField(blank=True, default=notes.models.readers.usual_head),
        ),
    ]
