"""Which pages speak which language: clients' pages the visitor's, all others the product's own until they can."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

# Pages whose every word is translated (tests/bookings/public/test_languages.py holds it)
TRANSLATED = ("/book/", "/embed/")


class PageLanguage(LocaleMiddleware):
    """Chooses by cookie, then by what the browser asks for, where all languages are spoken.

    A practice's own pages are English: half of a page in another language would be worse than none.
    """

    def process_request(self, request: HttpRequest) -> Any:
        """Activate the language of this page."""
        if request.path_info.startswith(TRANSLATED):
            return super().process_request(request)
        translation.activate(settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = settings.LANGUAGE_CODE
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Say which language the page is in, and leave none behind for what this thread does next."""
        answer = super().process_response(request, response)
        translation.activate(settings.LANGUAGE_CODE)
        return answer
