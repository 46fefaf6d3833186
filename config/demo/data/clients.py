"""Makes the people whom a demo practice treats, with alerts and letters about some of them."""

from __future__ import annotations

import random
from datetime import date, timedelta

from clients.models import Alert, Client
from config.demo import names
from config.demo.data.details import add_further_phones, details
from config.demo.practices import Practice
from privacy.vocabulary import clock, keyring

BATCH = 500


def add_clients(practice: Practice, chosen: random.Random) -> list[Client]:
    """Make the clients, the known one last; return them."""
    pairs = [(given, family) for given in names.GIVEN for family in names.FAMILY]
    found = []
    apart = random.Random(f"{practice.slug} details")
    for number, (given, family) in enumerate(chosen.sample(pairs, practice.clients - 1)):
        found.append(
            Client(
                given_name=given,
                family_name=family.replace("OBrien", "O’Brien"),
                email=f"{given}.{family}.{number}@mail.example".lower(),
                phone=f"{practice.phone}{number:05d}",
                birth_date=date(
                    chosen.randint(1938, 2019), chosen.randint(1, 12), chosen.randint(1, 28)
                ),
                address=f"{chosen.randint(1, 180)} {chosen.choice(names.STREETS)}",
                reminders=chosen.choice(["email", "email", "sms", "both", "none"]),
                created_at=clock.now() - timedelta(days=chosen.randint(1, 900)),
                **details(practice, apart),
            )
        )
    known = practice.known
    found.append(
        Client(
            given_name=known.given_name,
            family_name=known.family_name,
            email=known.email,
            phone=known.phone,
            birth_date=date(1988, 3, 9),
            address="31 Fern Crescent",
            **details(practice, apart),
            created_at=clock.now() - timedelta(days=400),
        )
    )
    keyring.create_client_keys([client.pk for client in found])
    Client.objects.bulk_create(found, batch_size=BATCH)
    add_further_phones(practice, found[:-1], apart)
    return found


def add_alerts(clients: list[Client], chosen: random.Random) -> None:
    """Give some clients an alert."""
    alerts = []
    for client in chosen.sample(clients, len(clients) // 12):
        kind, severity, text = chosen.choice(names.ALERTS)
        alerts.append(Alert(client=client, kind=kind, severity=severity, text=text))
    Alert.objects.bulk_create(alerts)
