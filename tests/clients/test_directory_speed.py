"""The directory opens 50,000 people at once and finds one in a blink (performance.md G5, privacy.md CR-9)."""

import random
import time
from datetime import date, timedelta

import pytest
from uuid_utils.compat import uuid7

from accounts.tenancy import acting_in
from clients import directory
from clients.models import Client
from privacy.vocabulary import clock, keyring
from tests.factories import make_account

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.heavy]
PEOPLE = 50_000
GIVEN = [
    "Noah",
    "Leila",
    "Priya",
    "Jack",
    "Hana",
    "Omar",
    "Grace",
    "Ewa",
    "Dan",
    "Sione",
    "Ana",
    "Wei",
    "Zoë",
    "Łukasz",
    "Çağla",
]
FAMILY = [
    "Brandt",
    "Haddad",
    "Raman",
    "Suzuki",
    "Farouk",
    "Mensah",
    "Kowalska",
    "Whitlam",
    "Tupou",
    "Vega",
    "Chen",
]


def test_fifty_thousand_people() -> None:
    account = make_account()
    dice = random.Random(7)
    with acting_in(account.ref):
        ids = [uuid7() for _ in range(PEOPLE)]
        keyring.create_client_keys(ids)
        Client.objects.bulk_create(
            (
                Client(
                    id=pk,
                    given_name=dice.choice(GIVEN),
                    family_name=f"{dice.choice(FAMILY)}{dice.randrange(9000)}",
                    email=f"person{n}@mail.example",
                    phone=f"+6141{n:07d}",
                    updated_at=clock.now() - timedelta(hours=1),
                    birth_date=date(1940 + n % 70, 1 + n % 12, 1 + n % 28),
                )
                for n, pk in enumerate(ids)
            ),
            batch_size=2000,
        )
    colds, warms = [], []
    for _ in range(3):
        keyring.forget()
        directory.forget()
        with acting_in(account.ref):
            colds.append(timed("leila h"))
            warms += [
                timed(words) for words in ("leila haddad7", "o", "person41999", "0412345", "zz")
            ]
    print(
        f"cold {min(colds):.0f} ms, warm {sorted(warms)[len(warms) // 2]:.1f} ms",
        [f"{w:.1f}" for w in warms],
    )
    assert min(colds) < 4000
    assert sorted(warms)[len(warms) // 2] < 50


def timed(words: str) -> float:
    start = time.perf_counter()
    directory.search(words)
    return (time.perf_counter() - start) * 1000
