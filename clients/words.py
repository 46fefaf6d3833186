"""How names, phones, dates and searches are compared: without case, accents, spaces or order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

# Letters that Unicode does not take apart
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʻ`´ʹ"))
# Those that Unicode counts among the letters (Hawaiian, Ukrainian)
_APOSTROPHE_LETTERS = frozenset("ʼʻʹ")
_APOSTROPHE_GAPS = dict.fromkeys(_APOSTROPHES, " ")
_NO_DIGITS = dict.fromkeys(sign for sign in range(128) if not chr(sign).isdigit())
_GAPS = re.compile(r"[^\w]+|_")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_PHONE = re.compile(r"[+(]*\d[\d().+/-]*")
_MAIL_SIGNS = frozenset("@._-+0123456789")
_FIRST_YEAR = 1890
# How the months begin in English, German, French and Spanish, folded
_MONTHS = (
    ("jan", "ene"),
    ("feb", "fev"),
    ("mar", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mai"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aou", "ago"),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "dez", "dic"),
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?"
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})(?!\S)"
_DAY_FIRST = re.compile(rf"(?<!\S){_DAY}\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?{_YEAR}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"(?<!\S){_MONTH}\s+{_DAY},?\s+{_YEAR}", re.IGNORECASE)
_PLAIN_DAY = re.compile(r"\d{8}")


def fold(text: str) -> str:
    """Return text in the form in which it is compared: lower case, no accents, plain letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")
    return plain.casefold().translate(_LETTERS)


def name_words(text: str) -> list[str]:
    """Return the folded words of a name; O’Neill is found as "oneill", as "o" and as "neill"."""
    folded = fold(text)
    if is_plain(folded):
        return [folded]
    words = _GAPS.sub(" ", folded.translate(_APOSTROPHES)).split()
    for word in _GAPS.sub(" ", folded.translate(_APOSTROPHE_GAPS)).split():
        if word not in words:
            words.append(word)
    return words


def is_plain(folded: str) -> bool:
    """Tell whether folded text has nothing that would part it into words or be left out of them."""
    return folded.isalnum() and _APOSTROPHE_LETTERS.isdisjoint(folded)


def digits(text: str) -> str:
    """Return the digits of a text as plain 0-9."""
    if text.isascii():
        return text.translate(_NO_DIGITS)
    return "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdecimal())


def dates(text: str) -> frozenset[date]:
    """Return every date that a typed "3.2.1988", "1988-02-03" or "03/02/88" may mean."""
    if not _DATE.fullmatch(text):
        return frozenset()
    a, b, c = (int(part) for part in re.split(r"[./-]", text))
    found: set[date] = set()
    for year, month, day in ((a, b, c), (c, b, a), (c, a, b)):
        for full in (year, 1900 + year, 2000 + year) if year < 100 else (year,):
            if full >= _FIRST_YEAR and 1 <= month <= 12 and 1 <= day <= 31:
                found |= _real(full, month, day)
    return frozenset(found)


def with_dates(text: str) -> str:
    """Return typed text with "3 Feb 1988", "February 3rd, 1988" and their like in the four languages as 1988-02-03."""
    return _MONTH_FIRST.sub(_plain_date, _DAY_FIRST.sub(_plain_date, text))


def _plain_date(found: re.Match[str]) -> str:
    told = found.groupdict()
    word = fold(told["month"])
    month = next((n for n, names in enumerate(_MONTHS, 1) if word.startswith(names)), None)
    year = told["year"] if month else ""
    return f" {told['day']}.{month}.{year} " if year else found.group()


def _real(year: int, month: int, day: int) -> set[date]:
    try:
        return {date(year, month, day)}
    except ValueError:
        return set()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: all of it must fit one person."""

    names: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    digits: str = ""
    births: tuple[frozenset[date], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.mails or self.digits or self.births)


def readings(text: str) -> list[Wanted]:
    """Return what typed words may mean: names first; a word with signs in it may also begin an e-mail address,
    and eight digits may also be a birth date.

    Digits that stand apart are one phone number ("0412 000 101"); a leading zero, which E.164 drops, is left out.
    """
    text = with_dates(text)
    found = [_read(text)]
    if any(_may_be_mail(token) and "@" not in token for token in text.split()):
        found.append(_read(text, mails=True))
    if any(_days(token) for token in text.split()):
        found.append(_read(text, days=True))
    return [wanted for wanted in found if wanted]


def _days(token: str) -> frozenset[date]:
    """Return what eight digits may mean as a day: 03021988, 19880203; they may be a phone number, too."""
    if not _PLAIN_DAY.fullmatch(token):
        return frozenset()
    last = f"{token[:2]}.{token[2:4]}.{token[4:]}"
    return dates(f"{token[:4]}.{token[4:6]}.{token[6:]}") | dates(last)


def _read(text: str, *, mails: bool = False, days: bool = False) -> Wanted:
    names: list[str] = []
    addresses: list[str] = []
    numbers = ""
    births = []
    for token in text.split():
        token = token.strip(",;:")
        if "@" in token or (mails and _may_be_mail(token)):
            addresses.append(fold(token))
        elif meant := dates(token) or (_days(token) if days else frozenset()):
            births.append(meant)
        elif _PHONE.fullmatch(token):
            numbers += digits(token)
        else:
            names += name_words(token)
    return Wanted(tuple(names), tuple(addresses), numbers.lstrip("0"), tuple(births))


def _may_be_mail(token: str) -> bool:
    return any(sign in _MAIL_SIGNS for sign in token) and any(sign.isalpha() for sign in token)
