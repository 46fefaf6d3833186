"""The public privacy page: nothing on it is written twice, each list is the one that the software goes by (DC-6)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import agreements
from accounts.cells import region_name
from accounts.closest_region import REGIONS
from accounts.jurisdiction import countries
from accounts.permissions import public
from accounts.processors import processors_of
from privacy.policy import collecting, periods, purposes, sharing
from privacy.promises.register import PROMISES


@public
@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Say what is collected, what for, where it lies, who gets it, how long it stays, and how to use one's rights."""
    named = {country.code: country.name for country in countries()}
    regions = [
        {
            "city": region_name(code),
            "country": named.get(REGIONS[code].country, ""),
            "services": [sharing.line(each) for each in processors_of(code) if not each.is_past],
        }
        for code in settings.REGION_CODES
    ]
    context = {
        "vendor": settings.VENDOR,
        "regions": regions,
        "everywhere": [sharing.line(each) for each in processors_of("control")],
        "former": [
            sharing.line(each)
            for code in ("control", *settings.REGION_CODES)
            for each in processors_of(code)
            if each.is_past
        ],
        "uses": purposes.uses(),
        "ways": collecting.WAYS,
        "periods": periods.of_users(),
        "days": periods.of_clients(),
        "promises": PROMISES,
        "documents": agreements.all_current(),
    }
    return render(request, "privacy/policy.html", context)
