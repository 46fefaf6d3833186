"""Opening an account: region by jurisdiction, directory entry, anchor, key, Owner; resumable at every step."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from accounts import audit, control_tasks
from accounts.agreements import CURRENT
from accounts.cells import first_cell, is_here
from accounts.jurisdiction import home_region
from accounts.models import (
    Account,
    AccountAccess,
    AccountAnchor,
    AgreementAcceptance,
    ControlTask,
    Member,
    Practitioner,
    Role,
    User,
)
from accounts.tenancy import acting_in
from privacy.vocabulary import clock, keyring, rekeying

RESERVED = frozenset(
    {"admin", "api", "book", "demo", "help", "keepwell", "new", "privacy", "support", "www"}
)


@dataclass(frozen=True, slots=True)
class Override:
    """Why an account lives elsewhere than the rule says (RP-1)."""

    region: str
    basis: str
    document: str
    actor: str

    def __post_init__(self) -> None:
        """Refuse an override that would pass for the rule or that nobody answers for."""
        if self.basis not in (Account.RegionBasis.REQUESTED, Account.RegionBasis.CONTRACTED):
            raise ValueError("An override is requested or contracted.")
        if not (self.region and self.document.strip() and self.actor.strip()):
            raise ValueError("An override names its region, its document and who decided.")


def free_slug(name: str) -> str:
    """Return a slug for a practice name that no account has."""
    stem = slugify(name)[:50] or "practice"
    slug = stem
    while slug in RESERVED or Account.objects.filter(slug=slug).exists():
        slug = f"{stem}-{secrets.token_hex(2)}"
    return slug


def open_account(
    *,
    by: User,
    name: str,
    country: str,
    subdivision: str = "",
    owner_name: str = "",
    is_practitioner: bool = True,
    override: Override | None = None,
    slug: str = "",
) -> Account:
    """Open an account with `by` as its Owner, in the region that its jurisdiction gives (P12); return it.

    Raises `UnknownJurisdiction` for a country that ISO 3166-1 does not know. Killed half-way it leaves an `opening`
    entry that nobody can enter. In a region that this process doesn't serve it stays one until that region's worker
    has founded it, within seconds.
    """
    placed = home_region(country, subdivision or None)
    region = override.region if override else placed.region
    with transaction.atomic(using="default"):
        account = Account(
            slug=slug or free_slug(name),
            name=name,
            country=country,
            subdivision=subdivision,
            cell=first_cell(region).name,
            home_region=region,
            region_basis=override.basis if override else Account.RegionBasis.RULE,
            region_reason=str(placed.reason)[:300],
            region_rule_version=placed.version,
            region_document=override.document if override else "",
            region_decided_by=override.actor if override else "",
            requires_second_factor=settings.SECOND_FACTOR_BY_DEFAULT,
        )
        account.full_clean()
        account.save(force_insert=True)
        told = {
            "account": str(account.pk),
            "user": str(by.pk),
            "owner_name": owner_name or by.get_full_name(),
            "is_practitioner": is_practitioner,
        }
        if not is_here(account.cell):
            control_tasks.ask("account.found", cell=account.cell, **told)
            return account
    _found(account.cell, told)
    account.refresh_from_db()
    return account


def waiting_for(by: User, slug: str) -> Account | None:
    """Return an account that a User opened in a region elsewhere, whether or not it is founded there by now."""
    account = Account.objects.filter(slug=slug).first()
    if account is None or account.state == Account.State.ACTIVE:
        return account if account and account.accesses.filter(user=by).exists() else None
    asked = ControlTask.objects.filter(
        name="account.found", payload__account=str(account.pk), payload__user=str(by.pk)
    )
    return account if account.state == Account.State.OPENING and asked.exists() else None


@control_tasks.handles("account.found")
def _found(cell: str, told: dict[str, Any]) -> None:
    """Found an account in its region, then open it in control; again from wherever it was killed."""
    account = Account.objects.get(pk=told["account"])
    by = User.objects.get(pk=told["user"])
    _found_in_region(account, by, told["owner_name"], told["is_practitioner"])
    with transaction.atomic(using="default"):
        AccountAccess.objects.get_or_create(user=by, account=account, defaults={"is_owner": True})
        for document, version in CURRENT.items():
            AgreementAcceptance.objects.get_or_create(
                account=account, document=document, version=version, defaults={"user": by}
            )
        if account.state == Account.State.OPENING:
            account.state = Account.State.ACTIVE
            account.save(update_fields=["state"])


def _found_in_region(account: Account, by: User, owner_name: str, is_practitioner: bool) -> None:
    with acting_in(account.ref) as scope:
        if scope.anchor is None:
            AccountAnchor(
                account_id=account.pk,
                slug=account.slug,
                name=account.name,
                cell=account.cell,
                country=account.country,
                created_at=clock.now(),
            ).save(force_insert=True)
    with acting_in(account.ref):
        if not rekeying.account_keys_wrapped_by():
            keyring.create_account_key()
        if Member.objects.filter(user_id=by.pk).exists():
            return
        owner = Member(user_id=by.pk, name=owner_name, email=by.email, role=Role.OWNER)
        owner.save(force_insert=True)
        if is_practitioner:
            Practitioner(member=owner, name=owner_name).save(force_insert=True)
        audit.record(
            "account.opened", by=owner.actor, kind="accounts.Account", object_id=account.pk
        )
