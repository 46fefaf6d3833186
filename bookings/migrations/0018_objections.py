"""Holds bookings to restrictions, and messages and offers to what clients object to."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import HoldRestricted

# What goes out all the same: without it somebody would come in vain, or could not prove who asks
OBJECTIONS = """
CREATE FUNCTION refuse_objected() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  used text := 'offers';
BEGIN
  IF TG_TABLE_NAME = 'bookings_message' THEN
    used := CASE
      WHEN NEW.category IN ('change', 'cancellation', 'declined', 'code') THEN NULL
      WHEN NEW.category = 'offer' THEN 'offers'
      WHEN NEW.category IN ('form', 'form_reminder') THEN 'forms'
      ELSE 'messages' END;
  END IF;
  -- what an archive tells of the past happened before
  IF used IS NOT NULL AND NOT arriving(NEW.account_id) AND EXISTS (
      SELECT 1 FROM clients_restriction r
      WHERE r.account_id = NEW.account_id AND r.client_id = NEW.client_id AND r.lifted_at IS NULL
        AND (r.kind = 'restriction' OR r.against ? used)) THEN
    RAISE EXCEPTION 'the client objects to this' USING ERRCODE = 'KW005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_objection_stops_messages BEFORE INSERT OR UPDATE ON bookings_message
  FOR EACH ROW WHEN (NEW.state = 'sending') EXECUTE FUNCTION refuse_objected();
CREATE TRIGGER an_objection_stops_offers BEFORE INSERT ON bookings_waitingoffer
  FOR EACH ROW EXECUTE FUNCTION refuse_objected();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookings", "0017_arriving"), ("clients", "0021_restrictions")]

    operations: ClassVar = [
        HoldRestricted("Attendee", "Recall", "WaitingEntry", "WaitingWish", "WaitingOffer"),
        migrations.RunSQL(OBJECTIONS, hints={"placement": "region"}),
    ]
