"""Asks by a function which clients a member sees who is kept to some; nobody else pays for it."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0021_restrictions")]
    operations: ClassVar = [RestrictReaders("Client")]
