"""Raises the wall around this app's tables."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RaiseWall


class Migration(migrations.Migration):
    dependencies: ClassVar = [("privacy", "0001_initial"), ("accounts", "0002_wall")]
    operations: ClassVar = [RaiseWall("Export", "Closure")]
