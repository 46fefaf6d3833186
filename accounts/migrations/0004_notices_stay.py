"""Takes the right to change a published privacy notice: what somebody was shown can be read for ever (features D6)."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0003_time_of_proof")]
    operations: ClassVar = [
        migrations.RunSQL(
            "REVOKE UPDATE ON accounts_privacynotice FROM keepwell_app",
            hints={"placement": "region"},
        ),
    ]
