"""Sample content of the style guide: invented, fixed, without any database."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms, template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=60)
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), help_text=gettext_lazy("The confirmation goes here.")
    )
    born = forms.DateField(
        label=gettext_lazy("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    price = forms.DecimalField(label=gettext_lazy("Price"), required=False)
    room = forms.ChoiceField(
        label=gettext_lazy("Room"), choices=[("1", "Room 1"), ("2", "Room 2")], required=False
    )
    visit = forms.ChoiceField(
        label=gettext_lazy("Kind of visit"),
        choices=[("first", "First visit"), ("next", "Follow-up"), ("home", "Home visit")],
        widget=forms.RadioSelect,
        initial="first",
    )
    view = forms.ChoiceField(
        label=gettext_lazy("Opens with"),
        choices=[("day", "Day"), ("week", "Week"), ("list", "List")],
        widget=forms.RadioSelect,
        initial="day",
    )
    pain = forms.ChoiceField(
        label=gettext_lazy("Pain today"),
        choices=[(str(n), str(n)) for n in range(11)],
        widget=forms.RadioSelect,
        initial="4",
    )
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("Remind by"),
        choices=[("mail", "E-mail"), ("sms", "Text message")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=["mail"],
    )
    agrees = forms.BooleanField(label=gettext_lazy("I have read how my details are used"))
    online = forms.BooleanField(
        label=gettext_lazy("Clients can book this online"), required=False, initial=True
    )
    reason = forms.CharField(
        label=gettext_lazy("What brings you here"), required=False, widget=forms.Textarea
    )
    letter = forms.FileField(label=gettext_lazy("Referral letter"), required=False)


def _nav() -> list[dict[str, Any]]:
    names = [
        (_("Diary"), "calendar", 0),
        (_("Clients"), "users", 0),
        (_("Notes to finish"), "note", 3),
        (_("Requests"), "mail", 1),
        (_("Promises"), "shield", 0),
        (_("Settings"), "settings", 0),
    ]
    return [
        {
            "label": label,
            "icon": icon,
            "count": count,
            "url": "#",
            "current": icon == "calendar",
            "short": _("Notes") if icon == "note" else "",
        }
        for label, icon, count in names
    ]


@register.simple_tag
def frame_samples() -> dict[str, Any]:
    """Return what practice.html shows around a page."""
    return {
        "nav": _nav(),
        "account": {"name": "Harbour Physio", "city": "Sydney"},
        "search_url": "/search/",
        "member": {"name": "Mei Tanaka", "initials": "MT", "email": "mei@harbour.example"},
        "person_url": "#",
        "sign_out_url": "#",
        "jobs": [
            {
                "label": "Export for Amara Chukwu",
                "done": 1240,
                "total": 2010,
                "left": _("about 40 s"),
            }
        ],
        "closing": {
            "since": dt.date(2026, 11, 24),
            "deleted_on": dt.date(2026, 12, 24),
            "gone_on": dt.date(2026, 12, 31),
            "export_url": "#",
            "cancel_url": "#",
        },
    }


def _entries() -> list[dict[str, Any]]:
    return [
        {
            "when": "17 Nov, 9:30 am",
            "icon": "pen",
            "title": "Shoulder review",
            "badge": _("Signed"),
            "badge_icon": "lock",
            "tone": "good",
            "who": "Mei Tanaka",
            "url": "#",
            "text": "Flexion 150°, painful arc 90–110°.",
        },
        {"when": "10 Nov, 9:30 am", "icon": "ban", "title": "Did not arrive", "who": "told by SMS"},
        {"when": "3 Nov, 4:12 pm", "icon": "file", "title": "Intake form completed"},
    ]


def _days() -> list[dict[str, Any]]:
    rows = [("Mon", 23, 0), ("Tue", 24, 6), ("Wed", 25, 9), ("Thu", 26, 4), ("Fri", 27, 8)]
    return [
        {
            "weekday": name,
            "number": number,
            "left": f"{left} left" if left else "full",
            "full": not left,
            "current": number == 24,
            "label": f"{name} {number} November",
            "url": "#",
        }
        for name, number, left in rows
    ]


def _times() -> list[dict[str, Any]]:
    parts = {"Morning": ["8:00", "10:30", "11:30"], "Afternoon": ["1:30", "3:30", "4:30"]}
    return [
        {
            "label": label,
            "times": [
                {
                    "value": time,
                    "label": f"{time} {'am' if label == 'Morning' else 'pm'}",
                    "checked": time == "10:30",
                }
                for time in times
            ],
        }
        for label, times in parts.items()
    ]


SERVICES = (
    "Follow-up",
    "First visit",
    "Orthotics",
    "Exercise class",
    "Nail care",
    "Massage",
    "Telehealth",
    "Home visit",
    "Admin",
    "Urgent",
)


@register.simple_tag
def samples() -> dict[str, Any]:
    """Return sample values for every component, and a form shown empty and with faults."""
    typed = {"name": "", "email": "mei at harbour", "view": "week", "pain": "11"}
    faulty = SampleForm({f"faulty-{name}": value for name, value in typed.items()}, prefix="faulty")
    faulty.full_clean()
    links = [("Day", True), ("Week", False), ("Month", False), ("List", False)]
    return {
        "form": SampleForm(),
        "faulty": faulty,
        "entries": _entries(),
        "facts": [
            (_("Service"), "Physio follow-up, 45 min"),
            (_("With"), "Mei Tanaka, room 2"),
            (_("Booked"), "by the client, online, 12 Nov"),
        ],
        "links": [{"label": label, "url": "#", "current": on} for label, on in links],
        "tabs": [
            {"label": "Timeline", "url": "#", "current": True},
            {"label": "Notes", "url": "#", "count": 12},
            {"label": "Files", "url": "#", "count": 3},
        ],
        "items": [
            {"label": "Copy the link", "url": "#", "icon": "link"},
            {"label": "Print", "url": "#", "icon": "print"},
            {"label": "Delete", "url": "#", "icon": "trash", "danger": True},
        ],
        "tiles": [
            {"number": 22, "label": "promises"},
            {"number": 20, "label": "kept, checked today"},
            {"number": 2, "label": "need your eye", "tone": "warn"},
            {"number": 0, "label": "broken"},
        ],
        "days": _days(),
        "times": _times(),
        "services": list(enumerate(SERVICES, start=1)),
    }
