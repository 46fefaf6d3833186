"""Who stands around a demo practice's clients: doctors, funders, schools, and how people found the practice."""

from __future__ import annotations

import random

from clients.models import Client, Contact, Referral, ReferralType
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
