"""Keeps ready which visits still want a note: in the same transaction as whatever happens to visit, note or person."""

from typing import ClassVar

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import privacy.vocabulary.placement
import privacy.vocabulary.scope
from accounts.wall import RaiseWall

# A visit wants a note when somebody was seen and no note is about it, neither under their record nor under one that is
# the same person (a merged record stays where it was). Looked at from every place, whoever acts: also a member who is
# confined to one. The lock lets a visit that is ticked off and its note that is begun at once see each other.
FIND = """
CREATE FUNCTION find_due_notes(of_account uuid, visits uuid[]) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  place text := coalesce(current_setting('app.location', true), '');
BEGIN
  IF visits IS NULL THEN RETURN; END IF;
  PERFORM set_config('app.location', '', true);
  PERFORM pg_advisory_xact_lock(hashtextextended(v.id::text, 0))
    FROM (SELECT DISTINCT unnest(visits) AS id ORDER BY 1) v;
  DELETE FROM notes_duenote d WHERE d.account_id = of_account AND d.appointment_id = ANY (visits);
  INSERT INTO notes_duenote (id, account_id, attendee_id, appointment_id, practitioner_id, client_id, starts_at)
  SELECT t.id, t.account_id, t.id, a.id, a.practitioner_id, t.client_id, a.starts_at
  FROM bookings_appointment a
  JOIN bookings_attendee t ON t.account_id = a.account_id AND t.appointment_id = a.id
  WHERE a.account_id = of_account AND a.id = ANY (visits) AND t.state = 'seen' AND NOT EXISTS (
    SELECT FROM notes_note n
    WHERE n.account_id = a.account_id AND n.appointment_id = a.id AND n.state NOT IN ('void', 'withdrawn')
      AND (n.client_id = t.client_id OR EXISTS (
        SELECT FROM clients_client p1
        JOIN clients_client p2 ON coalesce(p1.alias_of_id, p1.id) = coalesce(p2.alias_of_id, p2.id)
        WHERE p1.account_id = a.account_id AND p1.id = n.client_id
          AND p2.account_id = a.account_id AND p2.id = t.client_id)));
  PERFORM set_config('app.location', place, true);
END $$;
"""

# Many rows that come at once (an import) are looked at once; single ones that change, only where it matters.
KEEP = """
CREATE FUNCTION find_due_notes_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  of_account uuid;
  visits uuid[];
BEGIN
  FOR of_account, visits IN
    SELECT account_id, array_agg(DISTINCT appointment_id) FROM came
    WHERE appointment_id IS NOT NULL AND (TG_TABLE_NAME = 'notes_note' OR state = 'seen')
    GROUP BY account_id
  LOOP
    PERFORM find_due_notes(of_account, visits);
  END LOOP;
  RETURN NULL;
END $$;
CREATE FUNCTION find_due_notes_of_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM find_due_notes(NEW.account_id, array_remove(ARRAY[OLD.appointment_id, NEW.appointment_id], NULL));
  RETURN NULL;
END $$;
CREATE FUNCTION find_due_notes_of_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM find_due_notes(NEW.account_id, ARRAY[NEW.id]);
  RETURN NULL;
END $$;
CREATE FUNCTION find_due_notes_of_client() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM find_due_notes(NEW.account_id, (
    SELECT array_agg(n.appointment_id) FROM notes_note n
    WHERE n.account_id = NEW.account_id AND n.client_id = NEW.id AND n.appointment_id IS NOT NULL));
  PERFORM find_due_notes(NEW.account_id, (
    SELECT array_agg(t.appointment_id) FROM bookings_attendee t
    WHERE t.account_id = NEW.account_id AND t.client_id = NEW.id AND t.state = 'seen'));
  RETURN NULL;
END $$;

CREATE TRIGGER due_notes_of_new AFTER INSERT ON bookings_attendee
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION find_due_notes_of_new();
CREATE TRIGGER due_notes_of_new AFTER INSERT ON notes_note
  REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION find_due_notes_of_new();
CREATE TRIGGER due_notes AFTER UPDATE OF state, client_id, appointment_id ON bookings_attendee FOR EACH ROW
  WHEN ('seen' IN (OLD.state, NEW.state) AND (OLD.state, OLD.client_id, OLD.appointment_id)
        IS DISTINCT FROM (NEW.state, NEW.client_id, NEW.appointment_id))
  EXECUTE FUNCTION find_due_notes_of_visit();
CREATE TRIGGER due_notes AFTER UPDATE OF state, appointment_id ON notes_note FOR EACH ROW
  WHEN (OLD.appointment_id IS DISTINCT FROM NEW.appointment_id
        OR (OLD.state IN ('void', 'withdrawn')) <> (NEW.state IN ('void', 'withdrawn')))
  EXECUTE FUNCTION find_due_notes_of_visit();
CREATE TRIGGER due_notes AFTER UPDATE OF practitioner_id, starts_at ON bookings_appointment FOR EACH ROW
  WHEN ((OLD.practitioner_id, OLD.starts_at) IS DISTINCT FROM (NEW.practitioner_id, NEW.starts_at))
  EXECUTE FUNCTION find_due_notes_of_appointment();
CREATE TRIGGER due_notes AFTER UPDATE OF alias_of_id ON clients_client FOR EACH ROW
  WHEN (OLD.alias_of_id IS DISTINCT FROM NEW.alias_of_id)
  EXECUTE FUNCTION find_due_notes_of_client();
"""

# The owner of the tables asks for every account once, which a forced policy would stop
FILL = """
ALTER TABLE bookings_attendee NO FORCE ROW LEVEL SECURITY;
DO $$
DECLARE
  each record;
BEGIN
  FOR each IN
    SELECT account_id, array_agg(DISTINCT appointment_id) AS visits FROM bookings_attendee
    WHERE state = 'seen' GROUP BY account_id
  LOOP
    PERFORM set_config('app.account_id', each.account_id::text, true);
    PERFORM find_due_notes(each.account_id, each.visits);
  END LOOP;
END $$;
ALTER TABLE bookings_attendee FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0003_time_of_proof"),
        ("bookings", "0012_joining_is_told"),
        ("clients", "0012_likeness"),
        ("notes", "0007_rule_of_readers"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DueNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "account_id",
                    models.UUIDField(
                        default=privacy.vocabulary.scope.current_account_id, editable=False
                    ),
                ),
                *(
                    (
                        name,
                        privacy.vocabulary.placement.TenantForeignKey(
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name=related,
                            to=target,
                        ),
                    )
                    for name, related, target in (
                        ("attendee", "due_notes", "bookings.attendee"),
                        ("appointment", "+", "bookings.appointment"),
                        ("practitioner", "+", "accounts.practitioner"),
                        ("client", "+", "clients.client"),
                    )
                ),
                ("starts_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["account_id", "practitioner", "starts_at"], name="notes_due"
                    ),
                    models.Index(
                        fields=["account_id", "appointment"], name="notes_due_of_appointment"
                    ),
                ],
            },
        ),
        RaiseWall("DueNote"),
        migrations.RunSQL(FIND + FILL + KEEP, hints={"placement": "region"}),
    ]
