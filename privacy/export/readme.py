"""The README.html of an archive: one self-contained page for whoever opens it years from now."""

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import quote

from privacy.export.verify_export import TYPES, WITH_GAPS

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto;
  padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid #8886; }
td { overflow-wrap: break-word; }
pre { padding: .8rem; border: 1px solid #8886; overflow: auto; }
"""

_LAYOUT = (
    ("data/", "every record, one line each, in NDJSON (JSON, UTF-8): the authoritative copy"),
    (
        "csv/",
        "the same records as tables for a spreadsheet; cells that a spreadsheet would run as"
        " a formula begin with an apostrophe",
    ),
    ("schema/", "what each field of each kind of record is, and what it points at"),
    ("files/", "attachments, each below the id of its record; their names were made safe"),
    ("manifest.json", "counts, sizes and SHA-256 of everything, and what is missing and why"),
    ("manifest.sig", "the Ed25519 signature over manifest.json, with the public key"),
    ("verify_export.py", "a small program that checks all of it"),
)


def readme(
    about: Mapping[str, object],
    kinds: Iterable[Mapping[str, object]],
    excluded: Mapping[str, str],
    gaps: Mapping[str, str],
) -> str:
    """Return the page: what the archive is, its layout, its kinds, what is missing, how to check.

    `about` is the head of the manifest with its `facts`; each of `kinds` is a schema with the
    manifest's facts of that kind.
    """
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><title>Keepwell export</title>',
        '<meta name="viewport" content="width=device-width">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">",
        f"<style>{_STYLE}</style></head><body>",
        "<h1>Keepwell export</h1>",
        _facts(about),
        "<h2>Layout</h2>",
        _table(("Place", "What it holds"), [(_code(name), escape(what)) for name, what in _LAYOUT]),
        "<h2>Records</h2>",
        _kinds(kinds),
        _missing("Left out", excluded, "Every kind of record is here."),
        _missing("Gaps", gaps, "No file is missing."),
        _CHECK,
        "</body></html>\n",
    ]
    return "\n".join(parts)


_LINKS = (("data", "rows"), ("csv", "table"), ("schema", "fields"))

_CHECK = """<h2>How to check it</h2>
<p>Unpack <code>verify_export.py</code>, or better, take it from where you trust it. With Python 3.9
or newer and its package <code>cryptography</code>:</p>
<pre>pip install cryptography
python verify_export.py EXPORT.zip --key PUBLIC_KEY</pre>
<p>It checks the signature, every hash, count, row and reference, and names the place of anything
wrong. <code>PUBLIC_KEY</code> is the signer's key or, in quotes, the fingerprint that the practice
software shows; without
<code>--key</code> the program prints the key, and you compare it yourself.</p>
<p>A row's hash is the SHA-256 of its line without the line end; the manifest's
<code>row_sum</code> is the sum of a kind's row hashes modulo 2<sup>256</sup>.</p>
<p>This archive holds health records and is not encrypted: keep it where only you can
read it.</p>"""


def _facts(about: Mapping[str, object]) -> str:
    facts = about["facts"]
    pairs = dict(facts) if isinstance(facts, Mapping) else {}
    whole = "complete but for the gaps below" if about["state"] == WITH_GAPS else "complete"
    rows = [
        ("Made at", about["created_at"]),
        ("State", whole),
        ("Format", f"{about['format']} {about['format_version']}"),
        *((name.replace("_", " ").capitalize(), value) for name, value in sorted(pairs.items())),
    ]
    return _table(("", ""), [(escape(name), escape(_text(value))) for name, value in rows])


def _text(value: object) -> str:
    """Return a fact for reading: a moment to the second, the parts of a mapping in a row."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_text(part)}" for name, part in sorted(value.items()))
    text = str(value)
    return f"{text[:10]} {text[11:19]} UTC" if TYPES["datetime"](value) else text


def _kinds(kinds: Iterable[Mapping[str, object]]) -> str:
    rows = []
    for kind in kinds:
        found = [(kind[name], text) for name, text in _LINKS if kind[name]]
        links = " · ".join(f'<a href="{quote(str(path))}">{text}</a>' for path, text in found)
        title = f"{_code(str(kind['kind']))} {escape(str(kind['description']))}"
        rows.append((title, f"{kind['rows']:,}", links))
    return _table(("Kind", "Rows", "Open"), rows)


def _missing(title: str, reasons: Mapping[str, str], none: str) -> str:
    if not reasons:
        return f"<h2>{title}</h2><p>{none}</p>"
    rows = [(_code(name), escape(why)) for name, why in sorted(reasons.items())]
    return f"<h2>{title}</h2>{_table(('What', 'Why'), rows)}"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table of cells that are HTML already."""
    lines = [_row("th", head)] if any(head) else []
    lines += [_row("td", row) for row in rows]
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{one}</{tag}>' for one in cells)}</tr>"
