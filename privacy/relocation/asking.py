"""A move to another region: asked for with its basis, and taken back while it can be (RP-1, RP-2)."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.cells import cell, cells, first_cell, region_name
from accounts.models import Account, AccountAnchor
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from clients.models import ImportBatch
from privacy.arrival.keeping import ids_are_taken
from privacy.models import ArchiveImport, Relocation
from privacy.vocabulary.scope import Actor

BASES = (Account.RegionBasis.REQUESTED, Account.RegionBasis.CONTRACTED)
_IMPORTING = ("trying", "tried", "importing", "leaving")


class NotNow(ValueError):
    """The account can't move now, or not there; the text says why."""


def regions_for(account: Account) -> list[str]:
    """Return the codes of the regions that an account could move to."""
    from_region = cell(account.cell).region
    return sorted({each.region for each in cells().values()} - {from_region}, key=region_name)


def ask(
    *,
    by: Actor,
    account: Account,
    region: str,
    basis: str,
    document: str,
    decided_by: str,
    asked_by: UUID | None,
) -> Relocation:
    """Ask for an account to be moved; it begins within a minute. Raises `NotNow`."""
    if basis not in BASES or not document.strip() or not decided_by.strip():
        raise NotNow(_("Say on what basis, by which document, and who decided."))
    if region not in regions_for(account):
        raise NotNow(_("Choose another region."))
    to = first_cell(region)
    if account.state != Account.State.ACTIVE:
        raise NotNow(_("Only an account that is open can move."))
    if ids_are_taken(to.name, account.pk):
        raise NotNow(_("A copy of this account was brought in there, with the same records."))
    with acting_in(account.ref, by=by):
        if reason := why_not():
            raise NotNow(reason)
    try:
        with transaction.atomic(using="default"):
            asked = Relocation.objects.create(
                account=account,
                from_cell=account.cell,
                to_cell=to.name,
                epoch=account.epoch + 1,
                basis=basis,
                document=document.strip()[:200],
                decided_by=decided_by.strip()[:60],
                asked_by=asked_by,
            )
    except IntegrityError:
        raise NotNow(_("This account is moving already.")) from None
    with acting_in(account.ref, by=by):
        detail = {"to": region, "basis": basis}
        audit.record(
            "move.asked", by=by, kind=Relocation._meta.label, object_id=asked.pk, detail=detail
        )
    return asked


def why_not() -> str:
    """Return why the active account can't move now; empty when it can."""
    if current_anchor().state != AccountAnchor.State.ACTIVE:
        return _("Only an account that is open can move.")
    if ImportBatch.objects.filter(state__in=_IMPORTING).exists():
        return _("An import is under way. Finish it or throw it away first.")
    under_way = (
        ArchiveImport.State.CHECKING,
        ArchiveImport.State.CHECKED,
        ArchiveImport.State.BRINGING,
    )
    if ArchiveImport.objects.filter(state__in=under_way).exists():
        return _("A copy is being brought in. Finish it or throw it away first.")
    return ""


def abort(*, relocation: Relocation) -> bool:
    """Take a move back; return whether that was still possible. What was copied goes, the account opens where it was."""
    with transaction.atomic(using="default"):
        locked = Relocation.objects.select_for_update().get(pk=relocation.pk)
        if not locked.is_open or locked.has_flipped:
            return False
        locked.step, locked.lease, locked.leased_until = Relocation.Step.ABORTING, None, None
        locked.save(update_fields=["step", "lease", "leased_until"])
        return True


def of(account_id: UUID) -> Relocation | None:
    """Return an account's move that is under way, else the last one, None when it never moved."""
    return Relocation.objects.filter(account_id=account_id).order_by("-asked_at").first()
