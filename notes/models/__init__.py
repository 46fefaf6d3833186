"""Templates, clinical notes with every saved state, who may read them, what is added to them later; and forms."""

from notes.models.due import DueNote
from notes.models.intake import Form, FormReview, FormTemplate, FormTrigger
from notes.models.letters import Addressee, Letter, Letterhead, LetterLink, LetterTemplate
from notes.models.notes import Note, NoteVersion, NotForThisReader
from notes.models.readers import (
    Breaking,
    NoteOpening,
    NoteReader,
    NoteSettings,
    Visibility,
    WritingProfile,
)
from notes.models.signing import Addendum, CoSignature, Remark, Withdrawal
from notes.models.templates import NoteTemplate, ServiceTemplate

__all__ = [
    "Addendum",
    "Addressee",
    "Breaking",
    "CoSignature",
    "DueNote",
    "Form",
    "FormReview",
    "FormTemplate",
    "FormTrigger",
    "Letter",
    "LetterLink",
    "LetterTemplate",
    "Letterhead",
    "NotForThisReader",
    "Note",
    "NoteOpening",
    "NoteReader",
    "NoteSettings",
    "NoteTemplate",
    "NoteVersion",
    "Remark",
    "ServiceTemplate",
    "Visibility",
    "Withdrawal",
    "WritingProfile",
]
