"""Shows members who are confined to a location its clients alone, and those at none."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0010_disclosures")]
    operations: ClassVar = [RestrictReaders("Client")]
