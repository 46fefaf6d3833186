"""Clients as another system had them: the fields of a record, and what of a row becomes a client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.jurisdiction import countries
from accounts.models import Location
from accounts.time_zones import zone_info
from clients.importing.kinds import Built, Choice, Field, Found, Kind, Record, Type, register
from clients.importing.known import Known, Rows
from clients.importing.plans import ALIKE_SKIP, Plan
from clients.importing.seen import Seen
from clients.models import Client, ContactPoint
from privacy.vocabulary import keyring

_FIRST_BIRTH = date(1890, 1, 1)
_LONG = 10_000
# Field → what a further number or address is for; taken as the first one while there is none
_PHONES = {
    "home_phone": ContactPoint.Use.HOME,
    "work_phone": ContactPoint.Use.WORK,
    "more_phone": ContactPoint.Use.OTHER,
}
_DIRECT = (
    *("title", "given_name", "family_name", "preferred_name", "pronouns", "sex", "gender_identity"),
    *("birth_date", "email", "address", "city", "state", "post_code", "country", "occupation"),
    *("emergency_contact", "health_number", "admin_notes", "booking_notes", "reminders"),
)


def _sexes() -> list[Choice]:
    sex = Client.Sex
    return [
        Choice(sex.FEMALE, str(sex.FEMALE.label), ("f", "w", "woman", "girl", "weiblich")),
        Choice(sex.MALE, str(sex.MALE.label), ("m", "man", "boy", "männlich")),
        Choice(
            sex.OTHER,
            str(sex.OTHER.label),
            ("x", "o", "other", "intersex", "indeterminate", "non binary", "divers", "unspecified"),
        ),
        Choice(
            "", str(_("Leave empty")), ("not stated", "unknown", "prefer not to say", "not set")
        ),
    ]


def _reminders() -> list[Choice]:
    ways = Client.Reminders
    return [
        Choice(ways.EMAIL, str(ways.EMAIL.label), ("email", "mail")),
        Choice(ways.SMS, str(ways.SMS.label), ("text", "text message", "mobile")),
        Choice(
            ways.BOTH,
            str(ways.BOTH.label),
            ("sms & email", "email and sms", "sms and email", "both"),
        ),
        Choice(ways.NONE, str(ways.NONE.label), ("no", "off", "do not contact", "never")),
    ]


def country_choices() -> list[Choice]:
    more = {"GB": ("uk", "england", "scotland", "wales", "britain"), "US": ("usa", "america")}
    named = [Choice(each.code, each.name, more.get(each.code, ())) for each in countries()]
    return [Choice("", str(_("Leave empty")), ()), *named]


def locations() -> list[Choice]:
    """Return the practice's locations, for values of a column to stand for."""
    rows = Location.objects.filter(archived_at=None).order_by("id")
    return [
        *(Choice(str(each.pk), str(each.name)) for each in rows),
        Choice("", str(_("Leave empty"))),
    ]


FIELDS = (
    Field("reference", _("Number in the other system"), ("id", "client id", "patient id", "patient number",
          "client number", "patient guid", "chart number", "file number", "old reference id"), longest=60,
          help=_("By it the same client is known again, and appointments and notes find their client.")),
    Field("title", _("Title"), ("title", "salutation", "prefix"), longest=30),
    Field("given_name", _("Given name"), ("first name", "firstname", "given name", "forename", "vorname", "first"),
          is_needed=True),
    Field("middle_name", _("Middle name"), ("middle name", "middle names", "middle")),
    Field("family_name", _("Family name"), ("last name", "lastname", "surname", "family name", "nachname", "last")),
    Field("preferred_name", _("Preferred name"), ("preferred name", "preferred first name", "nickname", "known as")),
    Field("pronouns", _("Pronouns"), ("pronouns", "pronoun"), longest=40),
    Field("birth_date", _("Birth date"), ("date of birth", "dob", "birth date", "birthdate", "born", "birthday",
          "geburtsdatum"), Type.DATE),
    Field("sex", _("Sex"), ("sex", "gender", "legal sex", "geschlecht"), Type.CHOICE, choices=_sexes),
    Field("gender_identity", _("Gender identity"), ("gender identity",), longest=60),
    Field("email", _("E-mail"), ("email", "email address", "e mail", "mail"), Type.MAIL, longest=254),
    Field("phone", _("Mobile or first phone"), ("mobile", "mobile phone", "cell", "cell phone", "phone", "phone number",
          "mobile number", "phone mobile", "telephone"), Type.PHONE, longest=40),
    Field("home_phone", _("Home phone"), ("home phone", "phone home", "home"), Type.PHONE, longest=40),
    Field("work_phone", _("Work phone"), ("work phone", "phone work", "work", "business phone"), Type.PHONE, longest=40),
    Field("more_phone", _("Another phone"), ("other phone", "phone other", "phone 2"), Type.PHONE, longest=40),
    Field("address", _("Street"), ("address", "address 1", "address 2", "address 3", "address line 1", "address line 2",
          "address line 3", "street", "street address", "street address 2"), Type.LONG, 400, "\n"),
    Field("city", _("Town or city"), ("city", "suburb", "town", "locality", "ort")),
    Field("state", _("State or region"), ("state", "province", "county", "region")),
    Field("post_code", _("Postcode"), ("post code", "postcode", "postal", "postal code", "zip", "zip code", "plz"),
          longest=20),
    Field("country", _("Country"), ("country", "land"), Type.CHOICE, choices=country_choices),
    Field("emergency_contact", _("Emergency contact"), ("emergency contact", "emergency contact name",
          "emergency contact phone", "next of kin", "emergency contact relationship"), Type.LONG, 500, "\n"),
    Field("occupation", _("Occupation"), ("occupation", "job", "profession"), longest=120),
    Field("health_number", _("Health insurance number"), ("medicare", "medicare number", "nhs number",
          "personal health number", "health number", "nhi", "nhi number", "health card number"), longest=40),
    Field("reminders", _("Reminders"), ("reminder type", "reminders", "reminder"), Type.CHOICE, choices=_reminders),
    Field("location", _("Location"), ("location", "clinic", "default location"), Type.CHOICE, choices=locations),
    Field("admin_notes", _("Notes for the front desk"), ("notes", "comments", "client notes", "patient notes", "alerts"),
          Type.LONG, _LONG, "\n\n"),
    Field("booking_notes", _("Notes for bookings"), ("appointment notes", "booking notes"), Type.LONG, _LONG, "\n\n"),
    Field("created_at", _("Client since"), ("created at", "created", "registration date", "member since",
          "client since", "date created"), Type.MOMENT),
    Field("archived_at", _("Archived on"), ("archived at", "archived on", "date archived"), Type.MOMENT),
    Field("is_active", _("Is active"), ("active", "is active"), Type.YES),
)  # fmt: skip


class People:
    """One pass over a file of clients."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.seen, self.rows, self.known = Seen(plan), Rows(), Known.open()
        self.zone = zone_info(plan.zone)
        self._ids: dict[int, UUID] = {}

    def look(self, records: Sequence[Record]) -> None:
        """Look for birth dates that can't be, for the same row or number, and for people who are here already."""
        self.seen.look(records)
        for record in records:
            _look_at_birth(record, self.plan)
            if record.is_taken:
                self._look_for_others(record)

    def keys(self, records: Sequence[Record]) -> None:
        """Make a key for each new client."""
        self._ids = {record.row: uuid7() for record in records}
        keyring.create_client_keys(self._ids.values())

    def build(self, record: Record) -> Iterator[Built]:
        """Return the client, then further phones."""
        pk, told = self._ids[record.row], record.values
        values = {name: told[name] for name in _DIRECT if told.get(name) not in (None, "")}
        if told.get("middle_name"):
            values["given_name"] = f"{told['given_name']} {told['middle_name']}"[:80]
        phone, further = _phones(told)
        index = _normalised if any(each.code == "no_phone" for each in record.found) else _whole
        if phone:
            values |= {"phone": phone[1], "phone_use": phone[0]}
            values["phone_index"] = index(Client, "phone", phone[1])
        if told.get("location"):
            values["location_id"] = told["location"]
        values["provenance"] = "import"
        values["old_reference"] = record.reference
        values["created_at"] = self._instant(told.get("created_at")) or self.plan.now
        values["archived_at"] = self._archived(told)
        yield Built(Client, pk, pk, values)
        for position, (use, number) in enumerate(further):
            point: dict[str, Any] = {"client_id": pk, "kind": ContactPoint.Kind.PHONE, "use": use}
            point |= {"value": number, "value_index": index(ContactPoint, "value", number)}
            yield Built(ContactPoint, uuid7(), pk, {**point, "position": position})

    def _look_for_others(self, record: Record) -> None:
        other, row = self.known.like(record.values), self.rows.like(record.values, record.row)
        if other is not None and self.plan.alike == ALIKE_SKIP:
            record.known = "left_out"
        elif other is not None:
            record.found.append(Found(None, "like_client", is_error=False))
        elif row is not None:
            record.found.append(Found(None, "like_row", str(row), is_error=False))

    def _archived(self, told: dict[str, Any]) -> datetime | None:
        found = self._instant(told.get("archived_at"))
        return found or (self.plan.now if told.get("is_active") is False else None)

    def _instant(self, moment: Any) -> datetime | None:
        """Return when something was, in the practice's zone where the file doesn't say; never later than now."""
        if moment is None:
            return None
        wall = datetime.combine(moment.day, moment.clock or time(12), self.zone)
        return min(moment.instant or wall, self.plan.now)


def _look_at_birth(record: Record, plan: Plan) -> None:
    born = record.values.get("birth_date")
    if born and not _FIRST_BIRTH <= born <= plan.today:
        code = "future" if born > plan.today else "too_early"
        record.found.append(Found(plan.place_of("birth_date"), code, born.isoformat()))


def _whole(model: type[Model], field: str, number: str) -> bytes | None:
    """Return the keyed hash of a number that is in E.164: reading it once more takes longer than sealing its row."""
    return keyring.blind_index(f"{model._meta.label}.{field}", number)


def _normalised(model: type[Model], field: str, number: str) -> bytes | None:
    """Return nothing: the hash of a number that could not be read is left to its field."""
    return None


def _phones(told: dict[str, Any]) -> tuple[tuple[str, str] | None, list[tuple[str, str]]]:
    """Return the first phone, a mobile if there is one, and the further ones, each with its use."""
    found: list[tuple[str, str]] = []
    if told.get("phone"):
        found.append((Client.PhoneUse.MOBILE, told["phone"]))
    for name, use in _PHONES.items():
        if told.get(name) and told[name] not in [number for _use, number in found]:
            found.append((use, told[name]))
    return (found[0] if found else None), found[1:]


_SAMPLE: Iterable[tuple[str, ...]] = (
    ("Patient ID", "First Name", "Last Name", "Date of Birth", "Sex", "Email", "Mobile", "Address", "City", "State",
     "Postcode"),
    ("1001", "Rosa", "Invented", "23/04/1981", "Female", "rosa@mail.example", "0491 570 156", "1 Example Street",
     "Sampleton", "NSW", "2999"),
    ("1002", "Theo", "Madeup", "07/11/1975", "Male", "theo@mail.example", "0491 570 157", "2 Example Street",
     "Sampleton", "NSW", "2999"),
)  # fmt: skip

register(
    Kind(
        "clients",
        _("Clients"),
        _("client"),
        "users",
        FIELDS,
        Client,
        (Client, ContactPoint),
        People,
        tuple(_SAMPLE),
        position=10,
        help=_(
            "Names, birth dates, phones, addresses. Import them first: the rest finds its people by them."
        ),
    )
)
