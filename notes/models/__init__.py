"""Templates, clinical notes, every saved state of them, and what is added to them later."""

from notes.models.notes import Addendum, Note, NoteVersion
from notes.models.templates import NoteTemplate

__all__ = [
    "Addendum",
    "Note",
    "NoteTemplate",
    "NoteVersion",
]
