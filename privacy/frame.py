"""What the practice frame shows of this app on every page: an export under way, and the dates of a closing account."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import context, tallies
from accounts.models import AccountAnchor, OutboxJob
from accounts.permissions import Permission
from accounts.requests import AccountRequest
from privacy import closure, letters
from privacy.models import Export
from privacy.vocabulary import clock, scope

_UNDER_WAY = (Export.State.WAITING, Export.State.RUNNING)


tallies.counts(
    "exports",
    "SELECT count(*) FROM privacy_export WHERE account_id = %(account)s AND state IN ('waiting', 'running')"
    " AND scope <> 'client'",
)


@context.adds
def frame(request: AccountRequest) -> dict[str, Any]:
    """Return `jobs`, `jobs_url` and `closing` for the practice frame."""
    if scope.active() is None:  # an error page, drawn after the account was left
        return {}
    found: dict[str, Any] = {}
    if Permission.EXPORT in request.permissions:
        # Asked for only where the frame is drawn
        found["jobs"] = cache(
            lambda: running(request) if tallies.waiting(request, "exports") else []
        )
        found["jobs_url"] = request.account.url("export_jobs")
    if request.account.state == AccountAnchor.State.CLOSING:
        found["closing"] = closing(request)
    return found


def running(request: AccountRequest) -> list[dict[str, Any]]:
    """Return the exports under way as the frame's running work."""
    exports = Export.objects.filter(state__in=_UNDER_WAY).exclude(scope=Export.Scope.CLIENT)
    return [
        {"label": _("Your copy"), "url": request.account.url("exports"), **progress(export)}
        for export in exports
    ]


def progress(export: Export) -> dict[str, Any]:
    """Return `done`, `total`, `left` (words) and `again_at` of an export under way."""
    job = OutboxJob.objects.filter(pk=export.job_id).first()
    if job is None:
        return {"done": 0, "total": None, "left": "", "again_at": None}
    waits = job.error and job.leased_until is None
    return {
        "done": job.progress,
        "total": job.total or None,
        "left": _time_left(export, job),
        "again_at": job.run_at if waits else None,
    }


def _time_left(export: Export, job: OutboxJob) -> str:
    if not export.started_at or not job.progress or not job.total:
        return ""
    elapsed = (clock.now() - export.started_at).total_seconds()
    seconds = int(elapsed * (job.total - job.progress) / job.progress)
    if seconds < 60:
        return _("less than a minute") if seconds < 10 else _("about %(n)s s") % {"n": seconds}
    minutes = round(seconds / 60)
    return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}


def closing(request: AccountRequest) -> dict[str, Any] | None:
    """Return the dates and links of the banner of a closing account."""
    found = closure.open_closure()
    if found is None:
        return None
    dates, zone = closure.dates_of(found), ZoneInfo(letters.zone())
    owner = Permission.CLOSE in request.permissions
    return {
        "since": dates.asked_at.astimezone(zone).date(),
        "deleted_on": dates.deleted_at.astimezone(zone).date(),
        "gone_on": dates.backups_end_at.astimezone(zone).date(),
        "export_url": request.account.url("exports") if owner else "",
        "cancel_url": request.account.url("closure") if owner else "",
    }
