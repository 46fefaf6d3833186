"""Ties every key to the active account by row-level security; keys are made and destroyed, never changed in place."""

from typing import ClassVar

from django.db import migrations

EQUALITY = "(account_id = (current_setting('app.account_id'::text))::uuid)"
WALL = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON {table} FOR ALL TO keepwell_app, keepwell_owner USING {EQUALITY} WITH CHECK {EQUALITY};
"""
    for table in ("vocabulary_accountkey", "vocabulary_clientkey")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vocabulary", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(WALL, hints={"placement": "keyring"})]
