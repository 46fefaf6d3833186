"""Raises the wall around the new tables, keeps notes' words for their readers, and keeps what is signed as it was signed.

What never changes is refused for every role and every statement, whatever the application's code says (features E2 to E4).
"""

from typing import ClassVar

from django.db import migrations

from accounts.wall import BindKeys, RaiseWall, RestrictReaders

REFUSE = """
CREATE FUNCTION refuse_note(why text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', why USING ERRCODE = 'KW002';
END $$;
"""

# A draft's own place, author and beginning stay; what is signed stays whole, but for who may read it and for the step
# that comes next. Steps: draft, awaiting, final, withdrawn; back from awaiting to draft; a draft can be discarded.
NOTE = """
DROP TRIGGER a_signed_note_never_changes ON notes_note;
DROP FUNCTION refuse_changes_to_final_notes();

CREATE FUNCTION keep_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  step text := OLD.state || ' to ' || NEW.state;
  free text[] := ARRAY['visibility', 'is_restricted', 'state'];
BEGIN
  IF OLD.state = 'draft' THEN
    IF (NEW.id, NEW.account_id, NEW.client_id, NEW.author_id, NEW.created_at, NEW.provenance, NEW.amends_id, NEW.origin)
       IS DISTINCT FROM
       (OLD.id, OLD.account_id, OLD.client_id, OLD.author_id, OLD.created_at, OLD.provenance, OLD.amends_id, OLD.origin)
    THEN PERFORM refuse_note('where a note belongs never changes'); END IF;
    IF NEW.version < OLD.version OR NEW.updated_at < OLD.updated_at
    THEN PERFORM refuse_note('the time of a note never changes backwards'); END IF;
  ELSE
    IF OLD.state = 'awaiting' THEN free := free || ARRAY['cosigner_id']; END IF;
    IF step = 'awaiting to draft' THEN
      free := free || ARRAY['author_name', 'signed_at', 'signed_zone', 'content_hash', 'hash_index', 'updated_at'];
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
    THEN PERFORM refuse_note('a signed note never changes'); END IF;
  END IF;

  IF step IN ('draft to draft', 'draft to void', 'awaiting to draft') THEN
    IF NEW.signed_at IS NOT NULL THEN PERFORM refuse_note('a draft is not signed, and that never changes'); END IF;
  ELSIF step IN ('draft to final', 'draft to awaiting') THEN
    IF NEW.signed_at IS NULL OR NEW.signed_at < OLD.updated_at OR NEW.content_hash IS NULL
       OR NOT EXISTS (SELECT FROM notes_noteversion v
                      WHERE v.account_id = NEW.account_id AND v.note_id = NEW.id AND v.version = NEW.version)
    THEN PERFORM refuse_note('a signature stands below a kept text, at its own time: that never changes'); END IF;
    IF step = 'draft to final' AND (NEW.cosigner_id IS NOT NULL OR EXISTS (
         SELECT FROM notes_writingprofile w
         WHERE w.account_id = NEW.account_id AND w.practitioner_id = NEW.author_id AND w.supervisor_id IS NOT NULL))
    THEN PERFORM refuse_note('a supervised note awaits its co-signature: that never changes'); END IF;
  ELSIF step = 'awaiting to final' THEN
    IF NOT EXISTS (SELECT FROM notes_cosignature c
                   WHERE c.account_id = NEW.account_id AND c.note_id = NEW.id AND c.version = NEW.version)
    THEN PERFORM refuse_note('a supervised note awaits its co-signature: that never changes'); END IF;
  ELSIF step = 'final to withdrawn' THEN
    IF NOT EXISTS (SELECT FROM notes_withdrawal w WHERE w.account_id = NEW.account_id AND w.note_id = NEW.id)
    THEN PERFORM refuse_note('a signed note never changes without saying why'); END IF;
  ELSIF NEW.state <> OLD.state THEN
    PERFORM refuse_note('a signed note never changes');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_signed_note_never_changes BEFORE UPDATE ON notes_note
  FOR EACH ROW EXECUTE FUNCTION keep_note();

CREATE FUNCTION begin_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'draft' THEN
    IF NEW.signed_at IS NOT NULL THEN PERFORM refuse_note('a draft is not signed, and that never changes'); END IF;
  ELSIF NEW.state <> 'final' OR (NEW.provenance = 'staff' AND NEW.origin IS NULL) THEN
    PERFORM refuse_note('a note of ours begins as a draft: that never changes');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_note_begins_as_a_draft BEFORE INSERT ON notes_note
  FOR EACH ROW EXECUTE FUNCTION begin_note();
"""

# Versions, addenda, co-signatures, remarks and withdrawals are only ever added (their grants say so): here it is said
# to what they can be added, and that no time among them lies before the one it follows.
ADDED = """
CREATE FUNCTION keep_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  note notes_note;
BEGIN
  SELECT * INTO note FROM notes_note n WHERE n.account_id = NEW.account_id AND n.id = NEW.note_id;
  IF NOT FOUND THEN RETURN NEW; END IF;  -- another account's, or none: the wall and the key refuse that
  IF note.client_id <> NEW.client_id THEN
    PERFORM refuse_note('what belongs to a note stands in its record: that never changes');
  END IF;
  IF TG_TABLE_NAME = 'notes_noteversion' THEN
    IF NEW.version <> note.version OR NEW.saved_at <> note.updated_at
    THEN PERFORM refuse_note('a version is the last one and of its time: that never changes'); END IF;
  ELSIF TG_TABLE_NAME = 'notes_addendum' THEN
    IF note.state <> 'final' OR NEW.added_at < note.signed_at OR EXISTS (
         SELECT FROM notes_addendum a
         WHERE a.account_id = NEW.account_id AND a.note_id = NEW.note_id AND a.added_at >= NEW.added_at)
    THEN PERFORM refuse_note('an addendum comes last, below what is signed: that never changes'); END IF;
  ELSIF TG_TABLE_NAME = 'notes_cosignature' THEN
    IF NEW.cosigner_id = note.author_id OR NEW.signed_at < note.signed_at OR NEW.version <> note.version
       OR NOT (note.state = 'awaiting' AND NEW.cosigner_id = note.cosigner_id
               OR note.state = 'final' AND note.origin IS NOT NULL)
    THEN PERFORM refuse_note('who was asked signs below another author: that never changes'); END IF;
  ELSIF TG_TABLE_NAME = 'notes_remark' THEN
    IF note.state <> 'awaiting' OR NEW.version <> note.version OR NEW.author_id <> note.cosigner_id
    THEN PERFORM refuse_note('a remark is made of a note that awaits: that never changes'); END IF;
  ELSIF note.state <> 'final' OR NEW.withdrawn_at < note.signed_at THEN
    PERFORM refuse_note('only a signed note is withdrawn: that never changes');
  END IF;
  RETURN NEW;
END $$;
""" + "".join(
    f"CREATE TRIGGER it_fits_its_note BEFORE INSERT ON notes_{table} FOR EACH ROW EXECUTE FUNCTION keep_added();\n"
    for table in ("noteversion", "addendum", "cosignature", "remark", "withdrawal")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("notes", "0003_readers")]
    operations: ClassVar = [
        RaiseWall(
            "ServiceTemplate",
            "NoteSettings",
            "WritingProfile",
            "NoteReader",
            "NoteOpening",
            "CoSignature",
            "Remark",
            "Withdrawal",
        ),
        BindKeys("Note", "cosigner", "amends"),
        RestrictReaders("NoteVersion", "Addendum", "Remark"),
        migrations.RunSQL(REFUSE + NOTE + ADDED, hints={"placement": "region"}),
    ]
