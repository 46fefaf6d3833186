"""Which host serves what: control at BASE_URL, each region at a host of its own when it has one (house.md 4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect

from accounts.cells import hosts_of_cells, known_cell

# Machines ask for these by whatever name they know a process
EVERYWHERE = ("/healthz", "/readyz")


def are_apart() -> bool:
    """Tell whether some region has a host of its own; otherwise one host serves everything and links stay short."""
    return bool(hosts_of_cells())


def of_control(path: str) -> str:
    """Return the address of a page of control, whole when regions are served elsewhere."""
    return f"{settings.BASE_URL}{path}" if are_apart() else path


def is_ours(address: str) -> bool:
    """Tell whether an address is a page of this installation: a bare path, or a path on one of its hosts."""
    where = urlsplit(address)
    if not where.scheme and not where.netloc:
        return address.startswith("/")
    return f"{where.scheme}://{where.netloc}" in hosts_of_cells()


def serves_control(request: HttpRequest) -> bool:
    """Tell whether control's pages belong to the host that was asked."""
    return not are_apart() or request.path in EVERYWHERE or _is_at(request, settings.BASE_URL)


def serves_cell(request: HttpRequest, name: str) -> bool:
    """Tell whether the pages of a cell's accounts belong to the host that was asked."""
    return not are_apart() or _is_at(request, _origin_of(name))


def to_control(request: HttpRequest) -> HttpResponse:
    """Send a reader to the same page on control's host; raise `Http404` for anything but reading."""
    return _send(request, settings.BASE_URL)


def to_cell(request: HttpRequest, name: str) -> HttpResponse:
    """Send a reader to the same page on the cell's host; raise `Http404` for anything but reading."""
    return _send(request, _origin_of(name))


def _origin_of(name: str) -> str:
    return known_cell(name).host or str(settings.BASE_URL)


def _is_at(request: HttpRequest, origin: str) -> bool:
    # Names alone: cookies don't tell ports apart, so neither do hosts (the settings refuse two of one name)
    return split_domain_port(request.get_host())[0] == urlsplit(origin).hostname


def _send(request: HttpRequest, origin: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        raise Http404
    return redirect(f"{origin}{request.get_full_path()}")
