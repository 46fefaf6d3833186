"""The diary by its rooms and equipment: the same day, with a column for each of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.diary import layout
from bookings.diary.columns import Column, Writer
from bookings.diary.layout import Minutes
from bookings.diary.rows import Entry
from bookings.models import Appointment, Resource, ResourceUse


class RoomWriter(Writer):
    """Puts a day's appointments into the columns of what they use; those that lack what they need have one of their own."""

    def columns(self, days: list[date], today: date, shown: Minutes) -> list[Column]:
        """Return a column for each room and piece of equipment in use, and one for what has neither."""
        (day,) = days
        entries = [
            each
            for each in self.rows.entries
            if each.state in Appointment.LIVE and self.is_here(each)
        ]
        uses = _uses(entries)
        rooms = Resource.objects.filter(archived_at=None)
        if self.location is not None:
            rooms = rooms.filter(location_id=self.location.pk)
        found = [
            self.of_room(room, [each for each in entries if each.id in uses[room.pk]], day, shown)
            for room in rooms.order_by("location__name", "-kind", "position", "id")
        ]
        homeless = _needy(entries) - set().union(*uses.values())
        without = [each for each in entries if each.id in homeless]
        if without:
            found.append(self.of_room(None, without, day, shown))
        now = self.now.hour * 60 + self.now.minute
        for column in found if day == today and shown[0] <= now < shown[1] else ():
            column.now = now
        return found

    def of_room(
        self, room: Resource | None, entries: list[Entry], day: date, shown: Minutes
    ) -> Column:
        """Return the column of one room, or of the appointments that lack one (None)."""
        spans = [layout.minutes_of(each.starts, each.ends, day) for each in entries]
        lanes = layout.lanes(spans)
        several = self.location is None and len(self.places) > 1
        place = self.places.get(room.location_id, "") if room is not None and several else ""
        count = len(entries)
        booked = ngettext("%d booked", "%d booked", count) % count if count else _("free all day")
        title = room.name if room is not None else _("Without a room")
        sub = f"{place} · {booked}" if place else booked
        return Column(
            practitioner=None,
            resource=room.pk if room is not None else None,
            day=day,
            title=title,
            sub=sub,
            label=title,
            url="",
            is_today=False,
            off=[],
            buffers=[css for each in entries for css in self.buffers(each, day)],
            elsewhere=[],
            away=[],
            held=[],
            blocks=[
                self.block(each, f"{layout.placed(*span)} {lane}{' is-narrow' if lane else ''}")
                for each, span, lane in zip(entries, spans, lanes, strict=True)
            ],
            now=None,
        )

    def with_more(self, what: str, entry: Entry) -> str:
        """Return what an appointment is with what its column doesn't say: with whom."""
        return f"{what} · {self.people.get(entry.practitioner, '')}"


def _needy(entries: list[Entry]) -> set[UUID]:
    """Return which of some appointments need a room or equipment where they are."""
    rows = Appointment.objects.filter(
        pk__in=[each.id for each in entries],
        service__needs__resource__location_id=F("location_id"),
        service__needs__resource__archived_at=None,
    )
    return set(rows.values_list("pk", flat=True))


def _uses(entries: list[Entry]) -> dict[UUID, set[UUID]]:
    """Return which of some appointments use each room or piece of equipment."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = ResourceUse.objects.filter(appointment_id__in=[each.id for each in entries])
    for resource, appointment in rows.values_list("resource_id", "appointment_id"):
        found[resource].add(appointment)
    return found
