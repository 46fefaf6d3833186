"""Static files under names that change with their content."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it has no types
    """Remembers each file's address: every page names a dozen, and none changes while a process runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file, looked up in the manifest once."""
        known = str(name)
        if known not in self._addresses:
            self._addresses[known] = super().url(name, force)
        return self._addresses[known]
