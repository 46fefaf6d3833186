"""Walks pages as a person without JavaScript does: reads a form, fills in what it was told, sends it with all it had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol
from urllib.parse import urljoin

Fields = dict[str, list[str]]
# Of a word: a field that takes less is left alone
LENGTH = 32


@dataclass(frozen=True, slots=True)
class File:
    """A file to send."""

    name: str
    content: bytes
    kind: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Page:
    """What came back, at which address in the end."""

    status: int
    address: str
    body: bytes

    @property
    def forms(self) -> list[Form]:
        """The forms of the page, in their order."""
        reader = _Reader()
        reader.feed(self.body.decode(errors="replace"))
        return reader.forms

    def form_with(self, what: str) -> Form:
        """Return the first form that has a field, or leads to an address; `*` for the form that asks the most.

        Raises `LookupError` with what the page is instead.
        """
        if what == "*":
            return max(self.forms, key=lambda form: len(form.fields.keys() | form.choices.keys()))
        for form in self.forms:
            # An address is whole where regions have hosts of their own
            leads_there = what.startswith("/") and form.action.endswith(what)
            if leads_there or any(
                what in names for names in (form.fields, form.choices, form.boxes)
            ):
                return form
        raise LookupError(f"{self.status} {self.address} has no form with {what}.")


class Browser(Protocol):
    """Whatever asks for pages: the product in this process, or one over the network. It follows redirects."""

    def get(self, address: str) -> Page:
        """Return a page."""

    def post(self, address: str, fields: Fields, files: Mapping[str, list[File]]) -> Page:
        """Send a form and return the page that it leads to."""


@dataclass(slots=True)
class Form:
    """A form as the page shows it: what is in its fields, and what may be chosen."""

    action: str = ""
    fields: Fields = field(default_factory=dict)
    choices: Fields = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)

    def first_choices(self) -> Fields:
        """Return the first choice of every choice that nothing was chosen of."""
        open_ones = {
            name: each for name, each in self.choices.items() if not any(self.fields.get(name, []))
        }
        return {name: [next(filter(None, each), "")] for name, each in open_ones.items()}


def fill(
    browser: Browser,
    page: Page | str,
    having: str,
    *,
    files: Mapping[str, list[File]] | None = None,
    text: Callable[[str], str] | None = None,
    **typed: str,
) -> Page:
    """Fill in a form of a page (see `form_with`) and send it; `text` gives words for what it may be told freely."""
    page = browser.get(page) if isinstance(page, str) else page
    form = page.form_with(having)
    fields = form.fields | form.first_choices()
    if text is not None:
        fields |= {name: [text(name)] for name in form.texts if not any(fields.get(name, [""]))}
    fields |= {name: [value] for name, value in typed.items()}
    address = urljoin(page.address, form.action) if form.action else page.address
    return browser.post(address, fields, files or {})


class _Reader(HTMLParser):
    """Reads the forms of a page, also fields outside that name their form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._area = ""
        self._select = ""
        self._is_multiple = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a form or one of its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self._form_called(given.get("id", ""))
            self._open.action = given.get("action", "")
            self.forms.append(self._open)
            return
        form = self._form_called(given["form"]) if "form" in given else self._open
        name = given.get("name", "")
        if tag == "option" and self._select and self._open is not None:
            self._option(self._open, given, "selected" in given)
        elif form is None or not name or "disabled" in given:
            return
        elif tag == "textarea":
            self._area = name
            form.texts.append(name)
            form.fields.setdefault(name, [""])
        elif tag == "select":
            self._select, self._is_multiple = name, "multiple" in given
            form.choices.setdefault(name, [])
        elif tag == "input":
            _input(form, name, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or a field."""
        if tag == "form":
            self._open = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        """Take in what a text field holds."""
        if self._area and self._open is not None:
            self._open.fields[self._area] = [data.removeprefix("\n")]

    def _form_called(self, name: str) -> Form:
        """Return the form of an id, which may come later than its first field."""
        return self._by_id.setdefault(name, Form()) if name else Form()

    def _option(self, form: Form, given: dict[str, str], is_selected: bool) -> None:
        form.choices[self._select].append(given.get("value", ""))
        if is_selected:
            form.fields.setdefault(self._select, []).append(given.get("value", ""))


def _input(form: Form, name: str, given: dict[str, str]) -> None:
    kind, value = given.get("type", "text"), given.get("value", "")
    if kind in ("radio", "checkbox"):
        value = given.get("value", "on")
        if kind == "radio":
            form.choices.setdefault(name, []).append(value)
        else:
            form.boxes.append(name)
        if "checked" in given:
            form.fields.setdefault(name, []).append(value)
    elif kind == "file":
        form.fields.setdefault(name, [])
    elif kind not in ("submit", "button", "image", "reset"):
        form.fields[name] = [value]
        if kind in ("text", "search") and int(given.get("maxlength", LENGTH)) >= LENGTH:
            form.texts.append(name)
