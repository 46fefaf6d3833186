"""The words of one canary: 128 random bits for each place they are put into, so that a find says where it came from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

MAIL = "canary.example"
# Numbers that nobody has (Australia's are kept for films), as a form is given them and as they are kept
_FILMS = 491_570_006


@dataclass(slots=True)
class Words:
    """Hands out words by the name of the place they go to, and remembers them."""

    given: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """Return the word of a place, always the same one."""
        return self.given.setdefault(name, secrets.token_hex(16))

    def address(self, name: str) -> str:
        """Return an e-mail address made of the word of a place."""
        address = f"{self.word(name)}@{MAIL}"
        self.values[f"{name}, whole"] = address
        return address

    def name(self, name: str) -> str:
        """Return a word as somebody's name."""
        return self.word(name).title()
