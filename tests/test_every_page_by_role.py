"""Every page by every role: it shows what the matrix says and nothing else, and offers only what may be done (A2)."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.test import Client as Browser
from django.urls import Resolver404, resolve

from accounts.models import Account, AccountAnchor, Member, Practitioner, Role
from accounts.permissions import Permission, door_of
from accounts.rights import permissions_of
from accounts.tenancy import acting_in
from accounts.wall import tenant_models
from notes.models import Note
from privacy.vocabulary import scope
from privacy.vocabulary.classification import DataClass
from privacy.vocabulary.fields import EncryptedDateField, EncryptedField, EncryptedJSONField
from tests.accounts.test_mirror import CHAIN, made
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_user
from tests.test_every_view import MEMBERS, values_for

P = Permission
# Which right shows what is personal or sensitive in the rows of each kind; a kind that is missing here fails
SHOWN_BY: dict[str, set[Permission]] = {
    "accounts.Invitation": {P.TEAM_MANAGE},
    "accounts.Member": {P.OWN_ACCOUNT},  # colleagues know each other
    "accounts.Practitioner": {P.OWN_ACCOUNT},
    "accounts.SignIn": {P.AUDIT_VIEW},
    "bookings.Absence": {P.DIARY_VIEW},
    "bookings.Attendee": {P.CLIENTS_CARE},
    "bookings.BusyCalendar": {P.DIARY_EDIT},
    "bookings.Message": {P.CLIENTS_CARE},
    "bookings.Recall": {P.CLIENTS_CARE},
    "bookings.WaitingEntry": {P.DIARY_VIEW},
    "clients.Alert": {P.CLIENTS_CARE},
    "clients.Arrival": {P.FILES_READ},
    "clients.ArrivalPart": {P.FILES_READ},
    "clients.Case": {P.CLIENTS_CARE},
    "clients.Client": {P.CLIENTS_VIEW, P.DIARY_VIEW},
    "clients.Consent": {P.CLIENTS_CARE},
    "clients.Contact": {P.CLIENTS_VIEW},
    "clients.ContactPoint": {P.CLIENTS_VIEW},
    "clients.Disclosure": {P.CLINICAL_READ},
    "clients.Document": {P.FILES_READ},
    "clients.ImportBatch": {P.IMPORT},
    "clients.ImportMapping": {P.IMPORT},
    "clients.ImportPiece": {P.IMPORT},
    "clients.ImportedRow": {P.IMPORT},
    "clients.Merge": {P.CLIENTS_CARE},
    "clients.Original": {P.FILES_READ},
    "clients.Picture": {P.FILES_READ},
    "clients.Referral": {P.CLIENTS_CARE},
    "clients.Relationship": {P.CLIENTS_CARE},
    "clients.Restriction": {P.CLIENTS_CARE},
    "notes.Addendum": {P.CLINICAL_READ},
    "notes.CoSignature": {P.CLINICAL_READ},
    "notes.Form": {P.CLINICAL_READ},
    "notes.Letter": {P.FILES_READ},
    "notes.LetterLink": {P.FILES_READ},
    "notes.Note": {P.CLINICAL_READ},
    "notes.NoteOpening": {P.CLINICAL_READ},
    "notes.NoteVersion": {P.CLINICAL_READ},
    "notes.Remark": {P.CLINICAL_READ},
    "notes.Withdrawal": {P.CLINICAL_READ},
    "privacy.ArchiveImport": {P.OWNERSHIP},
    "privacy.CarriedDetail": {P.AUDIT_VIEW},
    "privacy.DeskCase": {P.REQUESTS},
    "privacy.DeskTelling": {P.REQUESTS},
    "privacy.Export": {P.EXPORT},
    "privacy.PastEvent": {P.AUDIT_VIEW},
    "privacy.ProcessorNotice": {P.AUDIT_VIEW},
}
# What proves something only when whoever may see it does
SEEN = {
    "accounts.Invitation",
    "accounts.SignIn",
    "bookings.Message",
    "bookings.WaitingEntry",
    "clients.Alert",
}
SEEN |= {"clients.Client", "clients.Contact", "clients.Disclosure", "clients.Document"}
SEEN |= {"clients.Relationship", "notes.NoteVersion"}
# Proofs and keys of files, which no page shows
UNSHOWN = {"content_hash", "sha256", "file_key"}
MEMBERS_OF: dict[str, tuple[str, dict[str, str]]] = {
    "owner": (Role.OWNER, {}),
    "manager": (Role.MANAGER, {}),
    "practitioner": (Role.PRACTITIONER, {}),
    "reception": (Role.RECEPTION, {}),
    "bookkeeper": (Role.BOOKKEEPER, {}),
    "reader": (
        Role.RECEPTION,
        {"diary": "see", "clients": "see", "notes": "read", "files": "read"},
    ),
    "own": (Role.PRACTITIONER, {"diary": "own", "clients": "own", "notes": "own"}),
}
LINKS = re.compile(r'\b(?:href|action|hx-get|hx-post|data-url)="(/a/[^"?#]*)')


def kinds() -> dict[str, Any]:
    """Return the kinds of rows that hold something personal or sensitive, by label."""
    found = {}
    for model in tenant_models(apps.get_models()):
        marks = [getattr(each, "data_mark", None) for each in model._meta.concrete_fields]
        told = {DataClass.PERSONAL, DataClass.SENSITIVE}
        if model.__name__ not in CHAIN and any(each and each.data_class in told for each in marks):
            found[model._meta.label] = model
    return found


def word(label: str) -> str:
    """Return the word that stands in every row of a kind."""
    number = sorted(SHOWN_BY).index(label)
    return f"zq{chr(97 + number // 26)}{chr(97 + number % 26)}vex"


def plant(row: Any) -> None:
    """Put the word of its kind into every sealed text of a row; a note is signed, so that others read it."""
    if isinstance(row, Note):
        row.state, row.signed_at, row.provenance = Note.State.FINAL, row.updated_at, "import"
    for field in row._meta.concrete_fields:
        is_text = isinstance(field, EncryptedField) and not isinstance(
            field, EncryptedDateField | EncryptedJSONField
        )
        fits = (field.max_length or 99) > 20 and not field.choices
        if is_text and fits and field.name not in UNSHOWN:
            told = word(row._meta.label)
            setattr(row, field.attname, f"{told}@mail.example" if "email" in field.name else told)


def fill(account: Account) -> UUID:
    """Make a planted row of every kind, all with the id that is returned."""
    existing: dict[Any, Any] = {}
    key = uuid4()
    with acting_in(account.ref):
        for model in tenant_models(apps.get_models()):
            if model is not AccountAnchor and model.__name__ not in CHAIN:
                made(model, existing, plant, pk=key)
    return key


def told_on(answer: Any) -> set[str]:
    body = getattr(answer, "content", b"").decode(errors="replace").lower()
    return {label for label in SHOWN_BY if word(label) in body}


def closed_doors(answer: Any, held: frozenset[Permission]) -> set[str]:
    """Return the addresses that a page offers and that somebody with these rights can't open."""
    found = set()
    for path in LINKS.findall(getattr(answer, "content", b"").decode(errors="replace")):
        try:
            door = door_of(resolve(path).func)
        except Resolver404:
            continue
        if door is not None and door.permission and not door.opens_to(held):
            found.add(path)
    return found


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_each_role_sees_and_is_offered_what_the_matrix_says(
    client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(SHOWN_BY) == set(kinds())
    monkeypatch.setattr(scope, "NotToBeRead", AssertionError)  # a page that forgot, not a door
    owner = make_user()
    account = make_account(owner=owner)
    key = fill(account)
    faults: list[tuple[str, str, object]] = []
    for name, (role, rights) in MEMBERS_OF.items():
        user = owner
        with acting_in(account.ref):
            member = Member.objects.get(role=Role.OWNER)
        if role != Role.OWNER:
            user, member = make_member(account, role)
            with acting_in(account.ref):
                member.rights = rights
                member.save()
                Practitioner(member=member, name=name).save(force_insert=True)
        held = permissions_of(member)
        sign_in(client, user, account, stepped_up=True)
        may = {label for label, by in SHOWN_BY.items() if by & held}
        if rights.get("clients") == "own":
            may = {each for each in may if kinds()[each].data_policy.client is None}
        seen: set[str] = set()
        for address in MEMBERS:
            path = address.path(**values_for(address, account.slug, key))
            if not address.door.opens_to(held):
                if client.post(path).status_code != 403:
                    faults.append((name, address.route, "is let in"))
                continue
            try:
                answer = client.get(path)
            except AssertionError as unread:
                faults.append((name, address.route, str(unread)))
                continue
            seen |= told_on(answer)
            if told_on(answer) - may:
                faults.append((name, address.route, told_on(answer) - may))
            if answer.status_code == 200 and closed_doors(answer, held):
                faults.append((name, address.route, closed_doors(answer, held)))
        faults += [(name, "nowhere seen", each) for each in SEEN & may - seen]
    assert not faults, "\n".join(map(str, faults))
