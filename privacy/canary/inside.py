"""A browser of the product in this very process, with the middleware and cookies that every request has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from privacy.canary.pages import Fields, File, Page


class Inside:
    """Django's own client for its pages, on a host of ours; what a page raises becomes the page that people get."""

    def __init__(self, host: str = "") -> None:
        name = urlsplit(host or settings.BASE_URL).netloc
        self.client = Client(raise_request_exception=False, headers={"host": name})

    def get(self, address: str) -> Page:
        """Return a page."""
        return _page(self.client.get(address, follow=True, secure=settings.HTTPS), address)

    def post(self, address: str, fields: Fields, files: Mapping[str, list[File]]) -> Page:
        """Send a form."""
        sent: dict[str, Any] = {
            name: values for name, values in fields.items() if values and name not in files
        }
        for name, chosen in files.items():
            sent[name] = [SimpleUploadedFile(f.name, f.content, f.kind) for f in chosen]
        return _page(self.client.post(address, sent, follow=True, secure=settings.HTTPS), address)


def _page(answer: Any, address: str) -> Page:
    chain = getattr(answer, "redirect_chain", [])
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return Page(answer.status_code, chain[-1][0] if chain else address, body)
