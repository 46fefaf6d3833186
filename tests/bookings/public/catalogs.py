"""Reads what the public pages and messages say, and what the catalogs answer, without any tool of the system."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
COMPONENTS = (
    "choice_card",
    "days",
    "field",
    "field_words",
    "form_errors",
    "notice",
    "saving",
    "steps",
    "theme",
    "times",
    "toast",
    "toasts",
)
# Of these modules people read what one class or function says, the rest is for staff
ONE_PART = {
    "letters/sending.py": "_mail",
    "waiting/forms.py": "JoinForm",
    "notes/questions.py": "too_long",
}
# What staff alone read
STAFF = {"settings.py", "choices.py", "shown.py", "settings.html", "settings_policy.html"}
GETTEXT = {"_", "gettext", "gettext_lazy", "lazy", "gettext_noop"}
# Of forms: what stands in them, and what is said of answers
FORMS = ("agreeing", "answering", "showing", "standards", "step_form")
Key = tuple[str, str, str]  # context, singular, plural


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a catalog as its source has it."""

    context: str
    singular: str
    plural: str
    answers: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What is asked for."""
        return (self.context, self.singular, self.plural)


def sources() -> list[Path]:
    """Return the files whose words people see without signing in on a practice's pages, or get in messages."""
    templates = ROOT / "templates"
    found = [
        *(templates / "booking").rglob("*.html"),
        *(templates / "components" / f"{name}.html" for name in COMPONENTS),
        *(templates / name for name in ("base.html", "public.html", "404.html")),
        templates / "accounts" / "form_expired.html",
        templates / "letters" / "mail" / "link.txt",
        ROOT / "notes" / "letters" / "sending.py",
        templates / "forms" / "blank.html",
        *(ROOT / "bookings" / "public").glob("*.py"),
        *(ROOT / "bookings" / "waiting").glob("public_*.py"),
        *(
            ROOT / "bookings" / "messaging" / f"{name}.py"
            for name in ("defaults", "more_dates", "enclosing")
        ),
        *(ROOT / "bookings" / "waiting" / f"{name}.py" for name in ("forms", "words")),
        ROOT / "clients" / "consents" / "defaults.py",
        *(ROOT / "notes" / "intake" / "public").glob("*.py"),
        *(ROOT / "notes" / "intake" / f"{name}.py" for name in FORMS),
        *(ROOT / "notes" / f"{name}.py" for name in ("answers", "questions", "showing")),
        ROOT / "accounts" / "templatetags" / "keepwell.py",
        ROOT / "privacy" / "desk" / "intake.py",
    ]
    return sorted(path for path in found if path.name not in STAFF)


def asked(paths: Iterable[Path]) -> dict[Key, str]:
    """Return every message that these files ask for, with the file that does."""
    found: dict[Key, str] = {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".html", ".txt"):
            text = "\n".join(_calls(templatize(text, origin=path.name)))
        tree: ast.AST = ast.parse(text)
        if part := ONE_PART.get(f"{path.parent.name}/{path.name}"):
            tree = _part(tree, part)
        for key in _asked_in(tree):
            found.setdefault(key, path.name)
    return found


def _part(tree: ast.AST, name: str) -> ast.AST:
    return next(
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and node.name == name
    )


def _calls(text: str) -> Iterator[str]:
    """Yield the calls in Django's translation of a template into something like Python."""
    word = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    pattern = rf"\b(?:n?p?gettext|_)\(\s*{word}(?:\s*,\s*{word})*\s*(?:,\s*count)?\)"
    for match in re.finditer(pattern, text, re.DOTALL):
        yield match[0].replace("\n", "\\n")


def _asked_in(tree: ast.AST) -> Iterator[Key]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        words = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if name in GETTEXT and len(words) == 1:
            yield ("", words[0], "")
        elif name in ("ngettext", "ngettext_lazy") and len(words) == 2:
            yield ("", words[0], words[1])
        elif name in ("pgettext", "pgettext_lazy") and len(words) == 2:
            yield (words[0], words[1], "")
        elif name == "npgettext" and len(words) == 3:
            yield (words[0], words[1], words[2])


def source_of(language: str) -> Path:
    """Return the catalog's source."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(path: Path) -> list[Entry]:
    """Return the entries of a catalog's source, without its head."""
    entries = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        parts: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if match := re.match(r"(msg\w+(?:\[\d\])?)\s+(\".*)$", line):
                name, line = match[1], match[2]
            parts[name] = parts.get(name, "") + str(ast.literal_eval(line))
        if not parts.get("msgid"):
            continue
        answers = tuple(parts[key] for key in sorted(parts) if key.startswith("msgstr"))
        entries.append(
            Entry(parts.get("msgctxt", ""), parts["msgid"], parts.get("msgid_plural", ""), answers)
        )
    return entries


def compiled(language: str) -> gettext.GNUTranslations:
    """Return the catalog as the product reads it."""
    with source_of(language).with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)
