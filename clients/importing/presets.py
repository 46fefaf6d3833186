"""What files of other systems call their columns: Cliniko, Jane and Nookal style files are matched without asking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clients.importing.kinds import Field, Kind
from clients.importing.reading.dialects import plain

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Preset:
    """A system: its name, and by kind of file what its headings are where the words of the fields don't say it.

    `signs` are headings by which its files are known; "" as a field leaves a column out.
    """

    code: str
    name: str
    headings: Mapping[str, Mapping[str, str]]
    signs: Mapping[str, tuple[str, ...]]


PRESETS = (
    Preset(
        "cliniko",
        "Cliniko",
        {
            "clients": {
                "id": "reference", "first name": "given_name", "last name": "family_name",
                "preferred first name": "preferred_name", "date of birth": "birth_date", "sex": "sex",
                "gender": "gender_identity", "mobile phone": "phone", "phone number": "phone", "fax": "",
                "medicare": "health_number", "medicare reference number": "", "dva card number": "",
                "reminder type": "reminders", "notes": "admin_notes", "appointment notes": "booking_notes",
                "created at": "created_at", "archived at": "archived_at", "updated at": "",
                "emergency contact": "emergency_contact", "time zone": "", "old reference id": "",
            },
            "contacts": {"id": "reference", "type": "kind", "doctor type": "", "company name": "organisation",
                         "occupation": "profession", "provider number": "number", "updated at": "",
                         "preferred name": ""},
            "appointments": {
                "id": "reference", "patient id": "client_reference", "patient": "client_name",
                "patient name": "client_name", "practitioner": "practitioner", "appointment type": "service",
                "business": "location", "appointment start": "starts_at", "appointment end": "ends_at",
                "starts at": "starts_at", "ends at": "ends_at", "start time": "starts_at", "end time": "ends_at",
                "cancelled at": "cancelled_at", "cancellation reason": "cancel_reason", "notes": "comment",
                "did not arrive": "no_show", "patient arrived": "arrived", "created at": "created_at",
                "updated at": "",
            },
            "notes": {
                "id": "reference", "patient id": "client_reference", "patient": "client_name",
                "practitioner": "author", "author": "author", "template name": "title", "title": "title",
                "content": "text", "created at": "written_at", "finalized at": "signed_at",
                "updated at": "", "draft": "",
            },
        },
        {
            "clients": ("preferred first name", "reminder type", "medicare reference number", "dva card number",
                        "old reference id", "appointment notes", "archived at"),
            "contacts": ("doctor type", "provider number", "preferred name"),
            "appointments": ("appointment type", "business", "did not arrive", "patient arrived", "appointment start"),
            "notes": ("template name", "finalized at"),
        },
    ),
    Preset(
        "jane",
        "Jane",
        {
            "clients": {
                "patient number": "reference", "patient guid": "reference", "first name": "given_name",
                "middle name": "middle_name", "last name": "family_name", "preferred name": "preferred_name",
                "birth date": "birth_date", "legal sex": "sex", "sex": "sex", "gender": "gender_identity",
                "mobile phone": "phone", "home phone": "home_phone", "work phone": "work_phone",
                "personal health number": "health_number", "client since": "created_at", "member since": "created_at",
                "discharged": "", "street address": "address", "street address 2": "address", "province": "state",
                "postal": "post_code", "family doctor": "", "referral source": "",
            },
            "appointments": {
                "guid": "reference", "appointment guid": "reference", "patient number": "client_reference",
                "patient guid": "client_reference", "patient": "client_name", "patient name": "client_name",
                "staff member": "practitioner", "staff member name": "practitioner", "practitioner": "practitioner",
                "treatment": "service", "treatment name": "service", "start at": "starts_at", "end at": "ends_at",
                "starts at": "starts_at", "ends at": "ends_at", "state": "state", "status": "state",
                "location": "location", "location name": "location", "booked at": "created_at",
                "cancelled at": "cancelled_at", "no show at": "no_show", "arrived at": "arrived",
            },
            "notes": {
                "patient number": "client_reference", "patient guid": "client_reference", "patient": "client_name",
                "author": "author", "staff member": "author", "chart entry guid": "reference", "guid": "reference",
                "title": "title", "entry": "text", "chart": "text", "entered at": "written_at",
                "signed at": "signed_at", "entered on": "written_at",
            },
        },
        {
            "clients": ("patient guid", "patient number", "personal health number", "legal sex", "postal", "province",
                        "member since", "client since", "discharged"),
            "appointments": ("staff member", "staff member name", "treatment name", "treatment", "start at", "booked at"),
            "notes": ("chart entry guid", "entered at", "entered on", "chart", "entry"),
        },
    ),
    Preset(
        "nookal",
        "Nookal",
        {
            "clients": {
                "client id": "reference", "first name": "given_name", "middle name": "middle_name",
                "last name": "family_name", "nickname": "preferred_name", "date of birth": "birth_date", "dob": "birth_date",
                "gender": "sex", "mobile": "phone", "home": "home_phone", "work": "work_phone",
                "address 1": "address", "addr 1": "address", "addr 2": "address", "addr 3": "address",
                "suburb": "city", "medicare no": "health_number", "registration date": "created_at",
                "date created": "created_at", "active": "is_active", "alerts": "admin_notes", "notes": "admin_notes",
                "client notes": "admin_notes", "consent": "", "deceased": "",
            },
            "appointments": {
                "appointment id": "reference", "client id": "client_reference", "client": "client_name",
                "client name": "client_name", "practitioner": "practitioner", "provider": "practitioner",
                "appointment type": "service", "type": "service", "location": "location",
                "appointment date": "date", "date": "date", "start time": "start_time", "end time": "end_time",
                "duration": "minutes", "status": "state", "arrived": "arrived", "cancelled": "cancelled",
                "dna": "no_show", "date created": "created_at", "notes": "comment",
            },
            "notes": {
                "note id": "reference", "client id": "client_reference", "client": "client_name",
                "practitioner": "author", "provider": "author", "note": "text", "notes": "text", "content": "text",
                "date": "written_at", "date created": "written_at", "case": "title", "template": "title",
            },
        },
        {
            "clients": ("client id", "addr 1", "suburb", "medicare no", "registration date", "nickname"),
            "appointments": ("appointment id", "dna", "appointment date", "provider"),
            "notes": ("note id", "case", "provider"),
        },
    ),
)  # fmt: skip
NAMES = {each.code: each.name for each in PRESETS}


def preset_of(kind: Kind, headings: Sequence[str]) -> Preset | None:
    """Return the system whose signs stand among the headings, the one with most of them."""
    names = {plain(heading) for heading in headings}
    scores = [
        (sum(plain(sign) in names for sign in each.signs.get(kind.name, ())), -place, each)
        for place, each in enumerate(PRESETS)
    ]
    best = max(scores, key=lambda score: score[:2])
    return best[2] if best[0] >= 2 else None


def field_by_heading(kind: Kind, heading: str, preset: Preset | None) -> Field | None:
    """Return what a heading says by itself, as the system has it or as any does."""
    name = plain(heading)
    if preset is not None:
        for known, told in preset.headings.get(kind.name, {}).items():
            if plain(known) == name:
                return kind.field(told)
    for field in kind.fields:
        if name in {plain(word) for word in (*field.words, field.name, str(field.label))}:
            return field
    return None


def is_left_out(kind: Kind, heading: str, preset: Preset | None) -> bool:
    """Tell whether a system's heading is known to be of no use here."""
    known = preset.headings.get(kind.name, {}) if preset else {}
    return any(plain(each) == plain(heading) and not field for each, field in known.items())


def known_headings() -> set[str]:
    """Return every heading that any kind of file is known to have, for finding the row of the headings."""
    return {
        plain(heading) for each in PRESETS for kind in each.headings.values() for heading in kind
    }


__all__ = [
    "NAMES",
    "OTHER",
    "PRESETS",
    "Preset",
    "field_by_heading",
    "is_left_out",
    "known_headings",
    "preset_of",
]
