"""A small practice with a record of every sort, and its jobs run as a worker would."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import outbox
from accounts.models import Account, Member, OutboxJob, Role
from accounts.tenancy import acting_in
from bookings.models import Message
from clients.documents import keeping
from clients.models import Alert, Client, Document
from notes.models import Addendum, Note
from notes.writing import put
from privacy.vocabulary import clock
from privacy.vocabulary.scope import SYSTEM
from tests.factories import make_appointment, make_client

FILE = b"Referral: knee pain since the marathon. " * 2000
PHRASE = "Walks with a heron-shaped stick"


def fill(account: Account, **about: Any) -> Client:
    """Give the account one client with an appointment, a note, an alert, a message and a file; return the client."""
    with acting_in(account.ref):
        client = make_client(**{"phone": "+61 412 555 019", **about})
        appointment = make_appointment(client)
        practitioner = appointment.practitioner
        note = Note(
            client=client,
            author=practitioner,
            state=Note.State.FINAL,
            provenance="import",
            signed_at=clock.now(),
        )
        put(note, by=SYSTEM, title="First visit", content={"s": PHRASE})
        note.save(force_insert=True)
        note.words.save(force_insert=True)
        Addendum(
            note=note,
            client=client,
            author=practitioner,
            author_name="Mei",
            text=PHRASE,
            content_hash="0",
        ).save(force_insert=True)
        Alert(client=client, kind="allergy", text="Latex, severe").save(force_insert=True)
        Message(
            client=client,
            channel="email",
            category="reminder",
            address="x@mail.example",
            body="See you",
        ).save(force_insert=True)
        store(client, "Überweisung.txt", FILE)
        return client


def store(client: Client, name: str, content: bytes) -> Document:
    """Return a saved document of a client in the open account, its bytes sealed in the region's store."""
    upload = SimpleUploadedFile(name, content)
    member: Member = Member.objects.get(role=Role.OWNER)
    return keeping.attach(by=member.actor, client=client, upload=upload)


def jobs(account: Account, name: str = "") -> list[OutboxJob]:
    """Return the account's waiting jobs, oldest first."""
    with acting_in(account.ref):
        waiting = OutboxJob.objects.filter(done_at=None, failed_at=None).order_by("run_at", "id")
        return list(waiting.filter(name=name) if name else waiting)


def run_jobs(account: Account, name: str = "") -> list[str]:
    """Run every job that is due, as a worker would, also those that jobs ask for; return their names in order."""
    done: list[str] = []
    while True:
        ran = [job.name for job in jobs(account, name) if outbox.run(account.ref, job.pk)]
        if not ran:
            return done
        done += ran
