"""A static file's address is looked up once, and is the one that the manifest names."""

from __future__ import annotations

from pathlib import Path

from accounts.static_files import StaticFiles


def test_an_address_is_taken_from_the_manifest_and_remembered(tmp_path: Path) -> None:
    files = StaticFiles(location=str(tmp_path), base_url="/static/")
    files.hashed_files = {"css/base.css": "css/base.0123.css", "js/page.js": "js/page.4567.js"}
    first = [files.url(name) for name in ("css/base.css", "js/page.js")]
    files.hashed_files = {}
    assert first == ["/static/css/base.0123.css", "/static/js/page.4567.js"]
    assert [files.url(name) for name in ("css/base.css", "js/page.js")] == first
