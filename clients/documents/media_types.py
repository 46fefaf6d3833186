"""What kind of file something is, told by its content and never by its name."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from clients.documents import archives

OLE = "application/x-ole-storage"
ZIP = "application/zip"
TEXT = "text/plain"

# offset, bytes found there, media type
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (128, b"DICM", "application/dicom"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
)
# brand of an ISO base media file → media type; the first known one among all that it names decides
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"mif1", b"msf1"), "image/heif"),
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    b"qt  ": "video/quicktime",
    **dict.fromkeys(
        (
            b"isom",
            b"iso2",
            b"iso4",
            b"iso5",
            b"iso6",
            b"mp41",
            b"mp42",
            b"avc1",
            b"M4V ",
            b"3gp4",
            b"3gp5",
            b"3gp6",
        ),
        "video/mp4",
    ),
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_ODF = b"mimetypeapplication/vnd.oasis.opendocument."
_HEAD = 4096
_ZIP = b"PK\x03\x04"


def sniffed(file: BinaryIO) -> str | None:
    """Return the media type of a seekable file, or None when it is none that a practice keeps; rewinds it."""
    file.seek(0)
    head = file.read(_HEAD)
    found = _by_signature(head)
    if found is None and head[:4] == _ZIP:
        found = _of_zip(file, head)
    if found is None and _is_text(head):
        found = TEXT
    file.seek(0)
    return found


def _by_signature(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        end = min(int.from_bytes(head[:4], "big"), 256)
        named = [head[8:12], *(head[at : at + 4] for at in range(16, end, 4))]
        return next((_BRANDS[brand] for brand in named if brand in _BRANDS), None)
    for offset, signature, media_type in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type
    return None


def _of_zip(file: BinaryIO, head: bytes) -> str | None:
    if head[30 : 30 + len(_ODF)] == _ODF:
        kind = head[30 + len(_ODF) :].split(b"PK", 1)[0].decode("ascii", "replace")
        return f"application/vnd.oasis.opendocument.{kind}" if kind.isalpha() else ZIP
    try:
        names = [name for _packed, _plain, name in archives.entries(file)]
    except archives.NotAnArchive:
        return None
    return next(
        (kind for folder, kind in _OFFICE if any(name.startswith(folder) for name in names)), ZIP
    )


def may_be_wanted(head: bytes) -> bool:
    """Tell from its beginning alone whether a file may turn out to be of a kind that is kept."""
    return bool(_by_signature(head) or head[:4] == _ZIP or _is_text(head[:_HEAD]))


def is_archive(media_type: str) -> bool:
    """Tell whether files of this type are zip archives."""
    return media_type == ZIP or "openxmlformats" in media_type or "opendocument" in media_type


def _is_text(head: bytes) -> bool:
    if not head:
        return False
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not any(sign < " " and sign not in "\t\n\r\f" for sign in text) and "\x7f" not in text
