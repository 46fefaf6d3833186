"""The demo's two practices, the same on every machine: invented people, nine months of work, told by a seed."""

from __future__ import annotations

import random
from typing import Any

from accounts import audit
from accounts.models import Member, Role
from accounts.tenancy import acting_in
from bookings.public.choices import publish_policy
from config.demo.data.around import add_contacts, add_families
from config.demo.data.care import add_care
from config.demo.data.clients import add_alerts, add_clients
from config.demo.data.consents import add_consents
from config.demo.data.diary import add_appointments
from config.demo.data.door import add_door
from config.demo.data.files import add_files
from config.demo.data.forms import add_forms, send_with_first_visits
from config.demo.data.letters import add_letters
from config.demo.data.notes import add_notes
from config.demo.data.open_notes import add_open_notes
from config.demo.data.practice import (
    PASSWORD,
    open_with_staff,
    provide_people,
    provide_places,
    provide_services,
)
from config.demo.data.requests import add_requests
from config.demo.data.rooms import add_rooms, give_rooms
from config.demo.data.times import add_times
from config.demo.data.together import Scene, add_together
from config.demo.data.twice import add_second_records
from config.demo.data.waiting import add_waiting
from config.demo.practices import HARBOUR, LIFFEY, POLICY, Practice, small
from notes import templates

__all__ = ["HARBOUR", "LIFFEY", "PASSWORD", "Practice", "load", "small"]


def load(practice: Practice) -> dict[str, Any]:
    """Make one practice with all its data; return what `bin/demo --facts` tells of it."""
    account, users = open_with_staff(practice)
    with acting_in(account.ref):
        people = provide_people(practice, users)
        places = provide_places(practice, people)
        offered = provide_services(practice, people)
        add_times(practice, people, places)
        add_rooms(practice, places, offered)
        publish_policy(by=Member.objects.get(role=Role.OWNER).actor, text=POLICY)
        templates.provide_defaults()
    chosen = random.Random(practice.slug)
    with acting_in(account.ref):
        clients = add_clients(practice, chosen)
    with acting_in(account.ref):
        add_alerts(clients, chosen)
        add_files(clients, random.Random(f"{practice.slug} files"))
        add_consents(
            practice, account.ref.city, clients, random.Random(f"{practice.slug} consents")
        )
        around = random.Random(f"{practice.slug} around")
        contacts = add_contacts(practice, clients, around)
        add_families(clients, contacts, around)
        seen = add_appointments(practice, clients, people, places, offered, chosen)
        add_together(Scene(practice, people, places[0], clients[-60:-20]), offered)
        give_rooms()
        add_care(clients, contacts, around)
    with acting_in(account.ref):
        add_notes(practice, seen, people, chosen)
        add_open_notes(practice, people, random.Random(f"{practice.slug} notes"))
        by = Member.objects.get(role=Role.OWNER).actor
        add_waiting(practice, by, clients, people, places, offered)
        add_second_records(clients)
        add_forms(clients, clients[-1], random.Random(f"{practice.slug} forms"))
        send_with_first_visits(offered)
        add_letters(clients)
        add_requests(clients)
        add_door(practice, random.Random(f"{practice.slug} door"))
        audit.record("demo.loaded", by=by, count=len(clients))
    known = practice.known
    return {
        "slug": account.slug,
        "region": account.home_region,
        "name": account.name,
        "owner_email": users[0].email,
        "owner_password": PASSWORD,
        "known_client": {
            name: getattr(known, name) for name in ("given_name", "family_name", "email", "phone")
        },
        "note_phrase": known.note_phrase,
    }
