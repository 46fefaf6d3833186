"""Files that come in parts, so that progress shows and a broken line costs one part: begun, continued, kept."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Member
from clients.documents import keeping, media_types, storing
from clients.documents.keeping import About
from clients.identity import of
from clients.models import Arrival, ArrivalPart, Client, Document
from clients.models.documents import ARRIVAL_DAYS
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

PART = 2 * 2**20
MOST_AT_ONCE = 50
LIFE = timedelta(days=ARRIVAL_DAYS)


class OutOfStep(ValueError):
    """A part does not follow what has been received; `received` says where to go on."""

    def __init__(self, received: int) -> None:
        super().__init__("The part does not follow.")
        self.received = received


@dataclass(frozen=True, slots=True)
class Announced:
    """What a sender says of a file before it sends it; `mark` tells it from another of the same name and size."""

    name: str
    size: int
    mark: str = ""


def begin(*, member: Member, client: Client, file: Announced) -> Arrival:
    """Make room for a file that will come in parts; one that broke off before goes on where it stopped.

    Raises `ValidationError` for a file that can't be kept, and when too many are on their way.
    """
    if file.size > keeping.LARGEST:
        raise ValidationError(keeping.too_large(file.size))
    if file.size <= 0:
        raise ValidationError(_("This file is empty. Choose another one."))
    under_way: list[Arrival] = list(
        Arrival.objects.filter(member=member, expires_at__gt=clock.now()).select_related("client")
    )
    told = asdict(file)
    for arrival in under_way:
        if arrival.client.person_id == client.person_id and arrival.about == told:
            return arrival
    if len(under_way) >= MOST_AT_ONCE:
        raise ValidationError(_("Too many files are on their way. Let some arrive first."))
    arrival = Arrival(client=client, member=member, about=told, size=file.size)
    arrival.expires_at = clock.now() + LIFE
    arrival.save(force_insert=True)
    return arrival


def find(pk: UUID, *, member: Member, client: Client) -> Arrival | None:
    """Return a file that a member is sending, locked until commit."""
    found: Arrival | None = (
        Arrival.objects.select_for_update()
        .filter(of(client), pk=pk, member=member, expires_at__gt=clock.now())
        .first()
    )
    return found


def take(*, arrival: Arrival, offset: int, data: bytes) -> Arrival:
    """Keep a part, sealed. Raises `OutOfStep`, and `ValidationError` when the first one shows an unwanted kind."""
    if offset != arrival.received or not data or offset + len(data) > arrival.size:
        raise OutOfStep(arrival.received)
    if offset == 0 and not media_types.may_be_wanted(data):
        raise ValidationError(keeping.unwanted())
    part = ArrivalPart(arrival=arrival, client_id=arrival.client_id, offset=offset, size=len(data))
    stored = storing.seal(part, [data])
    part.storage_key, part.file_key = stored.storage_key, stored.file_key
    part.save(force_insert=True)
    arrival.received += len(data)
    arrival.expires_at = clock.now() + LIFE
    arrival.save(update_fields=["received", "expires_at"])
    return arrival


def finish(*, by: Actor, arrival: Arrival, about: About, keep_original: bool) -> Document:
    """Keep a file that has come whole, and forget its parts. Raises `OutOfStep` and all that `attach` raises."""
    if arrival.received != arrival.size:
        raise OutOfStep(arrival.received)
    with _Whole(arrival) as whole:
        document = keeping.attach(
            by=by, client=arrival.client, upload=whole, about=about, keep_original=keep_original
        )
    arrival.delete()
    return document


class _Whole(io.RawIOBase):
    """The parts of a file as one that can be read and sought; one part is held in memory at a time."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__()
        self.name: str | None = arrival.about["name"]
        self.size: int | None = arrival.size
        self._end: int = arrival.size
        self._parts = list(arrival.parts.order_by("offset"))
        self._starts = [part.offset for part in self._parts]
        self._at = 0
        self._held = -1
        self._data = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        start = {0: 0, 1: self._at, 2: self._end}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        if self._at >= self._end:
            return 0
        number = bisect_right(self._starts, self._at) - 1
        if number != self._held:
            with storing.opened(self._parts[number]) as part:
                self._data = part.read()
            self._held = number
        start = self._at - self._starts[number]
        view = memoryview(buffer).cast("B")
        piece = self._data[start : start + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
