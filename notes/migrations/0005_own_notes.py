"""Keeps colleagues' notes from members whose rights reach only their own."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0004_keeping"), ("accounts", "0007_rights")]
    operations: ClassVar = [RestrictReaders("NoteVersion", "Addendum", "Remark")]
