"""Contacts as another system had them: doctors, insurers, schools and whoever else stands around clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clients.importing.kinds import Built, Choice, Field, Found, Kind, Record, Type, register
from clients.importing.people import country_choices
from clients.importing.plans import Plan
from clients.importing.seen import Seen
from clients.models import Contact

_DIRECT = (
    *(
        "title",
        "given_name",
        "family_name",
        "organisation",
        "profession",
        "number",
        "phone",
        "email",
    ),
    *("address", "city", "state", "post_code", "country", "notes"),
)


def _kinds() -> list[Choice]:
    kind = Contact.Kind
    words: dict[Any, tuple[str, ...]] = {
        kind.GP: ("doctor", "gp", "general practitioner", "family doctor", "standard"),
        kind.SPECIALIST: ("specialist", "consultant", "surgeon"),
        kind.INSURER: ("insurer", "third party payer", "funder", "insurance", "payer"),
        kind.SCHOOL: ("school", "teacher"),
        kind.EMPLOYER: ("employer", "company"),
        kind.FAMILY: ("family", "parent", "carer", "guardian"),
    }
    return [Choice(each, str(each.label), words.get(each, ("other",))) for each in kind]


FIELDS = (
    Field("reference", _("Number in the other system"), ("id", "contact id"), longest=60),
    Field("kind", _("Kind"), ("type", "kind", "contact type", "category", "doctor type"), Type.CHOICE, choices=_kinds),
    Field("title", _("Title"), ("title", "salutation"), longest=30),
    Field("given_name", _("Given name"), ("first name", "firstname", "given name")),
    Field("family_name", _("Family name"), ("last name", "lastname", "surname", "family name", "name")),
    Field("organisation", _("Organisation"), ("company", "company name", "organisation", "organization", "practice",
          "clinic name", "business name"), longest=120),
    Field("profession", _("Profession"), ("occupation", "profession", "specialty", "speciality")),
    Field("number", _("Provider or policy number"), ("provider number", "number", "npi"), longest=40),
    Field("phone", _("Phone"), ("phone", "phone number", "mobile", "work phone", "telephone"), Type.PHONE, longest=40),
    Field("email", _("E-mail"), ("email", "email address"), Type.MAIL, longest=254),
    Field("address", _("Street"), ("address", "address 1", "address 2", "address 3", "address line 1",
          "address line 2", "street", "street address"), Type.LONG, 400, "\n"),
    Field("city", _("Town or city"), ("city", "suburb", "town")),
    Field("state", _("State or region"), ("state", "province", "county")),
    Field("post_code", _("Postcode"), ("post code", "postcode", "postal", "zip", "zip code"), longest=20),
    Field("country", _("Country"), ("country",), Type.CHOICE, choices=country_choices),
    Field("notes", _("Notes"), ("notes", "comments"), Type.LONG, 4000, "\n\n"),
)  # fmt: skip


class Outsiders:
    """One pass over a file of contacts."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.seen = plan, Seen(plan)

    def look(self, records: Sequence[Record]) -> None:
        """Look for the same row or number, and for rows that name nobody."""
        self.seen.look(records)
        for record in records:
            if not any(
                record.values.get(name) for name in ("given_name", "family_name", "organisation")
            ):
                record.found.append(Found(self.plan.place_of("family_name"), "no_name"))

    def keys(self, records: Sequence[Record]) -> None:
        """Contacts lie under the account's key, which is there."""

    def build(self, record: Record) -> Iterator[Built]:
        """Return the contact."""
        told = record.values
        values = {name: told[name] for name in _DIRECT if told.get(name)}
        values["kind"] = told.get("kind") or Contact.Kind.OTHER
        values["created_at"] = self.plan.now
        yield Built(Contact, uuid7(), None, values)


register(
    Kind(
        "contacts",
        _("Contacts"),
        _("contact"),
        "phone",
        FIELDS,
        Contact,
        (Contact,),
        Outsiders,
        (
            (
                "Type",
                "Title",
                "First Name",
                "Last Name",
                "Company Name",
                "Provider Number",
                "Phone",
                "Email",
            ),
            (
                "Doctor",
                "Dr",
                "Ines",
                "Invented",
                "Sampleton Medical",
                "123456A",
                "02 5550 0101",
                "ines@doctor.example",
            ),
        ),
        position=20,
        help=_("Doctors who refer, insurers, schools: whoever stands around your clients."),
    )
)
