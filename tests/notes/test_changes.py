"""What changed is told so that both texts can be read from it."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from notes.changes import between, marked, pieces

SECTIONS = [
    {
        "key": "plan",
        "title": "Plan",
        "questions": [
            {"key": "plan", "label": "Plan", "type": "paragraph"},
            {"key": "pain", "label": "Pain today", "type": "scale"},
        ],
    }
]
texts = st.text(st.sampled_from("ab <&\n.é"), max_size=40)


@given(texts, texts)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    found = list(pieces(before, after))
    assert "".join(text for kind, text in found if kind != "new") == before
    assert "".join(text for kind, text in found if kind != "gone") == after


def test_marks_stand_around_words_and_text_stays_text() -> None:
    assert marked("since Thursday <b>", "since Wednesday <b>") == (
        "since <del>Thursday</del><ins>Wednesday</ins> &lt;b&gt;"
    )


def test_only_what_differs_is_told_in_the_order_of_the_questions() -> None:
    changes = between(SECTIONS, ("Old", {"plan": "Rest"}), ("New", {"plan": "Rest", "pain": 4}))
    assert [(change.label, change.before, change.after) for change in changes] == [
        ("Title", "Old", "New"),
        ("Pain today", "", "4 out of 10"),
    ]


def test_long_texts_are_compared_in_time() -> None:
    started = time.monotonic()
    for before, after in (
        ("one two three " * 1400, "three two one " * 1400),
        ("the " * 2900, "the a " * 1400),
        ("one two three " * 300, "three two one " * 300),
        ("the " * 900, "the a " * 450),
        ("a\n" * 9000, "b\na\n" * 4500),
        (
            " ".join(f"w{n % 90}" for n in range(990)),
            " ".join(f"w{n * 7 % 90}" for n in range(990)),
        ),
    ):
        assert "".join(text for kind, text in pieces(before, after) if kind != "gone") == after
    assert time.monotonic() - started < 6
