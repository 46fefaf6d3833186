"""Whose a row is: the client that appointments and notes name by number, or by name and what tells people apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from clients.importing.kinds import Field, Found, Record, Type
from clients.importing.known import Known
from clients.importing.plans import Plan
from clients.importing.seen import imported_as
from clients.models import Client

# What a row of another kind may say of its client
FIELDS = (
    Field("client_reference", _("Client: number in the other system"), ("client id", "patient id", "client number",
          "patient number", "patient guid"), longest=60,
          help=_("The number under which the client was imported.")),
    Field("client_name", _("Client: whole name"), ("client", "patient", "client name", "patient name", "name"),
          longest=160),
    Field("client_given", _("Client: given name"), ("first name", "patient first name", "client first name")),
    Field("client_family", _("Client: family name"), ("last name", "surname", "patient last name", "client last name")),
    Field("client_birth", _("Client: birth date"), ("date of birth", "dob", "birth date"), Type.DATE),
    Field("client_email", _("Client: e-mail"), ("email", "email address", "patient email"), Type.MAIL, longest=254),
)  # fmt: skip
ONE_OF = ("client_reference", "client_name", "client_family")


class Whose:
    """Finds the client of each row of one pass."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        names = ("client_name", "client_family", "client_given")
        self.known = Known.open() if any(plan.has(name) for name in names) else None

    def look(self, records: Sequence[Record]) -> None:
        """Put `client_id` among the values of each record, or say that nobody or several fit."""
        references = {str(record.values.get("client_reference") or "") for record in records}
        kept = imported_as(Client._meta.label, references, self.plan.source)
        for record in records:
            if record.known:
                continue
            found = kept.get(str(record.values.get("client_reference") or ""))
            several = False
            if found is None and self.known is not None:
                found, several = self.known.named(_named(record.values))
            if found is not None:
                record.values["client_id"] = found
            else:
                place = self.plan.place_of(*ONE_OF)
                told = (
                    record.values.get("client_reference") or record.values.get("client_name") or ""
                )
                record.found.append(
                    Found(place, "several_clients" if several else "no_client", str(told))
                )


def _named(told: dict[str, Any]) -> dict[str, Any]:
    """Return what a row says of its client by the names of a record's fields."""
    given, family = told.get("client_given") or "", told.get("client_family") or ""
    whole = str(told.get("client_name") or "")
    if whole and not family:
        last, comma, first = whole.partition(",")
        if comma:
            given, family = first.strip(), last.strip()
        else:
            given, _gap, family = whole.strip().rpartition(" ")
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": told.get("client_birth"),
        "email": told.get("client_email"),
    }
