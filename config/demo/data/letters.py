"""Makes the letters of a demo practice: its paper, a report that went to the doctor, a draft that still has gaps."""

from __future__ import annotations

from accounts.models import Member, Role
from clients.models import Client
from notes.letters import addressing, paper, sending, signing, templates, writing
from notes.letters.shown import USUAL
from notes.models import Addressee
from privacy.vocabulary.scope import Actor

REPORT = """Dear colleague,

Thank you for referring {name}. We have begun a course of treatment, and I write to tell you how it goes.

# Findings
- Strength of the left leg is **back to nine tenths** of the right one
- Full range without pain; swelling is gone
- Running twenty minutes on grass, every other day

# Plan
Two more visits, then a programme for the club's physiotherapist. I shall write again when we end.

Kind regards,"""


def add_letters(clients: list[Client]) -> None:
    """Give the known client a signed report, and the one before a draft."""
    member = Member.objects.get(role=Role.OWNER)
    by: Actor = member.actor
    offered = templates.provide_defaults(by=by)
    paper.choose(by=by, name="", lines="", foot="Physiotherapists registered with the board")
    known, other = clients[-1], clients[-2]
    doctor = next(iter(addressing.contacts()), None)
    addressee = Addressee.CONTACT if doctor else Addressee.CLIENT
    letter = writing.begin(
        by=by, member=member, client=known, template=None, addressee=addressee, contact=doctor
    )
    words = {name: getattr(letter, name) for name in writing.TYPED} | {
        "subject": "Re: progress after six weeks",
        "body": REPORT.format(name=known.full_name),
        "shows": USUAL,
    }
    letter = writing.save(by=by, letter=letter, version=letter.version, values=words)
    letter = signing.sign(by=by, letter=letter, version=letter.version)
    sending.hand_over(by=by, letter=letter, way="post")
    writing.begin(
        by=by,
        member=member,
        client=other,
        template=offered[0],
        addressee=addressee,
        contact=doctor,
    )
