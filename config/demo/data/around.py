"""Who stands around a demo practice's clients: doctors, funders, schools, and how people found the practice."""

from __future__ import annotations

import random

from uuid_utils.compat import uuid7

from clients.models import Client, Contact, Referral, ReferralType, Relationship
from config.demo.practices import Practice

WAYS = ("Web search", "Walked past", "Sports club", "Talk at school")
# kind, title, given name, family name, organisation, profession
CONTACTS = (
    ("gp", "Dr", "Ngaire", "Parata", "Quayside Family Practice", "General practitioner"),
    ("gp", "Dr", "Bilal", "Rahman", "Wattle Street Surgery", "General practitioner"),
    ("gp", "Dr", "Ciara", "Hegarty", "Bridge Road Medical Centre", "General practitioner"),
    ("specialist", "Dr", "Yuki", "Ogawa", "Harbour Orthopaedics", "Orthopaedic surgeon"),
    ("specialist", "Prof.", "Amelie", "Moreau", "Rheumatology Rooms", "Rheumatologist"),
    ("insurer", "", "", "", "Southern Mutual Health", ""),
    ("insurer", "", "Deepak", "Iyer", "Workcare Claims", "Case manager"),
    ("school", "", "Folau", "Tupou", "Banksia High School", "Learning support"),
    ("employer", "", "", "", "Lighthouse Logistics", ""),
    ("family", "", "Rosa", "Teixeira", "", "Carer"),
)


def add_contacts(practice: Practice, clients: list[Client], chosen: random.Random) -> list[Contact]:
    """Make contacts and say of most clients where they come from; return the contacts."""
    contacts = [
        Contact(
            kind=kind,
            title=title,
            given_name=given,
            family_name=family,
            organisation=organisation,
            profession=profession,
            phone=f"{practice.phone}{90_000 + number:05d}",
            email=f"contact.{number}@outside.example",
            city="Sydney" if practice.country == "AU" else "Dublin",
        )
        for number, (kind, title, given, family, organisation, profession) in enumerate(CONTACTS)
    ]
    Contact.objects.bulk_create(contacts)
    ways = [ReferralType(name=name, position=n) for n, name in enumerate(WAYS, 1)]
    ReferralType.objects.bulk_create(ways)
    found = []
    for number, client in enumerate(clients):
        if chosen.random() < 0.35:
            continue
        row = Referral(client=client)
        where = chosen.random()
        if where < 0.45:
            row.by_contact = chosen.choice(contacts[:5])
        elif where < 0.6 and number:
            row.by_client = clients[number - 1]
        else:
            row.by_type = chosen.choice(ways)
        found.append(row)
    Referral.objects.bulk_create(found)
    return contacts


def add_families(clients: list[Client], contacts: list[Contact], chosen: random.Random) -> None:
    """Give the youngest clients a parent who gets their messages, and some adults a partner."""
    children = [client for client in clients if client.birth_date.year >= 2012]
    adults = [client for client in clients if 1975 <= client.birth_date.year <= 1992]
    rows = []
    for child, parent in zip(children, chosen.sample(adults, len(children)), strict=True):
        pair = uuid7()
        mother = Relationship(
            client=child,
            other=parent,
            pair=pair,
            kind=Relationship.Kind.PARENT,
            can_book=True,
            can_fill_forms=True,
            gets_messages=True,
            gets_receipts=True,
            is_emergency=True,
            ends_at_adulthood=True,
        )
        rows += [mother, Relationship(client=parent, other=child, pair=pair, kind="child")]
    carer = contacts[-1]
    eldest = min(clients, key=lambda client: client.birth_date)
    rows.append(
        Relationship(
            client=eldest, contact=carer, kind="carer", gets_messages=True, note="Comes on weekdays"
        )
    )
    Relationship.objects.bulk_create(rows)
