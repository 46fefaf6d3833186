"""The look keeps its own rules: contrast, distinguishable services, known icons, nothing inline."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from pathlib import Path

import pytest
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from accounts.templatetags import keepwell
from accounts.templatetags.styleguide import SampleForm, frame_samples

ROOT = Path(__file__).resolve().parent.parent
CSS = ROOT / "static" / "css"
TEMPLATES = sorted(
    path
    for folder in (ROOT / "templates", *ROOT.glob("*/templates"))
    for path in folder.rglob("*.html")
    if ".venv" not in path.parts
)
# Parts of a frame the guide does not stand in, or that only a page of its own can show.
NOT_SHOWN = {"bare.html", "saving.html", "toast.html", "form.html", "pagination.html"}
THEMES = ("light", "dark")
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9A-Fa-f]{6}),\s*(#[0-9A-Fa-f]{6})\)")

BODY_PAIRS = [
    ("ink", ground) for ground in ("canvas", "surface", "sunken", "raised", "accent-soft")
]
TEXT_PAIRS = [
    *itertools.product(["muted"], ["canvas", "surface", "sunken", "raised", "accent-soft"]),
    *itertools.product(["accent", "danger", "warn"], ["canvas", "surface", "raised", "sunken"]),
    ("accent", "accent-soft"),
    ("accent-text", "accent-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("inverse-ink", "inverse"),
    ("warn", "warn-soft"),
    ("ink", "warn-soft"),
    ("danger", "danger-soft"),
    ("danger-ink", "danger"),
    ("danger-ink", "danger-strong"),
    ("info", "info-soft"),
    ("person-ink", "person"),
]
# What is not text but must be seen: edges of fields, the focus ring, the now-line (WCAG 2.2, 1.4.11).
EDGE_PAIRS = [
    *itertools.product(["edge"], ["canvas", "surface"]),
    *itertools.product(["accent"], ["canvas", "surface", "sunken"]),
    ("now", "surface"),
]

# Machado, Oliveira, Fernandes 2009, severity 1.0, linear RGB.
SIGHT = {
    "full": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
Triple = tuple[float, float, float]


def linear(colour: str) -> Triple:
    """Return "#RRGGBB" as linear RGB, each 0 to 1 (WCAG 2.2, relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio of two colours, 1 to 21."""
    lights = sorted(
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))
        for colour in (one, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def seen(colour: str, matrix: tuple[Triple, ...]) -> Triple:
    """Return the colour in CIE Lab (D65) as someone with that sight sees it."""
    rgb = linear(colour)
    red, green, blue = (
        max(0.0, min(1.0, sum(a * b for a, b in zip(row, rgb, strict=True)))) for row in matrix
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str) -> float:
    """Return the smallest distance (CIE 1976) of two colours over all kinds of sight."""
    return min(math.dist(seen(one, matrix), seen(other, matrix)) for matrix in SIGHT.values())


def tokens(theme: str) -> dict[str, str]:
    """Return the colour tokens of one theme, services apart."""
    text = (CSS / "tokens.css").read_text().split(".svc-1 {")[0]
    column = THEMES.index(theme)
    return {name: values[column] for name, *values in TOKEN.findall(text)}


def services(theme: str) -> list[dict[str, str]]:
    """Return edge, tint and ink of the ten services in one theme."""
    text = (CSS / "tokens.css").read_text()
    column = THEMES.index(theme)
    blocks = re.findall(r"\.svc-\d+ \{(.*?)\}", text)
    return [{name: values[column] for name, *values in TOKEN.findall(block)} for block in blocks]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("pairs", "least"), [(BODY_PAIRS, 7.0), (TEXT_PAIRS, 4.5), (EDGE_PAIRS, 3.0)]
)
def test_colours_stand_out(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colour = tokens(theme)
    faint = {
        pair: round(contrast(colour[pair[0]], colour[pair[1]]), 2)
        for pair in pairs
        if contrast(colour[pair[0]], colour[pair[1]]) < least
    }
    assert faint == {}


@pytest.mark.parametrize("theme", THEMES)
def test_ten_services_are_readable_and_told_apart_by_every_eye(theme: str) -> None:
    ten = services(theme)
    assert len(ten) == 10
    for one in ten:
        assert contrast(one["svc-ink"], one["svc-tint"]) >= 7
        assert contrast(one["svc"], one["svc-tint"]) >= 3
    edges = [one["svc"] for one in ten]
    solid, broken = edges[:5], edges[5:]
    for group in (solid, broken):
        assert min(itertools.starmap(distance, itertools.combinations(group, 2))) > 15
    assert min(itertools.starmap(distance, itertools.product(solid, broken))) > 8


def test_every_position_of_the_diary_has_its_class() -> None:
    text = (CSS / "diary-grid.css").read_text()
    found = {tuple(match) for match in re.findall(r"\.(\w+)-(\d+)\{--(\w+):(\d+)\}", text)}
    wanted = {
        (name, str(minute), name, str(minute))
        for name, minutes in {
            "from": range(0, 1440, 5),
            "for": range(5, 1441, 5),
            "opens": range(0, 1440, 60),
            "closes": range(60, 1441, 60),
        }.items()
        for minute in minutes
    }
    assert found == wanted


def test_the_sprite_has_every_icon_a_template_names() -> None:
    sprite = set(re.findall(r'id="([\w-]+)"', (ROOT / "static/icons/sprite.svg").read_text()))
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"""\{%\s*icon\s+["']([\w-]+)["']|\bicon=["']([\w-]+)["']""", path.read_text()
        )
        for name in name
        if name
    }
    assert named - sprite == set()
    drawn = (ROOT / "static/icons/sprite.svg").read_text()
    assert re.findall(r"stroke|fill=", drawn.partition("-->")[2]) == [], "one stroke, set by .icon"


def test_a_code_for_cameras_is_dark_on_light_in_both_themes() -> None:
    rule = re.search(r"\.qr \{([^}]*)\}", (CSS / "public.css").read_text())
    assert rule, "the code for authenticator apps stands on a ground of its own"
    assert "background: #fff;" in rule[1]
    page = (ROOT / "templates/mfa/totp/activate_form.html").read_text()
    assert '<img class="qr"' in page


INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.S),
    "style element": re.compile(r"<style\b"),
    "event attribute": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[\w:-]*)\s*=", re.S),
    "script without a source": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.S),
    "javascript address": re.compile(r"javascript:", re.I),
    "address of another site": re.compile(r"""<(?:script|link|img)[^>]*(?:src|href)=["']https?:"""),
}


def _is_mail(path: Path) -> bool:
    """Mail needs inline style: mail programs know no style sheets."""
    return any("mail" in part for part in path.relative_to(ROOT).parts)


@pytest.mark.parametrize("what", INLINE)
def test_nothing_is_inline(what: str) -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if not _is_mail(path)
        and INLINE[what].search(re.sub(r"\{#.*?#\}|\{%.*?%\}", "", path.read_text(), flags=re.S))
    ]
    assert guilty == []


def test_style_sheets_and_scripts_ask_no_other_site() -> None:
    files = [*CSS.rglob("*.css"), *(ROOT / "static/js").rglob("*.js")]
    asked = [
        path.name for path in files if re.search(r"https?://(?!www\.w3\.org/)", path.read_text())
    ]
    assert asked == []


def test_scripts_keep_only_the_theme_and_the_keys_switch_in_the_browser() -> None:
    kept = {
        path.name: sorted(set(re.findall(r"(?:local|session)Storage\.setItem\((\w+)", text)))
        for path in (ROOT / "static/js").glob("*.js")
        if "Storage" in (text := path.read_text())
    }
    assert kept == {"theme.js": ["KEY"], "shortcuts.js": ["OFF"]}


@pytest.mark.parametrize("name", ["500.html", "503.html"])
def test_pages_of_failure_need_no_context(name: str) -> None:
    page = render_to_string(name)
    assert "<h1>" in page
    assert "Nothing" in page or "nothing is half-done" in page


def test_what_is_the_same_for_everybody_is_drawn_in_each_language() -> None:
    page = Template('{% load keepwell %}{% fixed "components/theme.html" %}')
    plain = Template('{% include "components/theme.html" only %}')
    for language in ("en", "de", "en"):
        with translation.override(language):
            assert page.render(Context()) == plain.render(Context())


def test_the_style_guide_shows_every_component() -> None:
    page = render_to_string("styleguide.html", frame_samples())
    missing = [
        path.name
        for path in (ROOT / "templates/components").glob("*.html")
        if (marks := re.findall(r'class="([a-z][\w-]+)', path.read_text()))
        and path.name not in NOT_SHOWN
        and marks[0] not in page
    ]
    assert missing == []
    assert "{{" not in page
    assert "{%" not in page


def test_a_faulty_field_says_so_beside_the_field_and_keeps_what_was_typed() -> None:
    form = SampleForm({"email": "mei at harbour"})
    page = Template("{% load keepwell %}{% field form.email %}").render(Context({"form": form}))
    assert 'value="mei at harbour"' in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_email_helptext id_email_error"' in page
    assert 'id="id_email_helptext"' in page
    assert 'id="id_email_error"' in page
    assert "Enter a valid email address." in page


@pytest.mark.parametrize("name", list(SampleForm.base_fields))
def test_every_kind_of_field_has_a_label(name: str) -> None:
    page = Template("{% load keepwell %}{% field bound %}").render(
        Context({"bound": SampleForm()[name]})
    )
    assert str(SampleForm.base_fields[name].label) in page
    assert page.count("<label") + page.count("<legend") >= 1


INSTANT = dt.datetime(2026, 11, 23, 22, 30, tzinfo=dt.UTC)


def test_times_are_said_in_the_zone_of_the_practice() -> None:
    assert keepwell.when(INSTANT, "Australia/Sydney") == "Tue 24 Nov 2026, 9:30 am"
    assert keepwell.when(INSTANT, "Europe/Dublin") == "Mon 23 Nov 2026, 10:30 pm"
    assert keepwell.clock(dt.time(0, 5)) == "12:05 am"
    assert keepwell.clock(dt.time(12, 0)) == "12:00 pm"
    assert keepwell.short_day(dt.date(2026, 11, 24)) == "24 Nov"
    assert keepwell.when(None) == ""
    with translation.override("de"):
        assert keepwell.clock(INSTANT, "Europe/Berlin") == "23:30"


def test_a_start_and_a_length_give_classes_of_the_grid() -> None:
    assert keepwell.minute_class(INSTANT, "Australia/Sydney") == "from-570"
    assert keepwell.minute_class(dt.time(9, 7)) == "from-545"
    assert keepwell.length_class(45) == "for-45"
    assert keepwell.length_class(41) == "for-45"
    assert keepwell.length_class(0) == "for-5"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mei Tanaka", "MT"), ("Ana Lucía Vega", "AV"), ("Cher", "C"), ("", ""), ("李 小龙", "李小")],
)
def test_initials(name: str, letters: str) -> None:
    assert keepwell.initials(name) == letters


def test_what_was_typed_is_shown_in_words() -> None:
    typed = [("is_practitioner", "on"), ("given_name", "Ana"), ("password", "secret"), ("note", "")]
    page = render_to_string("accounts/typed.html", {"typed": typed})
    words = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page)
    assert words == [("Is practitioner", "Yes"), ("Given name", "Ana")]


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        ("undo=/a/harbour/x/", "/a/harbour/x/"),
        ("big undo=/a/x/", "/a/x/"),
        ("undo=//evil.example/", ""),
        ("undo=https://evil.example/", ""),
        ("", ""),
    ],
)
def test_an_undo_stays_on_this_site(tags: str, url: str) -> None:
    assert keepwell.undo_url(Message(25, "Moved", extra_tags=tags)) == url
