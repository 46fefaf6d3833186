"""Lets what was signed elsewhere come in as it was signed: into an account that is being brought in, and no other.

There rows arrive final, in whatever order; what never changes still never changes. Who looked after whom comes with them.
"""

from typing import ClassVar

from django.db import migrations

ARRIVING = """
CREATE OR REPLACE TRIGGER a_note_begins_as_a_draft BEFORE INSERT ON notes_note
  FOR EACH ROW WHEN (NOT arriving(NEW.account_id)) EXECUTE FUNCTION begin_note();
CREATE OR REPLACE TRIGGER a_letter_begins_as_a_draft BEFORE INSERT ON notes_letter
  FOR EACH ROW WHEN (NOT arriving(NEW.account_id)) EXECUTE FUNCTION keep_letter();
CREATE OR REPLACE TRIGGER a_letter_stays BEFORE UPDATE ON notes_letter
  FOR EACH ROW EXECUTE FUNCTION keep_letter();
CREATE OR REPLACE TRIGGER whoever_is_written_of_is_looked_after AFTER INSERT OR UPDATE OF cosigner_id ON notes_note
  FOR EACH ROW WHEN (NOT arriving(NEW.account_id)) EXECUTE FUNCTION look_after_who_is_written_of();
""" + "".join(
    f"CREATE OR REPLACE TRIGGER it_fits_its_note BEFORE INSERT ON notes_{table}"
    " FOR EACH ROW WHEN (NOT arriving(NEW.account_id)) EXECUTE FUNCTION keep_added();\n"
    for table in ("noteversion", "addendum", "cosignature", "remark", "withdrawal")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0012_caring"), ("accounts", "0011_arriving")]
    operations: ClassVar = [migrations.RunSQL(ARRIVING, hints={"placement": "region"})]
