"""Every page, as members who may not read a note: no word of it is on any, whatever kind of note it is (A4, E9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Practitioner, Role
from accounts.permissions import Permission
from accounts.rights import permissions_of
from accounts.tenancy import acting_in
from bookings.models import Attendee
from notes import amending, rules, sharing, signing, withdrawing, writing
from notes.models import Note
from tests.browser import sign_in
from tests.factories import make_appointment, make_client, make_member
from tests.notes.parts import draft
from tests.notes.test_readers import Clinic, clinic
from tests.test_every_view import MEMBERS, Address

pytestmark = pytest.mark.django_db(databases="__all__")
# Whom the author shares each with; the rest is read by nobody but Ada, and Ben who signs below her
SHARED = {
    "discipline": "discipline",
    "named": "named",
    "author": "author",
    "restricted": "clinicians",
}
ON_A_NOTE = "a/<slug:slug>/notes/<uuid:pk>/"
# Whoever may read no records has nobody's eyes; of those, a manager comes to the most pages
READ: dict[str, set[str]] = {"owner": {"discipline"}, "cleo": {"named"}, "manager": set()}


def word(kind: str) -> str:
    """Return what stands in the title, an answer and an addendum of a note, and nowhere else."""
    return f"Quill{kind}"


def signed(c: Clinic, kind: str, **fields: Any) -> Note:
    note = draft(c.p, by=c.by, author=c.profile, **fields)
    answers = {"subjective": word(kind)}
    return signing.sign(by=c.by, note=note, version=1, title=word(kind), answers=answers)


def one_of_each(c: Clinic) -> dict[str, Note]:
    """Return a note by Ada of each kind, all about one client; the signed ones were printed for the practice."""
    ben = Practitioner.objects.get(member=c.member("ben"))
    visit = make_appointment(c.p.client, practitioner=c.profile)
    Attendee.objects.filter(appointment=visit).update(state="seen")
    notes = {kind: signed(c, kind) for kind in SHARED}
    for kind, visibility in SHARED.items():
        signing.add(by=c.by, note=notes[kind], author=c.profile, text=word(kind))
        sharing.share(
            by=c.by,
            note=notes[kind],
            visibility=visibility,
            restricted=kind == "restricted",
            named=[c.member("cleo").pk] if kind == "named" else [],
        )
    notes["draft"] = draft(c.p, by=c.by, author=c.profile, appointment=visit)
    notes["discarded"] = draft(c.p, by=c.by, author=c.profile)
    notes["amendment"] = amending.amend(by=c.by, note=signed(c, "amended"))
    for kind in ("draft", "discarded", "amendment"):
        writing.save(
            by=c.by,
            note=notes[kind],
            version=1,
            title=word(kind),
            answers={"subjective": word(kind)},
            reason=word(kind),
        )
    writing.discard(by=c.by, note=notes["discarded"])
    notes["withdrawn"] = signed(c, "withdrawn")
    withdrawing.withdraw(by=c.by, note=notes["withdrawn"], reason="Another's", to=make_client())
    rules.supervise(by=c.p.by, author=c.profile, supervisor=ben)
    notes["awaiting"], notes["returned"] = signed(c, "awaiting"), signed(c, "returned")
    return notes


def pages(c: Clinic, notes: dict[str, Note]) -> Iterator[tuple[Address, str]]:
    """Yield every page, but for those of settings, with its path: of each note, of client and visit, of neither."""
    visit = notes["draft"].appointment_id
    for address in MEMBERS:
        if address.door.permission == Permission.SETTINGS_EDIT:
            continue
        if address.route.startswith(ON_A_NOTE):
            keys: list[Any] = [note.pk for note in notes.values()]
        else:
            keys = [visit if "appointment" in address.route else c.p.client.pk]
        for key in keys:
            values = {name: c.p.account.slug if name == "slug" else key for name in address.names}
            yield address, address.path(**values)


def test_no_page_holds_a_word_that_is_not_for_its_reader(client: Browser) -> None:
    c = clinic()
    c.people["manager"] = make_member(c.p.account, Role.MANAGER)
    with acting_in(c.p.account.ref, by=c.by):
        notes = one_of_each(c)
    with acting_in(c.p.account.ref, by=c.member("ben").actor):
        returned = Note.objects.get(pk=notes["returned"].pk)
        signing.give_back(by=c.member("ben").actor, note=returned, text=word("returned"))
    sign_in(client, c.people["ada"][0], c.p.account)
    for kind in ("named", "author", "restricted", "discipline"):
        printed = client.get(f"/a/{c.p.account.slug}/notes/{notes[kind].pk}/print/")
        assert printed.text.count(word(kind)) >= 3
    for name, readable in READ.items():
        sign_in(client, c.people[name][0], c.p.account, stepped_up=True)
        seen, answered = set(), 0
        for address, path in pages(c, notes):
            if not address.door.opens_to(permissions_of(c.member(name))):
                continue  # a test of its own tries these
            answer = client.get(path)
            body = b"".join(answer) if answer.streaming else answer.content
            answered += answer.status_code == 200
            told = {kind for kind in notes if word(kind).encode() in body}
            assert told <= readable, (name, address.route, told)
            seen |= told
        assert seen == readable, name
        assert answered > 5, name
