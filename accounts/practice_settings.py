"""The practice's own facts: its name, its places, its privacy notice, what sign-in asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max

from accounts import audit, outbox
from accounts.models import Account, AccountAnchor, Location, PrivacyNotice
from accounts.models.practice import current_anchor
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor, current

_ZONES = Prepared[str](
    lambda: (
        Location.objects.filter(archived_at=None)
        .order_by("id")
        .values_list("time_zone", flat=True)[:1]
    )
)


def zone() -> str:
    """Return the time zone of the practice's first location, in which its own pages tell times; UTC without one."""
    return _ZONES.first() or "UTC"


def rename(*, by: Actor, account: AccountAnchor, name: str) -> None:
    """Change the practice's name in its region at once, in control's directory a moment later."""
    account.name = name
    account.save(update_fields=["name"])
    outbox.enqueue("directory.rename")
    audit.record("practice.renamed", by=by, kind="accounts.Account", object_id=account.pk)


def call_clients(*, by: Actor, account: AccountAnchor, word: str) -> None:
    """Choose what every page calls the people whom the practice treats (features A7)."""
    if account.client_word != word:
        chosen: str = AccountAnchor._meta.get_field("client_word").clean(word, account)
        account.client_word = chosen
        account.save(update_fields=["client_word"])
        current().anchor = account
        audit.record("practice.word_chosen", by=by, kind="accounts.Account", object_id=account.pk)


def add_location(*, by: Actor, values: dict[str, Any]) -> Location:
    """Add a place where the practice works."""
    location = Location(**values)
    location.full_clean()
    location.save(force_insert=True)
    audit.record("location.added", by=by, of=location)
    return location


def change_location(*, by: Actor, location: Location, values: dict[str, Any]) -> Location:
    """Change a place. Appointments keep the zone they were made with."""
    changed = sorted(name for name, value in values.items() if getattr(location, name) != value)
    for name, value in values.items():
        setattr(location, name, value)
    location.full_clean()
    location.save(update_fields=list(values))
    audit.record("location.changed", by=by, of=location, detail={"fields": changed})
    return location


def archive_location(*, by: Actor, location: Location, archived: bool) -> Location:
    """Take a place out of use, or into use again; its appointments stay."""
    location.archived_at = clock.now() if archived else None
    location.save(update_fields=["archived_at"])
    audit.record("location.archived" if archived else "location.restored", by=by, of=location)
    return location


def publish_notice(*, by: Actor, text: str) -> PrivacyNotice:
    """Publish a new version of the privacy notice; bookings record which version was shown (P5)."""
    last = PrivacyNotice.objects.aggregate(last=Max("version"))["last"] or 0
    notice = PrivacyNotice(version=last + 1, text=text)
    notice.save(force_insert=True)
    audit.record("notice.published", by=by, of=notice, detail={"version": notice.version})
    return notice


def require_second_factor(*, by: Actor, required: bool, days: int = 0) -> None:
    """Say whether every member needs a second factor, from their next entry on or when so many days have gone."""
    account_id = current().account_id
    since = clock.now() + timedelta(days=days) if required and days else None
    Account.objects.filter(pk=account_id).update(
        requires_second_factor=required, second_factor_from=since
    )
    action = "second_factor.required" if required else "second_factor.optional"
    audit.record(action, by=by, kind="accounts.Account", object_id=account_id)


@outbox.handles("directory.rename")
def _rename_in_directory(work: outbox.Work) -> None:
    anchor = current_anchor()
    Account.objects.filter(pk=anchor.pk).update(name=anchor.name)
