"""One appointment as the diary draws it; written out here, because a template takes four times as long for a full week."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe


@dataclass(slots=True)
class Block:
    """One appointment in words, with its classes and addresses; icons are markup already."""

    id: UUID
    css: str
    url: str
    panel_url: str
    move_url: str
    length_url: str
    time: str
    who: str
    what: str
    state: str
    state_icon: SafeString | str
    alert_icon: SafeString | str
    is_open: bool
    with_whom: str = ""
    is_client: bool = False

    @property
    def html(self) -> SafeString:
        """The block in the grid."""
        return self.drawn()

    @property
    def swapped(self) -> SafeString:
        """The block as an answer that puts it in its old place, wherever the answer itself goes."""
        return self.drawn(' hx-target="#panel" hx-swap-oob="true"')

    def drawn(self, more: str = "") -> SafeString:
        """Return the block's markup with `more` attributes; every word of it is escaped."""
        if self.move_url:
            more += (
                f' data-move-url="{escape(self.move_url)}"'
                f' data-length-url="{escape(self.length_url)}"'
            )
        if self.is_open:
            more += ' aria-current="true" data-in-panel'
        state = (
            f'<span class="appt__state">{self.state_icon}{escape(self.state)}</span>'
            if self.state
            else ""
        )
        # In front of the name: behind the service a narrow column would cut it off
        alert = f"{self.alert_icon} " if self.alert_icon else ""
        return mark_safe(
            f'<a class="appt {self.css}" id="appointment-{self.id}" href="{escape(self.url)}"'
            f' hx-get="{escape(self.panel_url)}"{more}><span class="appt__time">{escape(self.time)}</span>'
            f'<strong class="appt__who">{alert}{escape(self.who)}</strong>{state}'
            f'<span class="appt__what">{escape(self.what)}</span></a>'
        )
