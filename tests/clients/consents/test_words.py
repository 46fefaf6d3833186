"""What changed between two texts, and signatures: both without a database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.consents.signatures import NotDrawn, path, read
from clients.consents.wording import changes


@given(st.text("ab.! \n", max_size=40), st.text("ab.! \n", max_size=40))
def test_both_texts_can_be_read_from_what_changed(before: str, after: str) -> None:
    found = changes(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "new") == before
    assert "".join(piece.text for piece in found if piece.kind != "old") == after


def test_a_changed_sentence_is_told_alone() -> None:
    found = changes("One. Two is here. Three.", "One. Two is gone. Three.\n\nFour.")
    assert [(piece.kind, piece.text) for piece in found] == [
        ("same", "One. "),
        ("old", "Two is here."),
        ("new", "Two is gone."),
        ("same", " Three."),
        ("new", "\n\nFour."),
    ]


@pytest.mark.parametrize(
    ("drawn", "shown"),
    [
        ([], ""),
        ([[10, 20, 30, 40]], "M10 20L30 40"),
        ([[0, 0, 1000, 400], [5, 5]], "M0 0L1000 400M5 5h1"),
    ],
)
def test_strokes_become_a_path(drawn: Any, shown: str) -> None:
    assert path(read(json.dumps(drawn) if drawn else " ")) == shown


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        "[1]",
        "[[1]]",
        "[[]]",
        "[[1,2,3]]",
        "[[1001,2]]",
        "[[1,401]]",
        "[[-1,2]]",
        "[[1.5,2]]",
        "[[true,2]]",
        '[["M0 0",2]]',
        json.dumps([[1, 1]] * 201),
        json.dumps([[1, 1] * 6001]),
    ],
)
def test_what_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(NotDrawn):
        read(text)
