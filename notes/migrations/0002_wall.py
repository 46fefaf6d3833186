"""Raises the wall around this app's tables, and makes a signed note unchangeable in the database (features E3)."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import RaiseWall

FINAL = """
CREATE FUNCTION refuse_changes_to_final_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'final' THEN
    RAISE EXCEPTION 'a signed note never changes' USING ERRCODE = 'KW002';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_signed_note_never_changes BEFORE UPDATE ON notes_note
  FOR EACH ROW EXECUTE FUNCTION refuse_changes_to_final_notes();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0001_initial"), ("bookings", "0002_wall")]
    operations: ClassVar = [
        RaiseWall("NoteTemplate", "Note", "NoteVersion", "Addendum"),
        migrations.RunSQL(FINAL, hints={"placement": "region"}),
    ]
