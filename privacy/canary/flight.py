"""A canary's flight: a practice of nobody's opens in a region, its words go everywhere, and are looked for (RP-7)."""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import psycopg
from django.db import ProgrammingError, connections

from accounts import dispatch, outbox, sessions, signup
from accounts.cells import cell
from accounts.logs import LineFormatter
from accounts.models import Account, Location, Member, Practitioner, PrivacyNotice, User
from accounts.signup import Override
from accounts.tenancy import acting_in
from bookings.models import Service, ServiceOffer, WeeklyHours
from notes import templates as note_templates
from notes.intake import templates as form_templates
from privacy import closure
from privacy.canary import stores
from privacy.canary.inside import Inside
from privacy.canary.journey import PHONE, Journey
from privacy.canary.scanner import Hit, Scanner
from privacy.canary.stores import Held
from privacy.canary.words import Words
from privacy.vocabulary import clock

COUNTRIES = {"au": "AU", "eu": "IE", "us": "US"}
ZONES = {"au": "Australia/Sydney", "eu": "Europe/Dublin", "us": "America/Los_Angeles"}
LOGS = "logs"
# Told to the practice itself in clear: found in its region's database, it proves that rows were searched
PLAIN = "service: name"


@dataclass(frozen=True, slots=True, order=True)
class Find:
    """A word that was found: in which region's store (or `control`, `logs`), and how."""

    region: str
    store: str
    hit: Hit

    def __str__(self) -> str:
        packed = f" in {self.hit.packed}" if self.hit.packed else ""
        return f"{self.region} {self.store}: “{self.hit.name}” as {self.hit.shape}{packed}"


@dataclass(slots=True)
class Flight:
    """What a canary was and did."""

    region: str
    words: Words = field(default_factory=Words)
    log: io.StringIO = field(default_factory=io.StringIO)
    seen: list[bytes] = field(default_factory=list)
    account: Account | None = None

    def scanner(self) -> Scanner:
        """Return what knows the canary's words."""
        digits = {"phone": PHONE.replace(" ", "")[1:]}
        return Scanner(self.words.given, values=self.words.values | digits)

    def finds(self, held: Iterable[Held]) -> list[Find]:
        """Return every word in what stores hold, once for each store and shape."""
        scanner = self.scanner()
        found = {
            Find(region, store.partition(":")[0] if region == self.region else store, hit)
            for region, store, data in held
            for hit in scanner.find(data)
        }
        return sorted(found)

    def astray(self, finds: Iterable[Find]) -> list[Find]:
        """Return the finds outside the region, in logs, and inside it wherever sealed words lie open."""
        return [
            each
            for each in finds
            if each.region != self.region or (each.store in SEALED and each.hit.name != PLAIN)
        ]


# Stores of a region in which no word of a client may be read, its own region's or not (CR-1)
SEALED = ("database", "keyring", "valkey", "objects")


def fly(region: str) -> Flight:
    """Open the canary's practice in a region and go its whole way through the product, in this process."""
    flight = Flight(region)
    with _listening(flight.log):
        account, member = _open(flight)
        flight.account = account
        host = cell(account.cell).host
        owner, visitor = Inside(host), Inside(host)
        _sign_in(owner, account, member)
        journey = Journey(
            account.slug,
            visitor,
            owner,
            flight.words,
            lambda: _run_jobs(account),
            lambda: _broken(cell(account.cell).database, flight.words.word("broken: error")),
        )
        journey.walk()
        flight.seen = journey.seen
        with acting_in(account.ref, by=member.actor):
            closure.start(by=member.actor, member=member, has_copy=True)
        _run_jobs(account)
    return flight


def held_here(flight: Flight) -> Iterator[Held]:
    """Yield what every store of this process holds, its log, and what the canary was shown."""
    yield from stores.everything()
    yield LOGS, "this process", flight.log.getvalue().encode()
    for number, page in enumerate(flight.seen):
        yield flight.region, f"page: {number}", page


def missing(flight: Flight, finds: Iterable[Find], *, expected: Iterable[str]) -> list[str]:
    """Return the stores of the region in which words must be found, and weren't: then the search proves nothing."""
    there = {each.store for each in finds if each.region == flight.region}
    return [name for name in expected if name not in there]


def _open(flight: Flight) -> tuple[Account, Member]:
    words = flight.words
    user = User(email=f"{secrets.token_hex(8)}@canary.invalid", name="Canary")
    user.set_unusable_password()
    user.save()
    account = signup.open_account(
        by=user,
        name="Canary",
        country=COUNTRIES[flight.region],
        override=Override(flight.region, Account.RegionBasis.REQUESTED, "canary", "residency"),
        slug=f"canary-{secrets.token_hex(6)}",
    )
    furnish(account, words)
    with acting_in(account.ref):
        member: Member = Member.objects.get(user_id=user.pk)
        str(member.name)
    return account, member


def furnish(account: Account, words: Words) -> None:
    """Give a practice a service that anybody may book every day, a notice, and templates."""
    with acting_in(account.ref):
        practitioner = Practitioner.objects.get()
        location = Location(name="Rooms", time_zone=ZONES[account.home_region])
        location.save(force_insert=True)
        service = Service(name=words.word(PLAIN), duration_minutes=60, notice_minutes=0)
        service.save(force_insert=True)
        ServiceOffer(service=service, practitioner=practitioner).save(force_insert=True)
        for weekday in range(1, 8):
            WeeklyHours(
                practitioner=practitioner,
                location=location,
                weekday=weekday,
                starts=time(8),
                ends=time(18),
            ).save(force_insert=True)
        PrivacyNotice(version=1, text="A canary's notice.").save(force_insert=True)
        note_templates.provide_defaults()
        form_templates.provide_defaults()


def _sign_in(browser: Inside, account: Account, member: Member) -> None:
    with acting_in(account.ref):
        secret = sessions.start(member, proved_at=clock.now(), browser="canary")
    name = sessions.cookie_name(account.slug)
    browser.client.cookies[name] = f"{account.cell}.{account.pk.hex}.{secret}"


def _run_jobs(account: Account) -> None:
    """Run the account's due jobs as its worker would, also those that they ask for."""
    for _round in range(20):
        due = [job for ref, job in dispatch.due(account.cell) if ref.id == account.pk]
        if not sum(outbox.run(account.ref, job) for job in due):
            return


@contextmanager
def _listening(log: io.StringIO) -> Iterator[None]:
    """Keep what this process logs, as it is written everywhere."""
    handler = logging.StreamHandler(log)
    handler.setFormatter(LineFormatter())
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


@contextmanager
def _broken(alias: str, word: str) -> Iterator[None]:
    """Let every change of a client fail as a table that is gone would: with the values in the error's own words."""

    def breaking(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.startswith("UPDATE") and '"clients_client"' in statement:
            raise ProgrammingError(f"Key (given_name)=({word})") from psycopg.ProgrammingError(word)
        return execute(statement, params, many, context)

    with connections[alias].execute_wrapper(breaking):
        yield
