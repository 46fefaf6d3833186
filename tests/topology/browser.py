"""A browser over the network: one cookie jar per host, redirects followed, TLS ended by a proxy that we play."""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from privacy.canary.pages import Fields, File, Page

SEEN = (301, 302, 303, 307, 308)


@dataclass(slots=True)
class Outside:
    """Asks for pages at hosts whose addresses it knows; a path alone is at `home`."""

    addresses: Mapping[str, tuple[str, int]]
    home: str
    jars: dict[str, dict[str, str]] = field(default_factory=dict)

    def get(self, address: str) -> Page:
        """Return a page."""
        return self._follow("GET", urljoin(self.home, address), b"", "")

    def post(self, address: str, fields: Fields, files: Mapping[str, list[File]]) -> Page:
        """Send a form."""
        pairs = [(name, each) for name, values in fields.items() for each in values]
        if files:
            body, kind = _parts([pair for pair in pairs if pair[0] not in files], files)
        else:
            body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return self._follow("POST", urljoin(self.home, address), body, kind)

    def _follow(self, method: str, address: str, body: bytes, kind: str) -> Page:
        for _ in range(12):
            status, headers, content = self._ask(method, address, body, kind)
            onward = headers.get("Location")
            if status not in SEEN or not onward:
                return Page(status, address, content)
            method, body, address = "GET", b"", urljoin(address, onward)
        raise AssertionError(f"The way never ends: {address}")

    def _ask(
        self, method: str, address: str, body: bytes, kind: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        where = urlsplit(address)
        host = str(where.hostname)
        jar = self.jars.setdefault(host, {})
        headers = {
            "Host": host,
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{host}/",
            "User-Agent": "Mozilla/5.0 (canary)",
            "Accept-Encoding": "identity",
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
        }
        headers |= {"Content-Type": kind} if kind and body else {}
        line = http.client.HTTPConnection(*self.addresses[host], timeout=90)
        line.request(method, f"{where.path or '/'}?{where.query}".rstrip("?"), body, headers)
        answer = line.getresponse()
        content = answer.read()
        for told in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(told).items():
                jar[name] = morsel.value
                if morsel["max-age"] == "0" or not morsel.value:
                    jar.pop(name)
        line.close()
        return answer.status, answer.headers, content


def _parts(pairs: list[tuple[str, str]], files: Mapping[str, list[File]]) -> tuple[bytes, str]:
    """Return a form with files as browsers send it, and its content type."""
    edge = secrets.token_hex(16)
    out = bytearray()
    for name, value in pairs:
        out += (
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        )
    for name, chosen in files.items():
        for file in chosen:
            head = f'Content-Disposition: form-data; name="{name}"; filename="{file.name}"'
            out += f"--{edge}\r\n{head}\r\nContent-Type: {file.kind}\r\n\r\n".encode()
            out += file.content + b"\r\n"
    return bytes(out) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
