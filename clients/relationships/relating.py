"""Who stands by a client: said, changed, ended; what they may do for them today (features B7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts import audit, practice_settings
from accounts.tenancy import everywhere
from clients import glance, signals
from clients.identity import OF, ids, of
from clients.models import Client, Contact, Relationship
from clients.relationships import adulthood
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor

Kind = Relationship.Kind
INVERSE = {
    Kind.PARENT: Kind.CHILD,
    Kind.GUARDIAN: Kind.CHILD,
    Kind.CARER: Kind.OTHER,
    Kind.PARTNER: Kind.PARTNER,
    Kind.CHILD: Kind.PARENT,
    Kind.OTHER: Kind.OTHER,
}
# Those who act for a client only until they can themselves
OF_MINORS = (Kind.PARENT, Kind.GUARDIAN)
_ALL = Prepared[Relationship](
    lambda: (
        Relationship.objects.filter(OF)
        .select_related("other", "contact")
        .order_by("created_at", "id")
    )
)
glance.watches(Relationship)


@dataclass(frozen=True, slots=True)
class Grants:
    """What somebody may do for a client."""

    can_book: bool = False
    can_fill_forms: bool = False
    gets_messages: bool = False
    gets_receipts: bool = False

    @classmethod
    def of(cls, row: Relationship) -> Grants:
        """Return what a relationship grants while it holds."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})

    def beyond(self, other: Grants) -> list[str]:
        """Return the names of what is granted here and not by `other`."""
        mine, theirs = asdict(self), asdict(other)
        return [name for name, granted in mine.items() if granted and not theirs[name]]


NOTHING = Grants()


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a relationship besides its grants."""

    kind: str
    note: str = ""
    is_emergency: bool = False
    ends_at_adulthood: bool = False
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a relationship as it stands today. `ends` is the last day known of, `over` that it has passed."""

    row: Relationship
    ends: date | None
    over: bool

    @property
    def grants(self) -> Grants:
        """What holds today."""
        return NOTHING if self.over else Grants.of(self.row)


@everywhere()
def relate(
    *,
    by: Actor,
    client: Client,
    somebody: Client | Contact,
    about: About,
    grants: Grants = NOTHING,
    back: Grants = NOTHING,
) -> Relationship:
    """Say that somebody stands by a client and what they may do; return the client's side.

    Between two clients `back` is what the client may do for the other. Whoever's data is newly shared by it is told.
    Raises `ValidationError` for the client themselves or somebody who stands by them already.
    """
    if somebody.pk == client.pk:
        raise ValidationError(_("Choose somebody else than the client."))
    if _rows(client, somebody).exists():
        raise ValidationError(_("They stand by this client already. Change that instead."))
    if isinstance(somebody, Contact):
        return _write(by, Relationship(client=client, contact=somebody), about, grants)
    pair = uuid7()
    row = _write(by, Relationship(client=client, other=somebody, pair=pair), about, grants)
    _write(by, Relationship(client=somebody, other=client, pair=pair), _mirrored(about), back)
    return row


@everywhere()
def change(
    *,
    by: Actor,
    relationship: Relationship,
    about: About,
    grants: Grants,
    back: Grants = NOTHING,
) -> Relationship:
    """Change both sides of a relationship; whoever's data is newly shared by it is told."""
    row: Relationship = Relationship.objects.select_for_update().get(pk=relationship.pk)
    mirror = _mirror(row)
    _write(by, row, about, grants)
    if mirror is not None:
        _write(by, mirror, _mirrored(about, mirror), back)
    return row


@everywhere()
def end(*, by: Actor, relationship: Relationship) -> None:
    """End a relationship, both sides of it, at once; it stays in the record."""
    now = clock.now()
    for row in filter(None, [relationship, _mirror(relationship)]):
        if row.ended_at is None:
            row.ended_at = now
            row.save(update_fields=["ended_at"])
            audit.record("relationship.ended", by=by, of=row, client_id=row.client_id)


def of_client(client: Client) -> list[Relationship]:
    """Return who stands by a client and who did, in the order in which it was said."""
    return _ALL(person=ids(client)) if glance.may_have(client, Relationship) else []


def around(client: Client) -> list[Side]:
    """Return who stands by a client, those whose time has passed last; one query where nobody does."""
    found = [row for row in glance.once(client, of_client) if row.ended_at is None]
    if not found:
        return []
    today, years = _now()
    sides = [
        _side(row, client, today, years)
        for row in found
        if row.other != client  # two records that stood by each other turned out to be one person
    ]
    return sorted(sides, key=lambda side: side.over)


def mirrors(sides: Iterable[Side]) -> dict[UUID | None, Side]:
    """Return the other direction of each side between two clients, by the id of the pair."""
    pairs = {side.row.pair: side.row.pk for side in sides if side.row.pair}
    rows = Relationship.objects.filter(pair__in=pairs, ended_at=None).select_related("client")
    today, years = _now()
    return {
        row.pair: _side(row, row.client, today, years) for row in rows if row.pk != pairs[row.pair]
    }


def those_who(grant: str, client: Client) -> list[Relationship]:
    """Return who holds one grant over a client today, as "gets_messages"; asked again whenever it counts."""
    return [
        side.row
        for side in around(client)
        if getattr(side.grants, grant) and not _is_gone(side.row)
    ]


def grants_today(row: Relationship) -> Grants:
    """Return what a relationship grants today."""
    if row.ended_at is not None or _is_gone(row):
        return NOTHING
    return _side(row, row.client, *_now()).grants


def is_minor(client: Client) -> bool:
    """Tell whether a client is known to be too young to speak for themselves."""
    born, (today, years) = client.birth_date, _now()
    return isinstance(born, date) and adulthood.comes_of_age(born, years) > today


def ends(row: Relationship, client: Client, years: int) -> date | None:
    """Return the first day on which a relationship no longer holds, as far as it is known."""
    days = [row.ends_on] if row.ends_on and not is_unreadable(row.ends_on) else []
    born = client.birth_date
    if row.ends_at_adulthood and isinstance(born, date):
        days.append(adulthood.comes_of_age(born, years))
    return min(days, default=None)


def _now() -> tuple[date, int]:
    """Return the practice's day and the age that counts."""
    return clock.today(practice_settings.zone()), adulthood.age()


def _side(row: Relationship, client: Client, today: date, years: int) -> Side:
    last = ends(row, client, years)
    return Side(row, last, last is not None and last <= today)


def _is_gone(row: Relationship) -> bool:
    who = row.other or row.contact
    return who.archived_at is not None


def _rows(client: Client, somebody: Client | Contact) -> Any:
    named = of(somebody, "other") if isinstance(somebody, Client) else Q(contact=somebody)
    return Relationship.objects.filter(named, of(client), ended_at=None)


def _mirror(row: Relationship) -> Relationship | None:
    if row.pair is None:
        return None
    found: Relationship | None = (
        Relationship.objects.select_for_update()
        .filter(pair=row.pair, ended_at=None)
        .exclude(pk=row.pk)
        .first()
    )
    return found


def _mirrored(about: About, kept: Relationship | None = None) -> About:
    """Return what is said of the other direction: the inverse kind, the same days; what is its own stays."""
    return About(
        kind=INVERSE[Kind(about.kind)],
        is_emergency=bool(kept and kept.is_emergency),
        ends_on=about.ends_on,
    )


def _write(by: Actor, row: Relationship, about: About, grants: Grants) -> Relationship:
    is_new = row._state.adding
    before = NOTHING if is_new else Grants.of(row)
    if not is_new and _said(row) == about and before == grants:
        return row
    for name, value in (asdict(about) | asdict(grants)).items():
        setattr(row, name, value)
    row.full_clean(exclude=["client", "other", "contact"])
    row.save()
    wider = grants.beyond(before)
    audit.record(
        "relationship.added" if is_new else "relationship.changed",
        by=by,
        of=row,
        client_id=row.client_id,
        detail={"granted": wider, "taken": before.beyond(grants)},
    )
    if wider:
        signals.newly_shared.send(sender=Relationship, relationship=row)
    return row


def _said(row: Relationship) -> About:
    return About(**{name: getattr(row, name) for name in About.__dataclass_fields__})
