"""The canary's way through the product in one region: booked, received, written about, searched for, written to, exported.

Every step goes by the pages that people use. What goes wrong on purpose (a form refused, a server error) is part of it,
for that is when words slip into logs.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from django.urls import reverse
from PIL import Image

from privacy.canary.pages import Browser, File, Page, fill
from privacy.canary.words import Words

PHONE = "0491 570 156"
_HREF = re.compile(r'href="([^"]*)"')
_UUID = r"[0-9a-f]{8}-[0-9a-f-]{27}"
_COPY = rf"/a/[a-z0-9-]+/exports/{_UUID}/link/"
PATIENCE = 60


class Strayed(RuntimeError):
    """A step did not lead where it leads a person: the canary proves nothing then."""


@dataclass(slots=True)
class Journey:
    """One way through one account: as a visitor of its booking page, and as its Owner, signed in."""

    slug: str
    visitor: Browser
    owner: Browser
    words: Words
    run_jobs: Callable[[], None]
    failing: Callable[[], AbstractContextManager[object]] = nullcontext
    seen: list[bytes] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def walk(self) -> None:
        """Take every step; raise `Strayed` at the first that leads elsewhere."""
        for step in (
            self.book,
            self.receive,
            self.search,
            self.refuse,
            self.write,
            self.attach,
            self.ask,
            self.fail,
        ):
            step()
            self.run_jobs()
            self.taken.append(step.__name__)
        self.export()
        self.taken.append("export")

    def book(self) -> None:
        """Book online as somebody new."""
        page = self.visitor.get(self.url("book"))
        page = self._follow(self.visitor, page, rf"/book/{self.slug}/{_UUID}/")
        page = fill(self.visitor, page, "start")
        page = fill(
            self.visitor,
            page,
            "given_name",
            given_name=self.words.name("booking: given name"),
            family_name=self.words.name("booking: family name"),
            email=self.words.address("booking: e-mail"),
            phone=PHONE,
            comment=self.words.word("booking: comment"),
        )
        self._expect(page, "/done/")

    def receive(self) -> None:
        """Take up a client at the desk, by hand, with every text that the record has."""
        page = fill(
            self.owner,
            self.url("client_new"),
            "given_name",
            text=lambda name: self.words.word(f"client: {name}"),
            given_name=self.words.name("client: given name"),
            family_name=self.words.name("client: family name"),
            email=self.words.address("client: e-mail"),
            phone=PHONE,
            birth_date="1984-05-17",
            reminders="both",
            more_phones="",
            more_emails="",
            time_zone="",
        )
        if page.status == 422 or b'name="anyway"' in page.body:
            page = fill(self.owner, page, "anyway")
        self._expect(page, f"/clients/{_UUID}/")

    def search(self) -> None:
        """Look for somebody who isn't there."""
        page = fill(self.owner, self.url("client_search"), "q", q=self.words.word("search"))
        self._expect(page, "/clients/search/")

    def refuse(self) -> None:
        """Type what a form refuses."""
        page = fill(
            self.owner,
            self.url("client_new"),
            "given_name",
            given_name=self.words.name("refused: given name"),
            email=f"{self.words.word('refused: e-mail')} at nowhere",
        )
        if page.status != 422:
            raise Strayed(f"A wrong address was taken: {page.status} {page.address}")

    def write(self) -> None:
        """Write a note, save it as a draft, sign it, add to it."""
        page = fill(self.owner, self.url("note_new", self.client), "template")
        draft = fill(
            self.owner, page, "version", text=lambda name: self.words.word(f"note: {name}")
        )
        number = re.search(rf"/notes/({_UUID})/", draft.address)
        if number is None:
            raise Strayed(f"No note: {draft.status} {draft.address}")
        if draft.status != 200 or "version" not in draft.form_with("version").fields:
            raise Strayed(f"The draft was refused: {draft.status}{_complaints(draft)}")
        signing = self.owner.get(self.url("note_signature", number[1]))
        signed = fill(self.owner, signing, "as_shown")
        self._expect(signed, f"/notes/{number[1]}/")
        note = self.owner.get(self.url("note", number[1]))
        fill(self.owner, note, "text", text=lambda name: self.words.word("addendum"))

    def attach(self) -> None:
        """Keep a text and a picture, whose names, contents and Exif block are told apart."""
        name, text, caption = (
            self.words.word(f"file: {each}") for each in ("name", "content", "description")
        )
        picture = File(f"{self.words.word('picture: name')}.jpg", self._picture(), "image/jpeg")
        page = fill(
            self.owner,
            self.url("document_new", self.client),
            "files",
            files={"files": [File(f"{name}.txt", text.encode() * 40, "text/plain"), picture]},
            description=caption,
        )
        self._expect(page, f"/clients/{self.client}/")

    def ask(self) -> None:
        """Send a form, and fill it in at the desk."""
        page = fill(self.owner, self.url("form_new", self.client), "template")
        found = re.search(rf"/forms/({_UUID})/", page.address)
        if found is None:
            raise Strayed(f"No form: {page.status} {page.address}")
        page = self.owner.post(self.url("form_desk", found[1]), self._token(page), {})
        for _section in range(20):
            if "/desk/" not in page.address:
                return self._expect(page, f"/forms/{found[1]}/$")
            page = fill(
                self.owner,
                page,
                "*",
                text=lambda name: self.words.word(f"form: {name}"),
                birth_date="1984-05-17",
                phone=PHONE,
            )
        raise Strayed(f"The form never ends: {page.address}{_complaints(page)}")

    def fail(self) -> None:
        """Type into a page that breaks."""
        with self.failing():
            page = fill(
                self.owner,
                self.url("client_edit", self.client),
                "given_name",
                given_name=self.words.name("broken: given name"),
            )
        self.seen.append(page.body)

    def export(self) -> None:
        """Ask for a copy of everything, not encrypted so that it can be searched, and fetch it."""
        fill(self.owner, self.url("exports"), self.url("exports"), encryption="none")
        page, form = self._copied()
        self.seen.append(fill(self.owner, page, form).body)

    def _copied(self) -> tuple[Page, str]:
        """Wait for the copy, as a job that failed once is tried again later; return the page and where it is fetched."""
        for _second in range(PATIENCE):
            self.run_jobs()
            page = self.owner.get(self.url("exports"))
            if found := re.search(_COPY, page.body.decode(errors="replace")):
                return page, found[0]
            time.sleep(1)
        raise Strayed(f"No copy came within {PATIENCE} s.")

    @property
    def client(self) -> str:
        """The id of the client who was received, as the list of clients links to it."""
        page = self.owner.get(self.url("clients") + "?sort=recent")
        name = self.words.name("client: family name")
        for row in page.body.decode().split("<tr")[1:] or page.body.decode().split("<li"):
            if name in row and (found := re.search(rf"/clients/({_UUID})/", row)):
                return found[1]
        raise Strayed("The client who was received isn't in the list.")

    def url(self, name: str, *args: object) -> str:
        """Return the address of a page of the account."""
        return reverse(name, args=[self.slug, *args])

    def _follow(self, browser: Browser, page: Page, path: str) -> Page:
        for link in _HREF.findall(page.body.decode(errors="replace")):
            if re.search(f"{path}$", link.partition("?")[0]):
                return browser.get(link.replace("&amp;", "&"))
        raise Strayed(f"{page.status} {page.address} has no link to {path}")

    def _token(self, page: Page) -> dict[str, list[str]]:
        name = "csrfmiddlewaretoken"
        return {name: page.form_with(name).fields[name]}

    def _expect(self, page: Page, path: str) -> None:
        self.seen.append(page.body)
        if page.status != 200 or not re.search(path, page.address):
            raise Strayed(f"{page.status} {page.address} instead of {path}{_complaints(page)}")

    def _picture(self) -> bytes:
        told = Image.Exif()
        told[0x010E] = self.words.word("picture: Exif")
        out = io.BytesIO()
        Image.new("RGB", (60, 40), "teal").save(out, "JPEG", exif=told)
        return out.getvalue()


def _complaints(page: Page) -> str:
    """Return what a page says is wrong with what was typed; for the person who mends the journey."""
    said = re.findall(r'href="#(id_[^"]*)"[^>]*>([^<]*)', page.body.decode(errors="replace"))
    return "".join(f"\n{name}: {words}" for name, words in said)
