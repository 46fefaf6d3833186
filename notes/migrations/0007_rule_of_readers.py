"""Asks who may read a note by a function, whose plans PostgreSQL keeps, instead of a condition that it plans each time."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0006_forms")]
    operations: ClassVar = [RestrictReaders("NoteVersion", "Addendum", "Remark")]
