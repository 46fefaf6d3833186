"""The agreements between vendor and Owner, by version; a new version must be accepted again before work goes on."""

from __future__ import annotations

from uuid import UUID

from accounts.models import AgreementAcceptance

CURRENT = {"terms": "2026-11", "processing": "2026-11"}


def missing(account_id: UUID) -> list[str]:
    """Return the documents whose current version nobody has accepted for an account."""
    accepted = set(
        AgreementAcceptance.objects.filter(account_id=account_id).values_list("document", "version")
    )
    return [
        document for document, version in CURRENT.items() if (document, version) not in accepted
    ]
