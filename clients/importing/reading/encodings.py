"""In which encoding a file is written, told by looking at all of its bytes; and what is no table at all."""

from __future__ import annotations

import codecs

UTF_8, UTF_16, UTF_16_BE = "utf-8-sig", "utf-16-le", "utf-16-be"
WINDOWS, LATIN = "cp1252", "latin-1"
# What can be chosen by hand, the likeliest first
NAMES = {
    UTF_8: "UTF-8",
    WINDOWS: "Windows-1252",
    LATIN: "Latin-1 (ISO 8859-1)",
    UTF_16: "UTF-16",
    UTF_16_BE: "UTF-16, big-endian",
    "iso8859-15": "Latin-9 (ISO 8859-15)",
    "cp1250": "Windows-1250",
    "mac-roman": "Mac Roman",
}
_HEAD = 4096
_ASCII = bytes(range(128))
_CONTROLS = frozenset(range(0x80, 0xA0))
_UNKNOWN_TO_WINDOWS = frozenset(b"\x81\x8d\x8f\x90\x9d")
_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, UTF_16),
    (codecs.BOM_UTF16_BE, UTF_16_BE),
)
_KINDS = (
    (b"PK\x03\x04", "workbook"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "packed"),
    (b"Rar!", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
)
_WRITTEN_KINDS = (
    ("<!doctype html", "page"),
    ("<html", "page"),
    ("<?xml", "data"),
    ("{", "data"),
    ("[", "data"),
    ("begin:vcard", "cards"),
    ("begin:vcalendar", "calendar"),
)


class Looking:
    """Takes the pieces of a file as they come and says at the end in which encoding it is."""

    def __init__(self) -> None:
        self.head = b""
        self._utf_8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._high: set[int] = set()

    def feed(self, piece: bytes) -> None:
        """Look at the next piece."""
        self.head = (self.head + piece)[:_HEAD] if len(self.head) < _HEAD else self.head
        self._high.update(piece.translate(None, _ASCII))
        self._try(piece)

    def found(self) -> str:
        """Return the encoding."""
        for mark, encoding in _MARKS:
            if self.head.startswith(mark):
                return encoding
        wide = _wide(self.head)
        if wide:
            return wide
        self._try(b"", final=True)
        if self._utf_8 is not None:
            return UTF_8
        # Bytes that Latin-1 has for control characters are letters and quotation marks in Windows-1252
        is_windows = not self._high & _UNKNOWN_TO_WINDOWS
        return WINDOWS if is_windows else LATIN

    def other_kind(self) -> str:
        """Return what the file is when it is no table of text: `workbook`, `pdf`…; "" for what may be one."""
        for mark, kind in _KINDS:
            if self.head.startswith(mark):
                return kind
        encoding = self.found()
        text = self.head.decode(encoding, "ignore").lstrip("\ufeff \r\n\t").casefold()
        for beginning, kind in _WRITTEN_KINDS:
            if text.startswith(beginning):
                return kind
        return "binary" if "\0" in text else ""

    def _try(self, piece: bytes, *, final: bool = False) -> None:
        if self._utf_8 is not None:
            try:
                self._utf_8.decode(piece, final)
            except UnicodeDecodeError:
                self._utf_8 = None


def _wide(head: bytes) -> str:
    """Return the UTF-16 that has no mark: every second byte of Western text is zero."""
    half = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if half and odd > half * 0.4 and even < half * 0.1:
        return UTF_16
    return UTF_16_BE if half and even > half * 0.4 and odd < half * 0.1 else ""
