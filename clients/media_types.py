"""What kind of file something is, told by its content and never by its name."""

from __future__ import annotations

import codecs
import zipfile
from typing import BinaryIO

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
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (128, b"DICM", "application/dicom"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_OFFICE = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_ODF = b"mimetypeapplication/vnd.oasis.opendocument."
_HEAD = 4096


def sniffed(file: BinaryIO) -> str | None:
    """Return the media type of a seekable file, or None when it is none that a practice keeps; rewinds it."""
    file.seek(0)
    head = file.read(_HEAD)
    found = _by_signature(head)
    if found is None and head[:4] == b"PK\x03\x04":
        found = _of_zip(file, head)
    if found is None and _is_text(head):
        found = TEXT
    file.seek(0)
    return found


def _by_signature(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    for offset, signature, media_type in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return media_type
    return None


def _of_zip(file: BinaryIO, head: bytes) -> str | None:
    if head[30 : 30 + len(_ODF)] == _ODF:
        kind = head[30 + len(_ODF) :].split(b"PK", 1)[0].decode("ascii", "replace")
        return f"application/vnd.oasis.opendocument.{kind}" if kind.isalpha() else ZIP
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    return next(
        (kind for folder, kind in _OFFICE if any(name.startswith(folder) for name in names)), ZIP
    )


def _is_text(head: bytes) -> bool:
    if not head:
        return False
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not any(sign < " " and sign not in "\t\n\r\f" for sign in text) and "\x7f" not in text
