"""What a census says of one account, dated, signed by the region, kept with the account and told in its audit (RP-6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from accounts import audit
from accounts.cells import cell, region_name
from accounts.models import Account
from accounts.tenancy import acting_in
from privacy import exporting
from privacy.inventory import kinds_in
from privacy.models import ResidencyStatement
from privacy.residency.census import Census
from privacy.vocabulary import clock
from privacy.vocabulary.placement import Placement
from privacy.vocabulary.scope import SYSTEM, Purpose

VERSION = 1


def write(taken: Census) -> int:
    """Give every account that was counted its statement; return how many."""
    accounts = Account.objects.filter(pk__in=taken.counts).order_by("pk")
    for account in accounts.iterator():
        with acting_in(account.ref, by=SYSTEM, purpose=Purpose.MAINTENANCE):
            _write_one(account, taken)
    return len(taken.counts)


def _write_one(account: Account, taken: Census) -> None:
    counts, findings = taken.counts[account.pk], taken.of(account.pk)
    names = {kind.table: kind.label for kind in kinds_in(Placement.REGION)}
    at = clock.now()
    text = _canonical(
        {
            "statement": "keepwell residency",
            "version": VERSION,
            "account": str(account.pk),
            "region": account.home_region,
            "city": region_name(account.home_region),
            "reason": account.region_reason,
            "counted_at": at.isoformat(),
            "looked_in": taken.cells,
            "held": {names.get(what, what): n for what, n in sorted(counts.items())},
            "elsewhere": [str(each) for each in findings],
        }
    )
    statement = ResidencyStatement(
        counted_at=at,
        looked_in=taken.cells,
        findings=len(findings),
        text=text,
        signature=exporting.signer(account.home_region).sign(text.encode()).hex(),
    )
    statement.save(force_insert=True)
    audit.record(
        "residency.counted",
        by=SYSTEM,
        of=statement,
        result="astray" if findings else "done",
        detail={"signature": statement.signature},
    )


def region_of(statement: ResidencyStatement, region: str) -> str:
    """Return the region that signed a statement: the one it names, where the account was before it moved, or `region`."""
    try:
        named = json.loads(statement.text)["region"]
    except (ValueError, KeyError, TypeError):
        return region
    return named if named in settings.EXPORT_SIGNING_KEYS else region


def holds(statement: ResidencyStatement, region: str) -> bool:
    """Tell whether a statement is as the region signed it."""
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(exporting.public_key(region)[0]))
    try:
        public.verify(bytes.fromhex(statement.signature), statement.text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def as_file(statement: ResidencyStatement, region: str) -> str:
    """Return a statement with its signature and the key to check it by, as JSON."""
    return json.dumps(
        {
            "text": statement.text,
            "signature": statement.signature,
            "ed25519_public_key": exporting.public_key(region)[0],
        },
        indent=2,
    )


def held(statement: ResidencyStatement) -> int:
    """Return how many rows, keys and files a statement counted in the account's own region."""
    return sum(json.loads(statement.text)["held"].values())


def cells_in_words(names: list[str]) -> list[str]:
    """Return the cities of cells."""
    return sorted({region_name(cell(name).region) for name in names})


def _canonical(told: Mapping[str, Any]) -> str:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
