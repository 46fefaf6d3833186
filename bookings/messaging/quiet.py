"""Quiet hours on the wall of a zone: when a message that can wait may go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# A reminder moved to before the quiet time leaves a little earlier, so that a busy worker still makes it
MARGIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begins` to `ends` (usually over midnight) nothing that can wait is sent; equal times: no quiet hours."""

    begins: time
    ends: time
    zone: str

    def covers(self, moment: datetime) -> bool:
        """Tell whether an instant falls into the quiet time."""
        wall = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.begins <= self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends

    def until(self, moment: datetime) -> datetime:
        """Return the end of the quiet time that covers `moment`, else `moment` itself."""
        if not self.covers(moment):
            return moment
        wall = moment.astimezone(ZoneInfo(self.zone))
        days = 1 if self.begins > self.ends and wall.time() >= self.begins else 0
        return self._on_the_wall(wall, days, self.ends)

    def before(self, moment: datetime) -> datetime:
        """Return a moment shortly before the quiet time that covers `moment`, else `moment` itself."""
        if not self.covers(moment):
            return moment
        wall = moment.astimezone(ZoneInfo(self.zone))
        days = -1 if self.begins > self.ends and wall.time() < self.ends else 0
        return self._on_the_wall(wall, days, self.begins) - MARGIN

    def _on_the_wall(self, wall: datetime, days: int, at: time) -> datetime:
        date = wall.date() + timedelta(days=days)
        return datetime.combine(date, at, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
