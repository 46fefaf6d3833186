"""The agreements between vendor and Owner, by version; a new version must be accepted again before work goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import across
from accounts.models import Account, AgreementAcceptance, User

CURRENT = {"terms": "2026-11", "processing": "2026-11"}
TITLES: dict[str, Promise] = {
    "terms": _("Terms of service"),
    "processing": _("Data processing agreement"),
}
# Every version ever published keeps its text: templates/agreements/<document>_<version>.html
VERSIONS = {"terms": ("2026-11",), "processing": ("2026-11",)}


@dataclass(frozen=True, slots=True)
class Document:
    """One version of an agreement."""

    name: str
    version: str

    @property
    def title(self) -> Promise:
        """What people call it."""
        return TITLES[self.name]

    @property
    def url(self) -> str:
        """Address of its text."""
        return reverse("agreement", args=[self.name, self.version])

    @property
    def template(self) -> str:
        """Template that holds its text."""
        return f"agreements/{self.name}_{self.version}.html"

    @property
    def is_current(self) -> bool:
        """Whether it is the version in force."""
        return CURRENT[self.name] == self.version


def current(name: str) -> Document:
    """Return the version of an agreement that is in force."""
    return Document(name, CURRENT[name])


def all_current() -> list[Document]:
    """Return every agreement in force."""
    return [current(name) for name in CURRENT]


def find(name: str, version: str) -> Document | None:
    """Return a published version, or None."""
    return Document(name, version) if version in VERSIONS.get(name, ()) else None


def missing(account_id: UUID) -> list[str]:
    """Return the documents whose current version nobody has accepted for an account."""
    accepted = set(
        AgreementAcceptance.objects.filter(account_id=account_id).values_list("document", "version")
    )
    return [
        document for document, version in CURRENT.items() if (document, version) not in accepted
    ]


def accepted(account_id: UUID) -> list[tuple[Document, datetime, str]]:
    """Return what was accepted for an account, newest first: the document, when, and by whose address."""
    found = AgreementAcceptance.objects.filter(account_id=account_id).select_related("user")
    return [
        (Document(each.document, each.version), each.accepted_at, each.user.email)
        for each in found.order_by("-accepted_at", "document")
    ]


def accept(account: Account, *, by: User, documents: Iterable[Document]) -> None:
    """Keep that the Owner accepted these versions, in control and in the account's audit. Twice is once."""
    with transaction.atomic(using="default"):
        made = [
            AgreementAcceptance.objects.get_or_create(
                account=account,
                document=document.name,
                version=document.version,
                defaults={"user": by},
            )[0]
            for document in documents
        ]
    across.note_acceptance(account, by=by, acceptances=made)
