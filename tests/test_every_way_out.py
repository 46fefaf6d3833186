"""Every way out of Keepwell is declared, and each writes exactly one row into the disclosure ledger (features 4.10)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import get_resolver

from accounts.models import Account
from accounts.tenancy import acting_in
from clients.disclosures.disclosing import PRACTICE, What, record
from clients.disclosures.outward import OUTWARD, Undisclosed, leaves
from clients.documents import keeping
from clients.models import Client, Disclosure
from notes.letters import sending, writing
from notes.letters import signing as letters
from notes.models import Form, FormTemplate
from privacy import exporting
from privacy.vocabulary.scope import SYSTEM
from tests.browser import sign_in
from tests.clients.documents.photos import photo
from tests.clients.importing.flow import tried, upload
from tests.factories import make_client, owner_of
from tests.notes.parts import Practice, practice, signed
from tests.privacy import scene
from tests.test_every_module import dotted, modules

ROOT = Path(settings.BASE_DIR)
SENDS = {
    "StreamingHttpResponse",
    "FileResponse",
    "content_disposition_header",
    "EmailMessage",
    "EmailMultiAlternatives",
    "send_mail",
    "outbound.call",
    "outbound.call_typed",
    "outbound.connected",
    "connected",
}
ON_PAPER = 'js/print.js"'
# In apps below the clients, which can't declare by `outward`: what can send, and why nothing about a client leaves
BELOW = {
    "accounts.handing_over._send": "to the Owner and the next one; names no client",
    "accounts.invitations._send": "to somebody who is asked to join; names no client",
    "accounts.mail_route.Line._get_socket": "the line of mails that others send",
    "accounts.outbound._exchanged": "the line of calls that others make",
}


def senders() -> Iterator[str]:
    """Yield every function of ours that can send a file, a mail or a call, or show a page made for paper."""
    assert get_resolver().url_patterns, "the views declare themselves as they are imported"
    for module in modules():
        if "demo" in module.path.parts or "bench" in module.path.parts:
            continue
        where = ".".join(module.path.relative_to(ROOT).with_suffix("").parts)
        for name, function in _functions(module.tree):
            if any(_can_send(node) for node in ast.walk(function)):
                yield f"{where}.{name}"


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef):
                    yield f"{node.name}.{each.name}", each


def _can_send(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return dotted(node.func) in SENDS
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value == "Content-Disposition" or _is_for_paper(node.value)
    return False


def _is_for_paper(template: str) -> bool:
    path = ROOT / "templates" / template.partition("#")[0]
    is_one = path.suffix == ".html" and path.is_file()
    return is_one and ON_PAPER in path.read_text().replace("'", '"')


def test_whatever_can_send_says_what_leaves() -> None:
    found = set(senders())
    assert len(found) > 8
    assert found - set(OUTWARD) - set(BELOW) == set()
    assert set(OUTWARD) | set(BELOW) == found | {
        name for name, each in OUTWARD.items() if each.way
    }, "a declaration that nothing needs any more"
    assert all(each.way in Disclosure.Way.values or each.because for each in OUTWARD.values())


@pytest.fixture
def office(client: Browser) -> Practice:
    """A practice whose Owner is signed in with `office_browser`, a client, a signed note, a file."""
    return practice()


def url(account: Account, rest: str) -> str:
    return f"/a/{account.slug}/{rest}"


def a_note(office: Practice, browser: Browser) -> Any:
    with acting_in(office.account.ref, by=office.by):
        note = signed(office)
    return browser.get(url(office.account, f"notes/{note.pk}/print/"))


def a_form(office: Practice, browser: Browser) -> Any:
    with acting_in(office.account.ref, by=office.by):
        form = Form(client=office.client, kind=FormTemplate.Kind.INTAKE, name="Intake")
        form.save(force_insert=True)
    return browser.get(url(office.account, f"forms/{form.pk}/print/"))


def some_notes(office: Practice, browser: Browser) -> Any:
    with acting_in(office.account.ref, by=office.by):
        chosen = "&".join(f"note={signed(office).pk}" for _ in range(2))
    return browser.get(url(office.account, f"notes/of/{office.client.pk}/print/?{chosen}"))


def a_file(office: Practice, browser: Browser) -> Any:
    with acting_in(office.account.ref, by=office.by):
        upload: Any = SimpleUploadedFile("Referral.txt", b"Knee since the marathon")
        document = keeping.attach(by=office.by, client=office.client, upload=upload)
    return browser.get(url(office.account, f"clients/{office.client.pk}/files/{document.pk}/file/"))


def an_original(office: Practice, browser: Browser) -> Any:
    with acting_in(office.account.ref, by=office.by):
        upload: Any = SimpleUploadedFile("Knee.jpg", photo())
        document = keeping.attach(
            by=office.by, client=office.client, upload=upload, keep_original=True
        )
    here = f"clients/{office.client.pk}/files/{document.pk}/original/"
    return browser.get(url(office.account, here))


def the_ledger(office: Practice, browser: Browser) -> Any:
    return browser.get(url(office.account, f"clients/{office.client.pk}/disclosures/paper/"))


def who_saw_it(office: Practice, browser: Browser) -> Any:
    return browser.get(url(office.account, f"clients/{office.client.pk}/seen/paper/"))


def consents(office: Practice, browser: Browser) -> Any:
    return browser.get(url(office.account, f"clients/{office.client.pk}/consents/paper/"))


def a_letter(office: Practice, browser: Browser) -> Any:
    with acting_in(office.account.ref, by=office.by):
        letter = writing.begin(
            by=office.by,
            member=office.owner,
            client=office.client,
            template=None,
            addressee="client",
        )
        letter.body = "She walks well."
        letter.save(update_fields=["body"])
        letter = letters.sign(by=office.by, letter=letter, version=letter.version)
        sent = sending.send(
            by=office.by, member=office.owner, letter=letter, email="leila@mail.example"
        )
        address = office.account.slug, sending.token_of(sent)
    return browser.post("/book/{}/letter/{}/file/".format(*address))


def an_export(office: Practice, browser: Browser) -> Any:
    owner = owner_of(office.account)
    with acting_in(office.account.ref, by=owner.actor):
        export = exporting.request(by=owner.actor, member=owner)
    scene.run_jobs(office.account)
    return followed(browser, url(office.account, f"exports/{export.pk}/link/"))


def followed(browser: Browser, link: str) -> Any:
    """Ask for a link that works once, and use it."""
    return browser.get(browser.post(link)["Location"])


def rows_to_correct(office: Practice, browser: Browser) -> Any:
    data = b"First Name,Last Name,Email\r\nAna,Vega,nowhere\r\n"
    batch = tried(office.account, upload(office.account, "clients", data))
    return browser.get(url(office.account, f"settings/imports/{batch.pk}/corrected/"))


# view → how it is used, whether its row is about the one client, what it says went
WAYS: dict[str, tuple[Callable[[Practice, Browser], Any], bool, str]] = {
    "clients.consents.views.client.consents_paper": (consents, True, "clients.consent"),
    "clients.disclosures.views.disclosures_print": (the_ledger, True, "clients.disclosure"),
    "clients.importing.views.import_corrected": (rows_to_correct, False, "clients.client"),
    "clients.seen.views.client_seen_paper": (who_saw_it, True, "accounts.auditevent"),
    "notes.intake.views.paper.form_print": (a_form, True, "notes.form"),
    "clients.documents.views.files.document_file": (a_file, True, "clients.document"),
    "clients.documents.views.files.document_original": (an_original, True, "clients.original"),
    "notes.views.printing.note_print": (a_note, True, "notes.note"),
    "notes.views.printing.client_notes_print": (some_notes, True, "notes.note"),
    "notes.letters.views.fetching.letter_fetch": (a_letter, True, "clients.document"),
    "privacy.views.exports.export_file": (an_export, False, "notes.note"),
}
BY_WHOEVER_HAS_THE_LINK = {"notes.letters.views.fetching.letter_fetch"}


def test_each_declared_way_is_tried() -> None:
    assert set(WAYS) == {name for name, each in OUTWARD.items() if each.is_held}


@pytest.mark.django_db(databases="__all__", transaction=True)
@pytest.mark.parametrize("name", WAYS)
def test_each_way_out_writes_one_row(name: str, office: Practice, client: Browser) -> None:
    use, is_about_one, kind = WAYS[name]
    sign_in(client, office.owner_user, office.account, stepped_up=True)
    answer = use(office, client)
    assert answer.status_code == 200
    b"".join(answer)
    answer.close()
    with acting_in(office.account.ref):
        [row] = Disclosure.objects.all()
        assert row.way == OUTWARD[name].way
        assert row.client_id == (office.client.pk if is_about_one else None)
        assert kind in row.kinds
        who = ("visitor", None) if name in BY_WHOEVER_HAS_THE_LINK else ("member", office.owner.pk)
        assert (row.by_kind, row.by_id) == who


@pytest.mark.django_db(databases="__all__")
def test_an_answer_without_its_row_never_leaves(office: Practice) -> None:
    def view(client: Client, way: str) -> HttpResponse:
        record(by=SYSTEM, client=client, what=What((Client,)), to=PRACTICE, way=way)
        return HttpResponse("about somebody")

    held = leaves(Disclosure.Way.PRINT)(view)
    OUTWARD.pop(f"{__name__}.{view.__qualname__}")
    with acting_in(office.account.ref):
        client = make_client()
        assert held(client, "print").status_code == 200
        with pytest.raises(Undisclosed):
            held(client, "mail")
