"""Letters: begun from a template, typed, signed into a PDF that nothing changes, fetched by a link that the ledger sees."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, transaction
from django.test import Client as Browser

from accounts.models import Role
from accounts.tenancy import acting_in
from clients.models import Contact, Disclosure, Document
from notes.letters import fields, proof, templates
from notes.letters.marking import blocks, runs
from notes.models import Letter, LetterLink
from tests.clients.practice import Practice, practice, told
from tests.privacy.scene import run_jobs

pytestmark = pytest.mark.django_db(databases="__all__")
EVIL = '#read("/etc/passwd") $x$ ]#panic() \\ @ref <b>'


@pytest.fixture
def owner() -> Practice:
    return practice()


def get(who: Practice, rest: str) -> Any:
    return who.browser.get(f"/a/{who.account.slug}/{rest}")


def post(who: Practice, rest: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    return who.browser.post(f"/a/{who.account.slug}/{rest}", data or {}, **more)


def doctor(who: Practice) -> Contact:
    with acting_in(who.account.ref):
        contact = Contact(
            kind="gp", title="Dr", given_name="Wei", family_name="Chen", email="wei@chen.example"
        )
        contact.save(force_insert=True)
        return contact


def begun(who: Practice, pk: UUID, **said: Any) -> Letter:
    answer = post(who, f"clients/{pk}/letters/new/", {"to": "client", **said})
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_in(who.account.ref):
        return opened(Letter.objects.latest("created_at"))


def opened(letter: Letter) -> Letter:
    for name in ("recipient", "subject", "body"):
        getattr(letter, name)
    return letter


def typed(letter: Letter, **more: Any) -> dict[str, Any]:
    return {
        "version": letter.version,
        "recipient": letter.recipient,
        "dated_on": "2026-11-20",
        "subject": "Knee",
        "body": "Dear colleague,\n\n# Findings\n- **Left** knee\n\n" + EVIL,
        "shows": ["birth_date"],
        **more,
    }


def signed(who: Practice, letter: Letter, **more: Any) -> Letter:
    answer = post(who, f"letters/{letter.pk}/signature/", typed(letter, **more))
    assert answer.status_code == 302
    return again(who, letter)


def again(who: Practice, letter: Letter) -> Letter:
    with acting_in(who.account.ref):
        return opened(Letter.objects.get(pk=letter.pk))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_letter_from_template_to_signature(owner: Practice) -> None:
    pk = owner.client(given_name="Leila", family_name="Haddad")
    contact = doctor(owner)
    assert get(owner, f"clients/{pk}/letters/new/").status_code == 200
    with acting_in(owner.account.ref):
        template = templates.live()[0]
    letter = begun(owner, pk, to="contact", contact=str(contact.pk), template=str(template.pk))
    assert letter.recipient == "Dr Wei Chen"
    assert letter.body.startswith("Dear Dr Chen,\n\nThank you for referring Leila Haddad")
    assert "[first visit?]" in letter.body
    here = f"letters/{letter.pk}/"
    assert "Still to fill: [first visit?]" in get(owner, here).content.decode()
    refused = post(owner, f"{here}signature/", typed(letter, body=letter.body))
    assert (refused.status_code, "Fill these gaps" in refused.content.decode()) == (422, True)

    # Saved as it is typed; the same sent twice is no conflict, an older page is
    saves = {"headers": {"X-Autosave": "1"}}
    letter = again(owner, letter)
    first = post(owner, f"{here}draft/", typed(letter), **saves)
    assert first.json()["version"] == letter.version + 1
    assert post(owner, f"{here}draft/", typed(letter), **saves).json() == first.json()
    stale = post(owner, f"{here}draft/", typed(letter, body="Other words"), **saves)
    assert (stale.status_code, "Other words" in stale.content.decode()) == (409, True)
    letter = again(owner, letter)
    assert post(owner, f"{here}draft/", typed(letter, dated_on="x"), **saves).status_code == 422

    preview = post(owner, f"{here}preview/", typed(letter)).content.decode()
    assert f"{here}preview/1/" in preview
    page = get(owner, f"{here}preview/1/")
    assert (page["Content-Type"], page.content[:4]) == ("image/png", b"\x89PNG")
    assert get(owner, f"{here}preview/9/").status_code == 404
    strange = post(owner, f"{here}signature/", typed(letter, body="Sehr geehrte 😀"))
    assert (strange.status_code, "😀" in strange.content.decode()) == (422, True)

    with told() as actions:
        letter = signed(owner, again(owner, letter))
    assert {"letter.signed", "document.added"} <= set(actions)
    pdf = b"".join(get(owner, f"clients/{pk}/files/{letter.document_id}/file/"))
    assert pdf[:5] == b"%PDF-"
    words = text_of(pdf)
    assert '#read("/etc/passwd") $x$ ]#panic()' in words, "typed words are never run"
    assert all(part in words for part in ("Dr Wei Chen", "Leila Haddad", "Findings", "Signed"))
    with acting_in(owner.account.ref):
        letter = Letter.objects.select_related("document").get(pk=letter.pk)
        assert proof.holds(letter)
        letter.body += " "
        assert not proof.holds(letter)
        document = Document.objects.get()
        assert (document.category, document.scan, document.may_leave) == ("letter", "made", True)
    shown = get(owner, here).content.decode()
    assert "Checked just now" in shown
    assert get(owner, f"letters/of-file/{document.pk}/").headers["Location"].endswith(here)
    assert "Knee" in get(owner, f"clients/{pk}/?show=letters").content.decode()
    assert post(owner, f"{here}draft/", typed(letter), **saves).status_code == 409
    copied = post(owner, f"{here}copy/")
    assert copied.headers["Location"] != f"/a/{owner.account.slug}/{here}"


@pytest.mark.parametrize(
    "change",
    [
        "state = 'draft'",
        "body = (SELECT body FROM notes_letter LIMIT 1)",
        "signed_at = now()",
        "document_id = NULL",
    ],
)
def test_the_database_keeps_a_signed_letter(owner: Practice, change: str) -> None:
    signed(owner, begun(owner, owner.client()))
    with (
        acting_in(owner.account.ref),
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(using="region_au"),
        connections["region_au"].cursor() as cursor,
    ):
        cursor.execute(f"UPDATE notes_letter SET {change}")


def test_a_link_is_fetched_and_stands_in_the_ledger(owner: Practice) -> None:
    pk = owner.client(given_name="Leila", family_name="Haddad")
    contact = doctor(owner)
    letter = signed(owner, begun(owner, pk, to="contact", contact=str(contact.pk)))
    here = f"letters/{letter.pk}/"
    assert "wei@chen.example" in get(owner, here).content.decode()
    assert post(owner, f"{here}links/", {"email": ""}).status_code == 422
    post(owner, f"{here}links/", {"email": "wei@chen.example"})
    run_jobs(owner.account, "letter.mail")
    [sent] = mail.outbox
    assert sent.to == ["wei@chen.example"]
    assert not re.search("Leila|Haddad|Knee", sent.subject + str(sent.body))
    found = re.search(r"/book/\S+/letter/\S+/", str(sent.body))
    assert found
    link, doctors = found.group(0), Browser()
    page = doctors.get(link).content.decode()
    assert ("Open the letter" in page, "Haddad" in page) == (True, False)
    with acting_in(owner.account.ref):
        assert Disclosure.objects.count() == 0, "a page that is looked at gives nothing out"
    answer = doctors.post(f"{link}file/")
    assert b"".join(answer)[:5] == b"%PDF-"
    with acting_in(owner.account.ref):
        [row] = Disclosure.objects.all()
        assert (row.way, row.to, row.contact_id, row.recipient, row.address) == (
            "link",
            "clinician",
            contact.pk,
            "Dr Wei Chen",
            "wei@chen.example",
        )
        kept = LetterLink.objects.get()
    assert "Fetched" in get(owner, here).content.decode()
    assert doctors.get(link[:-3] + "x/").status_code == 404
    post(owner, f"{here}links/{kept.pk}/revocation/")
    assert (doctors.get(link).status_code, doctors.post(f"{link}file/").status_code) == (404, 404)
    post(owner, f"{here}handing/", {"way": "post"})
    with acting_in(owner.account.ref):
        assert Disclosure.objects.filter(way="post", contact=contact).count() == 1
    # What is taken off the record leaves no more
    post(owner, f"clients/{pk}/files/{letter.document_id}/withdrawal/")
    post(owner, f"{here}links/", {"email": "wei@chen.example"})
    with acting_in(owner.account.ref):
        assert LetterLink.objects.count() == 1


def test_a_draft_is_its_authors_and_a_letter_is_for_whom_its_file_is(owner: Practice) -> None:
    pk = owner.client()
    writer, other, desk = (
        practice(role, owner.account)
        for role in (Role.PRACTITIONER, Role.PRACTITIONER, Role.RECEPTION)
    )
    letter = begun(writer, pk)
    here = f"letters/{letter.pk}/"
    neighbour = practice()

    def seen() -> list[int]:
        return [get(who, here).status_code for who in (writer, owner, other, desk, neighbour)]

    assert seen() == [200, 200, 404, 403, 404]
    assert 'name="body"' not in get(owner, here).content.decode()
    assert post(owner, f"{here}draft/", typed(letter)).status_code == 302
    assert again(owner, letter).version == letter.version
    post(writer, f"{here}discard/")
    assert get(writer, here).status_code == 404
    assert post(writer, f"{here}return/").status_code == 302
    letter = signed(writer, letter)
    assert seen() == [200, 200, 200, 403, 404]
    details = f"clients/{pk}/files/{letter.document_id}/details/"
    post(writer, details, {"name": "Knee", "visibility": "own"})
    assert seen() == [200, 200, 404, 403, 404]


def test_templates_and_paper_are_the_practices_own(owner: Practice) -> None:
    pk = owner.client(given_name="Leila", family_name="Haddad")
    assert "Report to the referrer" in get(owner, "settings/letters/").content.decode()
    words = {"name": "Short", "subject": "{{client.name}}", "shows": ["phone"]}
    refused = post(owner, "settings/letters/new/", words | {"body": "{{client.shoe}}"})
    assert "no such field: client.shoe" in refused.content.decode()
    assert post(owner, "settings/letters/new/", words | {"body": "Hello {{"}).status_code == 422
    post(owner, "settings/letters/new/", words | {"body": "Hello {{client.first_name}}"})
    post(owner, "settings/letters/", {"name": "Heron Clinic", "lines": "Quay 1", "foot": "ABN 1"})
    with acting_in(owner.account.ref):
        template = templates.live()[-1]
    letter = begun(owner, pk, template=str(template.pk))
    assert (letter.subject, letter.body, letter.shows) == ("Leila Haddad", "Hello Leila", ["phone"])
    letter = signed(owner, letter)
    printed = text_of(b"".join(get(owner, f"clients/{pk}/files/{letter.document_id}/file/")))
    assert all(part in printed for part in ("Heron Clinic", "Quay 1", "ABN 1"))
    post(owner, f"settings/letters/{template.pk}/archive/")
    shown = get(owner, f"clients/{pk}/letters/new/").content.decode()
    assert "Short" not in shown
    assert get(practice(Role.PRACTITIONER, owner.account), "settings/letters/").status_code == 403


def test_marks_say_little_and_are_never_code() -> None:
    text = "# Plan\n- one\n- **two**\nthen\nmore\n\n2 ** 3 ** 4"
    assert [block["kind"] for block in blocks(text)] == [
        "heading",
        "list",
        "paragraph",
        "paragraph",
    ]
    assert blocks(text)[2]["lines"] == [[("then", False)], [("more", False)]]
    assert runs("a **b** c") == [("a ", False), ("b", True), (" c", False)]
    assert runs("2 ** 3 ** 4") == [("2 ** 3 ** 4", False)]
    assert fields.gaps("Dear [name?],", "[a] {{today}} [name?]") == ["[name?]", "{{today}}"]
    for broken in ("{{client.name", "}}", "{{ nothing }}"):
        with pytest.raises(ValidationError):
            fields.check(broken)
