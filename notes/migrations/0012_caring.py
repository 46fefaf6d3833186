"""Lets the database note that whoever writes or co-signs a note looks after its client."""

from typing import ClassVar

from django.db import migrations

FROM_NOW_ON = """
CREATE FUNCTION look_after_who_is_written_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN PERFORM look_after(NEW.account_id, NEW.client_id, NEW.author_id); END IF;
  IF NEW.cosigner_id IS NOT NULL THEN
    PERFORM look_after(NEW.account_id, NEW.client_id, NEW.cosigner_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER whoever_is_written_of_is_looked_after AFTER INSERT OR UPDATE OF cosigner_id ON notes_note
  FOR EACH ROW EXECUTE FUNCTION look_after_who_is_written_of();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0011_imports_leave"), ("bookings", "0016_caring")]
    operations: ClassVar = [migrations.RunSQL(FROM_NOW_ON, hints={"placement": "region"})]
