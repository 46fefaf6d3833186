"""Sends text messages through the region's own gateway: one HTTP request, no redirects, no proxy, ten seconds."""

from __future__ import annotations

import json
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from django.conf import settings

SECONDS = 10


class NotSent(Exception):
    """The gateway did not take the message; `for_good` says whether trying again is useless. Names no number."""

    def __init__(self, why: str, *, for_good: bool) -> None:
        super().__init__(why)
        self.for_good = for_good


class _StayHere(HTTPRedirectHandler):
    """Follows no redirect: numbers go to the configured address or nowhere."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = build_opener(ProxyHandler({}), _StayHere)


def send_text(region: str, *, to: str, text: str) -> None:
    """Hand a text message for a number in E.164 to the gateway of a region; raise `NotSent`."""
    address = settings.SMS_GATEWAYS[region]
    if not address.startswith(("https://", "http://")):
        raise NotSent("gateway address", for_good=False)
    request = Request(
        address,
        data=json.dumps({"to": to, "text": text}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with _opener.open(request, timeout=SECONDS):
            return
    except HTTPError as error:
        error.close()
        # 400 and 422 are about this message; everything else may pass
        raise NotSent(f"HTTP {error.code}", for_good=error.code in (400, 422)) from None
    except (OSError, HTTPException) as error:
        raise NotSent(type(error).__name__, for_good=False) from None
