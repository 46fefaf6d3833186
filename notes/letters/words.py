"""The words of the last signed note, for a letter that takes them over."""

from __future__ import annotations

from clients.models import Client
from notes import reading
from notes.showing import shown_sections


def last_note(client: Client) -> str:
    """Return the text of the client's last signed note that the member who acts may read; "" without one."""
    note = reading.last_signed(client)
    if note is None or note.text is None:
        return ""
    parts = []
    for section in shown_sections(note.sections, note.content):
        said = [
            f"{answer.label}: {answer.text}" if answer.label else answer.text
            for answer in section.answers
            if answer.text
        ]
        if said:
            parts.append("\n".join([f"**{section.title}**", *said]))
    return "\n\n".join(parts)
