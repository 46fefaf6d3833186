"""Lets the keys of clients be wrapped anew, as those of accounts are."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vocabulary", "0003_region_keys")]
    operations: ClassVar = [
        migrations.RunSQL(
            "GRANT UPDATE (wrapped) ON vocabulary_clientkey TO keepwell_app",
            hints={"placement": "keyring"},
        )
    ]
