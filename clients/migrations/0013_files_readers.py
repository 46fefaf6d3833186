"""Keeps letters and files from members whose rights don't reach them."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders

# As they were then: now they ask for a column that came later
READERS = "current_setting('app.files', true) = 'yes'"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0012_likeness")]
    operations: ClassVar = [RestrictReaders("Document", readers=READERS)]
