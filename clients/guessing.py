"""Words that were mistyped: the words of all names, and which of them come close to a typed one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

_LONGEST_PREFIX = 12


def slips_in(word: str) -> int:
    """Return how many slips are forgiven in a word: none in a short one, where another is soon another name."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


class Vocabulary:
    """Each word of some lines with the numbers of the lines that have it."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._places: dict[str, list[int]] = {}
        for place, line in enumerate(lines):
            for word in line.split():
                self._places.setdefault(word, []).append(place)
        self._words = list(self._places)
        self._beginnings: dict[int, list[str]] = {}

    def beginning(self, typed: str) -> dict[int, int]:
        """Return the lines with a word that begins like what was typed: line → slips."""
        length = min(len(typed), _LONGEST_PREFIX)
        found = self._close(typed[:length], self._begin(length))
        # who leaves a letter out has typed as much of the word as if they had not
        for place, slips in self._close(typed[:length], self._begin(length + 1)).items():
            found[place] = min(slips, found.get(place, slips))
        return found

    def whole(self, words: Iterable[str]) -> dict[int, int]:
        """Return the lines with a word that is one of `words` but for slips: line → slips."""
        found: dict[int, int] = {}
        for word in words:
            for place, slips in self._close(word, self._words).items():
                found[place] = min(slips, found.get(place, slips))
        return found

    def _close(self, word: str, choices: Sequence[str]) -> dict[int, int]:
        found: dict[int, int] = {}
        close = extract(
            word,
            choices,
            scorer=OSA.distance,
            score_cutoff=slips_in(word),
            limit=None,
        )
        for _choice, slips, number in close:
            for place in self._places[self._words[number]]:
                found[place] = min(int(slips), found.get(place, int(slips)))
        return found

    def _begin(self, length: int) -> list[str]:
        if length not in self._beginnings:
            self._beginnings[length] = [word[:length] for word in self._words]
        return self._beginnings[length]
