"""What is said of rows that can't be imported or should be looked at: what is wrong, and what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Code → what is wrong, what to do about it. Codes are kept, words are shown
WORDS: dict[str, tuple[Promise, Promise]] = {
    "needed": (_("is empty"), _("Fill it in. A row needs it.")),
    "too_long": (_("is too long"), _("Shorten it.")),
    "no_date": (_("is no date"), _("Write day, month and year.")),
    "never_was": (
        _("is a day that never was"),
        _("Check the day and whether day or month comes first."),
    ),
    "no_time": (_("has no time of day"), _("Write hours and minutes, such as 14:30.")),
    "no_minutes": (_("is no length"), _("Write minutes, such as 45, or hours and minutes.")),
    "future": (_("is still to come"), _("Check the year.")),
    "too_early": (_("is before 1890"), _("Check the year.")),
    "no_mail": (_("is no e-mail address"), _("Correct it, or leave the cell empty.")),
    "no_phone": (
        _("is kept as it stands: it is no whole phone number"),
        _("Nothing, or add what is missing."),
    ),
    "not_chosen": (
        _("was not matched with anything"),
        _("Choose on the page of values what it stands for."),
    ),
    "no_yes": (_("is neither yes nor no"), _("Write yes or no.")),
    "twice": (_("stands in an earlier row, too"), _("Keep one of the rows.")),
    "twice_otherwise": (
        _("is the number of an earlier row that says something else"),
        _("Keep one of the rows, or give one of them its right number."),
    ),
    "like_row": (
        _("looks like an earlier row"),
        _("Both come in. Look at possible duplicates afterwards."),
    ),
    "like_client": (
        _("looks like somebody who is here already"),
        _("They come in a second time. Look at possible duplicates afterwards."),
    ),
    "no_client": (
        _("names nobody who is here"),
        _("Import the clients first, with their numbers, or correct the name."),
    ),
    "several_clients": (
        _("fits several clients"),
        _("Add a column with the client’s number, e-mail or birth date."),
    ),
    "no_name": (_("has neither a person nor an organisation"), _("Fill in one of them.")),
    "clock_jumps": (_("is a time that the clocks jump over"), _("Check the time.")),
    "ends_first": (_("ends before it begins"), _("Check both times.")),
    "beside": (
        _("overlaps with another appointment of the practitioner"),
        _("Both come in and stand side by side."),
    ),
    "no_text": (_("has no text"), _("Fill it in, or take the row out.")),
    "control": (_("has signs that can’t be shown, which are taken out"), _("Nothing.")),
}
KNOWN: dict[str, Promise] = {
    "imported": _("imported before"),
    "same_row": _("the same row stands above"),
    "left_out": _("left out, as you asked: looks like somebody who is here"),
}


def said(code: str) -> tuple[str, str]:
    """Return what is wrong and what to do."""
    wrong, advice = WORDS.get(code, WORDS["needed"])
    return str(wrong), str(advice)
