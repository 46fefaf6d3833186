"""Who stands by a client, in the words of the client's page."""

from __future__ import annotations

from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.templatetags.keepwell import day
from clients.models import Client, Contact
from clients.relationships import relating
from clients.relationships.forms import GRANTS
from clients.relationships.relating import Grants, Side
from clients.views.facts import phone_link


def people(client: Client, account: AccountAnchor) -> list[dict[str, Any]]:
    """Return who stands by a client; two queries for all of them."""
    sides = relating.around(client)
    mirrors = relating.mirrors(sides) if any(side.row.pair for side in sides) else {}
    return [_words(side, mirrors.get(side.row.pair), client, account) for side in sides]


def _words(side: Side, mirror: Side | None, client: Client, account: AccountAnchor) -> Any:
    row = side.row
    somebody: Client | Contact = row.other or row.contact
    is_client = isinstance(somebody, Client)
    name = somebody.full_name if isinstance(somebody, Client) else somebody.name
    short = somebody.called if isinstance(somebody, Client) else name
    told = {"client": client.called, "who": short}
    return {
        "pk": row.pk,
        "name": name,
        "url": account.url("client" if is_client else "contact", somebody.pk),
        "kind": row.get_kind_display(),
        "phone": phone_link(somebody.phone, account.country),
        "note": row.note,
        "emergency": row.is_emergency,
        "over": side.over,
        "may": _granted(side.grants, _("For %(client)s:") % told),
        "back": _granted(mirror.grants, _("%(client)s for %(who)s:") % told) if mirror else "",
        "until": _until(side, client),
    }


def _granted(grants: Grants, begins: str) -> str:
    words = [str(label).lower() for name, label in GRANTS if getattr(grants, name)]
    return f"{begins} {get_text_list(words, _('and'))}" if words else ""


def _until(side: Side, client: Client) -> str:
    if side.ends is None:
        return ""
    told = {"day": day(side.ends), "client": client.called}
    if side.over:
        return _("Ended on %(day)s") % told
    if side.row.ends_at_adulthood and side.ends != side.row.ends_on:
        return _("Until %(day)s, when %(client)s comes of age") % told
    return _("Until %(day)s") % told
