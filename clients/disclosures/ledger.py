"""The ledger as it is read: the rows about a client, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.jurisdiction import countries
from accounts.models import Member
from clients import identity, timeline
from clients.models import Client, Disclosure
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Given
from privacy.vocabulary.scope import ActorKind

# What somebody can say they gave, by name of the registry
KINDS = {
    "clients.client": gettext_lazy("Contact details"),
    "clients.alert": gettext_lazy("Alerts"),
    "bookings.appointment": gettext_lazy("Appointments"),
    "notes.note": gettext_lazy("Notes"),
    "clients.document": gettext_lazy("Files"),
    "notes.form": gettext_lazy("Forms"),
}
MOST_NAMED = 6
ICONS: dict[str, str] = {
    Disclosure.Way.PRINT: "print",
    Disclosure.Way.DOWNLOAD: "download",
    Disclosure.Way.MAIL: "mail",
    Disclosure.Way.LINK: "link",
    Disclosure.Way.EXPORT: "upload",
    Disclosure.Way.CALL: "phone",
    Disclosure.Way.FEED: "calendar",
    Disclosure.Way.SUPPORT: "eye",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words. `is_over`: a later entry took its place."""

    row: Disclosure
    icon: str
    whom: str
    what: str
    who: str
    where: str
    is_over: bool
    may_correct: bool


def about(client: Client) -> TenantQuerySet:
    """Return what left about a client, newest first: their own rows, and everybody's since they are on record."""
    everybody = Q(client__isnull=True, at__gte=client.created_at)
    rows: TenantQuerySet = Disclosure.objects.filter(everybody | identity.of(client)).order_by(
        "-at", "-id"
    )
    return rows


def lines(rows: Iterable[Disclosure], country: str) -> list[Line]:
    """Return rows in words; a recipient's country is named where it is not `country`, the practice's."""
    listed = list(rows)
    over = set(
        Disclosure.objects.filter(replaces__in=[row.pk for row in listed]).values_list(
            "replaces", flat=True
        )
    )
    places = {each.code: each.name for each in countries()} if listed else {}
    names = _members({row.by_id for row in listed if row.by_id})
    return [
        Line(
            row=row,
            icon=ICONS.get(row.way, "send"),
            whom=str(row.recipient or row.get_to_display()),
            what=what_of(row),
            who=_who(row, names),
            where=places.get(row.country, "") if row.country != country else "",
            is_over=row.pk in over,
            may_correct=row.noted_by_hand and row.pk not in over and not row.never_was,
        )
        for row in listed
    ]


def what_of(row: Disclosure) -> str:
    """Return what left: in the sender's words, else the kinds by name; many are the whole record."""
    if row.words:
        return str(row.words)
    if len(row.kinds) > MOST_NAMED:
        return _("The whole record")
    return ", ".join(kind_name(kind) for kind in row.kinds)


def kind_name(label: str) -> str:
    """Return what a kind of record is called; its label when the model is gone."""
    if label in KINDS:
        return str(KINDS[label])
    try:
        return capfirst(str(apps.get_model(label)._meta.verbose_name_plural))
    except (LookupError, ValueError):
        return label


def _to_others() -> QuerySet[Disclosure]:
    everybody = Q(client__isnull=True, at__gte=Given("on_record"))
    rows: QuerySet[Disclosure] = (
        Disclosure.objects.filter(everybody | identity.OF)
        .exclude(to=Disclosure.To.PRACTICE)
        .exclude(never_was=True)
        .exclude(Exists(Disclosure.objects.filter(replaces=OuterRef("pk"))))
        .order_by("-at", "-id")
    )
    return rows


_TO_OTHERS = timeline.Sliced(_to_others, at="at")


@timeline.slices("disclosures")
def timeline_entries(
    client: Client, wanted: timeline.Slice = timeline.NEWEST
) -> Iterator[timeline.Entry]:
    """Give a client's timeline what went to somebody outside of the practice."""
    for row in _TO_OTHERS(client, wanted, on_record=client.created_at):
        yield timeline.Entry(
            at=row.at,
            title=what_of(row),
            icon=ICONS.get(row.way, "send"),
            text=_("To %(name)s") % {"name": row.recipient or row.get_to_display()},
            badge=row.get_way_display(),
            to=("client_disclosures", client.pk),
        )


def _members(ids: set[UUID]) -> dict[UUID, str]:
    return {member.pk: str(member.name) for member in Member.objects.filter(pk__in=ids)}


def _who(row: Disclosure, names: dict[UUID, str]) -> str:
    if row.by_kind == ActorKind.MEMBER and row.by_id:
        return names.get(row.by_id, _("a former member"))
    words = {
        ActorKind.CLIENT: _("the client"),
        ActorKind.VISITOR: _("whoever held the link"),
        ActorKind.SUPPORT: _("Keepwell’s support"),
    }
    return str(words.get(ActorKind(row.by_kind), _("Keepwell itself")))
