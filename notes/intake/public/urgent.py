"""What stands on a form that asks about danger: its answers are not read at once, so whom to call now."""

from __future__ import annotations

from notes.models import Form

# The number for emergencies by country; 112 works all over Europe, and on mobile phones in most of the world
EMERGENCY = {
    "AU": "000",
    "NZ": "111",
    "GB": "999",
    "US": "911",
    "CA": "911",
}
ELSEWHERE = "112"


def number_for(form: Form, country: str) -> str:
    """Return the number to show with a form, "" for one that asks nothing of the kind.

    It hangs on the questions, never on what was answered: the page tells nobody anything.
    """
    return EMERGENCY.get(country, ELSEWHERE) if form.scoring.get("watch") else ""
