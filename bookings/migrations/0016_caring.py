"""Lets the database note who looks after a client as they are booked, and keeps colleagues' diaries apart."""

from typing import Any, ClassVar

from django.db import migrations

from accounts.wall import RestrictReaders

TABLES = ("clients_caring", "bookings_attendee", "bookings_appointment")
UNTIL_NOW = """
INSERT INTO clients_caring (id, account_id, client_id, practitioner_id, since)
SELECT gen_random_uuid(), t.account_id, t.client_id, a.practitioner_id, now()
FROM bookings_attendee t JOIN bookings_appointment a ON a.account_id = t.account_id AND a.id = t.appointment_id
GROUP BY t.account_id, t.client_id, a.practitioner_id
"""
FROM_NOW_ON = """
CREATE FUNCTION look_after(account uuid, client uuid, practitioner uuid) RETURNS void LANGUAGE sql AS $$
  INSERT INTO clients_caring (id, account_id, client_id, practitioner_id, since)
  VALUES (gen_random_uuid(), account, client, practitioner, now())
  ON CONFLICT (account_id, client_id, practitioner_id)
  DO UPDATE SET ended_at = NULL WHERE clients_caring.ended_at IS NOT NULL
$$;
CREATE FUNCTION look_after_who_comes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM look_after(NEW.account_id, NEW.client_id, a.practitioner_id) FROM bookings_appointment a
  WHERE a.account_id = NEW.account_id AND a.id = NEW.appointment_id;
  RETURN NULL;
END $$;
CREATE TRIGGER whoever_comes_is_looked_after AFTER INSERT ON bookings_attendee
  FOR EACH ROW EXECUTE FUNCTION look_after_who_comes();
CREATE FUNCTION look_after_who_is_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM look_after(t.account_id, t.client_id, NEW.practitioner_id) FROM bookings_attendee t
  WHERE t.account_id = NEW.account_id AND t.appointment_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER whoever_is_moved_is_looked_after AFTER UPDATE OF practitioner_id ON bookings_appointment
  FOR EACH ROW WHEN (OLD.practitioner_id <> NEW.practitioner_id) EXECUTE FUNCTION look_after_who_is_moved();
"""


def until_now(apps: Any, schema_editor: Any) -> None:
    """Note them of all bookings there are, as the owner, whom forced policies would stop."""
    if not schema_editor.connection.alias.startswith("region_"):
        return
    for table in TABLES:
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    schema_editor.execute(UNTIL_NOW)
    for table in TABLES:
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0015_imports_leave"), ("clients", "0020_caring")]
    operations: ClassVar = [
        migrations.RunPython(until_now, hints={"placement": "region"}),
        migrations.RunSQL(FROM_NOW_ON, hints={"placement": "region"}),
        RestrictReaders("Appointment"),
    ]
