"""Files on their way in: in memory while they are small, else sealed in a nameless temporary file.

The key of such a file is known to this process alone and forgotten with it, so nothing plain touches a disk, and memory
does not grow with what somebody sends.
"""

from __future__ import annotations

import io
import os
import tempfile
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from privacy.vocabulary.streams import KEY_SIZE, SealedReader, SealedWriter

IN_MEMORY = 2**20
_HERE = b"arriving"


class ArrivingFile(UploadedFile[bytes]):
    """A file that came with a form; `size` is what was sent, also when it was too much to keep."""


class Arriving(FileUploadHandler):
    """Takes the files of one form, all of them together no more than `settings.FORM_LARGEST`.

    A view may say that it takes more: `largest`, in bytes.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - as Django names it
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Look at the size of the whole form; one that is too large comes without its files."""
        match = getattr(self.request, "resolver_match", None)
        largest = getattr(match.func if match else None, "largest", 0)
        self._largest = largest or settings.FILE_LARGEST
        self.is_taken = content_length <= (largest or settings.FORM_LARGEST)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the next file of the form."""
        super().new_file(*args, **kwargs)
        self._spool = Spool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take a piece, as long as the file is not too large."""
        if not self.is_taken:
            return raw_data
        if start + len(raw_data) <= self._largest:
            self._spool.write(raw_data)
        return None

    def file_complete(self, file_size: int) -> ArrivingFile | None:
        """Return the whole file."""
        if not self.is_taken:
            return None
        return ArrivingFile(
            self._spool.opened(),
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )


class Spool:
    """Takes bytes and gives them back, from memory or from a sealed file without a name."""

    def __init__(self) -> None:
        self._memory: io.BytesIO = io.BytesIO()
        self._disk: BinaryIO | None = None
        self._key = os.urandom(KEY_SIZE)

    def write(self, data: bytes) -> None:
        """Take more bytes."""
        if self._disk is None and self._memory.tell() + len(data) > IN_MEMORY:
            self._disk = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the request
            self._sealed = SealedWriter(self._disk, self._key, _HERE)
            self._sealed.write(self._memory.getbuffer())
        if self._disk is None:
            self._memory.write(data)
        else:
            self._sealed.write(data)

    def opened(self) -> BinaryIO:
        """Return all that was written, at its beginning."""
        if self._disk is None:
            self._memory.seek(0)
            return self._memory
        self._sealed.close()
        return io.BufferedReader(_Own(self._disk, self._key, _HERE))


class _Own(SealedReader):
    """A reader that closes its source, too."""

    def close(self) -> None:
        self._source.close()
        super().close()
