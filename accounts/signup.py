"""Opening an account: region by jurisdiction, directory entry, anchor, key, Owner; resumable at every step."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from accounts import audit
from accounts.agreements import CURRENT
from accounts.cells import first_cell
from accounts.jurisdiction import home_region
from accounts.models import (
    Account,
    AccountAccess,
    AccountAnchor,
    AgreementAcceptance,
    Member,
    Practitioner,
    Role,
    User,
)
from accounts.tenancy import acting_in
from privacy.vocabulary import clock, keyring

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
    entry that nobody can enter.
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
    _found_in_region(account, by, owner_name or by.get_full_name(), is_practitioner)
    with transaction.atomic(using="default"):
        AccountAccess.objects.create(user=by, account=account, is_owner=True)
        for document, version in CURRENT.items():
            AgreementAcceptance.objects.create(
                account=account, user=by, document=document, version=version
            )
        account.state = Account.State.ACTIVE
        account.save(update_fields=["state"])
    return account


def _found_in_region(account: Account, by: User, owner_name: str, is_practitioner: bool) -> None:
    with acting_in(account.ref):
        AccountAnchor(
            account_id=account.pk,
            slug=account.slug,
            name=account.name,
            cell=account.cell,
            country=account.country,
            created_at=clock.now(),
        ).save(force_insert=True)
    with acting_in(account.ref):
        keyring.create_account_key()
        owner = Member(user_id=by.pk, name=owner_name, email=by.email, role=Role.OWNER)
        owner.save(force_insert=True)
        if is_practitioner:
            Practitioner(member=owner, name=owner_name).save(force_insert=True)
        audit.record(
            "account.opened", by=owner.actor, kind="accounts.Account", object_id=account.pk
        )
