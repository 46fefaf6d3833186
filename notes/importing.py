"""Notes as another system had them: they arrive final, with their author's name, their date and where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from uuid_utils.compat import uuid7

from accounts.models import Practitioner
from accounts.permissions import Permission
from accounts.time_zones import zone_info
from bookings.importing import Former, practitioners
from clients.importing import matching, whose
from clients.importing.kinds import Built, Field, Found, Kind, Record, Type, register
from clients.importing.plans import Plan
from clients.importing.seen import Seen
from clients.models import ImportBatch
from notes.models import Note, NoteVersion
from notes.proof import note_hash
from privacy.vocabulary import keyring

_LONGEST = 90_000
_TITLE = 120

FIELDS = (
    Field("reference", gettext_lazy("Number in the other system"), ("id", "note id"), longest=60),
    *whose.FIELDS,
    Field("author", gettext_lazy("Author"), ("author", "practitioner", "provider", "clinician", "therapist"),
          Type.CHOICE, choices=practitioners, is_needed=True),
    Field("title", gettext_lazy("Title"), ("title", "template", "template name", "subject"), longest=_TITLE),
    Field("text", gettext_lazy("Text"), ("text", "note", "notes", "content", "body", "subjective", "objective",
          "assessment", "plan", "treatment", "treatment note"), Type.LONG, _LONGEST, "\n\n", is_needed=True,
          has_heading=True),
    Field("written_at", gettext_lazy("Written on"), ("date", "created at", "written at", "note date", "date created"),
          Type.MOMENT, is_needed=True),
    Field("signed_at", gettext_lazy("Signed on"), ("signed at", "finalized at", "finalised at", "signed"), Type.MOMENT),
)  # fmt: skip
matching.NEEDED_ONE_OF["notes"] = (whose.ONE_OF,)


class Notes:
    """One pass over a file of notes."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen, self.whose, self.former = Seen(plan), whose.Whose(plan), Former(plan)
        self.zone = zone_info(plan.zone)
        self.file_hash = str(ImportBatch.objects.get(pk=plan.batch_id).sha256)
        self.sections = _sections()
        self.names = {str(each.pk): str(each.name) for each in Practitioner.objects.all()}

    def look(self, records: Sequence[Record]) -> None:
        """Find clients and days."""
        self.seen.look(records)
        self.whose.look(records)
        for record in records:
            written = record.values.get("written_at")
            if record.is_taken and written is not None and self._instant(written) > self.plan.now:
                record.found.append(
                    Found(self.plan.place_of("written_at"), "future", str(written.day))
                )
            if record.is_taken:
                self.former.note(record, "author")

    def keys(self, records: Sequence[Record]) -> None:
        """Fetch the keys of the clients."""
        keyring.prefetch({record.values["client_id"] for record in records})

    def build(self, record: Record) -> Iterator[Built]:
        """Return the note, its one version, and its author where they are not here any more."""
        author_id, author = self.former.of(record, "author")
        note = self._note(record, author_id)
        note.content_hash = note_hash(note)
        version, client_id = note.words, note.client_id
        yield Built(Note, note.pk, client_id, _values(note))
        yield Built(NoteVersion, version.pk, client_id, _values(version))
        if author:
            left = {"name": author[:150], "is_online": False, "deactivated_at": self.plan.now}
            yield Built(Practitioner, author_id, None, left)

    def _note(self, record: Record, author_id: Any) -> Note:
        """Return the note as it will be kept, with its words: written, saved and signed when the file says."""
        told = record.values
        written = self._instant(told["written_at"])
        signed = self._instant(told["signed_at"]) if told.get("signed_at") else written
        seen_on: date = written.astimezone(self.zone).date()
        note = Note(
            pk=uuid7(),
            client_id=told["client_id"],
            author_id=author_id,
            author_name=self._author(record),
            sections=self.sections,
            state=Note.State.FINAL,
            created_at=written,
            updated_at=written,
            signed_at=max(signed, written),
            signed_zone=self.plan.zone,
            provenance="import",
        )
        note.latest = NoteVersion(
            pk=uuid7(),
            note_id=note.pk,
            client_id=note.client_id,
            version=note.version,
            title=told.get("title") or _("Imported note"),
            content=self._content(record),
            seen_on=seen_on,
            reason="",
            saved_at=written,
            saved_by=None,
        )
        return note

    def _content(self, record: Record) -> dict[str, Any]:
        """Return the words with where they come from, which the signature covers as well."""
        told = record.values
        reference = f" · {record.reference}" if record.reference else ""
        return {
            "text": told["text"],
            "source_author": self._author(record),
            "source_row": _("Row %(row)d of the file") % {"row": record.row} + reference,
            "source_hash": record.source_hash,
            "source_file": self.file_hash,
        }

    def _author(self, record: Record) -> str:
        """Return the author's name as the file has it; of a file without one, the practitioner's."""
        told = record.values.get("author:told") or self.names.get(str(record.values["author"]), "")
        return str(told)[:200]

    def _instant(self, moment: Any) -> datetime:
        """Return when something was, in the zone of the file where the cell doesn't say; noon of a day without a time."""
        wall = datetime.combine(moment.day, moment.clock or time(12), self.zone)
        found: datetime = moment.instant or wall.astimezone(UTC)
        return found


def _sections() -> list[dict[str, Any]]:
    """Return what an imported note says: its text, and where it comes from."""
    source = (
        ("source_author", _("Author as written there")),
        ("source_row", _("Row and number")),
        ("source_hash", _("SHA-256 of the row")),
        ("source_file", _("SHA-256 of the file")),
    )
    text = {"key": "text", "label": _("Imported note"), "type": "paragraph"}
    asked = [{"key": key, "label": label, "type": "text"} for key, label in source]
    return [
        {"key": "imported", "title": _("Imported note"), "questions": [text]},
        {"key": "source", "title": _("Where it comes from"), "questions": asked},
    ]


def _values(row: Any) -> dict[str, Any]:
    """Return the values of a row that is only written from here."""
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname in row.__dict__
    }


register(
    Kind(
        "notes",
        gettext_lazy("Notes"),
        gettext_lazy("note"),
        "note",
        FIELDS,
        Note,
        (Practitioner, Note, NoteVersion),
        Notes,
        (
            ("Note ID", "Patient ID", "Patient", "Author", "Title", "Date", "Text"),
            ("9001", "1001", "Rosa Invented", "Mei Tanaka", "Follow-up", "23/04/2025 10:20",
             "Invented text: shoulder moves freely, exercises go on."),
        ),
        position=40,
        also=Permission.CLINICAL_READ,
        help=gettext_lazy("Clinical notes. They arrive signed, with author, date and origin, and can’t be changed."),
    )
)  # fmt: skip
