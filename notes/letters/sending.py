"""Letters on their way: by a link that is mailed and fetched, or by hand; whoever got one stands in the ledger.

The mail names no client. The letter stays in its region until somebody presses the button on the page of the link.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit, outbox
from accounts.cells import cell
from accounts.models import Member
from accounts.models.practice import current_anchor
from bookings.messaging.links import BadLink, absolute, open_text, sealed_text
from clients.disclosures import disclosing
from clients.disclosures.disclosing import Recipient, contact_as_recipient
from clients.disclosures.outward import stays
from clients.models import Disclosure
from notes.letters import paper
from notes.models import Addressee, Letter, LetterLink
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

PURPOSE = "notes.letter"
LIFE = timedelta(days=30)
JOB = "letter.mail"
BY_HAND = (Disclosure.Way.POST, Disclosure.Way.HAND)


def send(*, by: Actor, member: Member, letter: Letter, email: str) -> LetterLink:
    """Mail somebody a link to a signed letter. Raises `ValidationError` when it can't leave."""
    _be_ready(letter)
    link = LetterLink(
        letter=letter,
        client_id=letter.client_id,
        email=email,
        sent_by=member,
        expires_at=clock.now() + LIFE,
    )
    link.full_clean(exclude=["letter", "client", "sent_by"])
    link.save(force_insert=True)
    outbox.enqueue(JOB, {"link": str(link.pk)}, requested_by=member.pk)
    audit.record("letter.sent", by=by, of=letter, client_id=letter.client_id)
    return link


def revoke(*, by: Actor, link: LetterLink) -> LetterLink:
    """Make a link stop working; twice is once."""
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        link.save(update_fields=["revoked_at"])
        audit.record("letter.link_revoked", by=by, of=link, client_id=link.client_id)
    return link


def hand_over(*, by: Actor, letter: Letter, way: str) -> Disclosure:
    """Write into the ledger that a printed letter was posted or handed over. Raises `ValidationError`."""
    _be_ready(letter)
    return disclosing.note(
        by=by,
        client=letter.client,
        at=clock.now(),
        kinds=["clients.document"],
        to=recipient_of(letter),
        way=way,
        basis=Disclosure.Basis.INSTRUCTION,
        words=letter.subject or _("Letter"),
    )


def recipient_of(letter: Letter, address: str = "") -> Recipient:
    """Return the one to whom a letter goes, for the ledger."""
    if letter.contact is not None:
        return contact_as_recipient(letter.contact, address)
    named = letter.recipient.partition("\n")[0].strip()
    if letter.addressee == Addressee.CLIENT:
        return Recipient(Disclosure.To.CLIENT, named, address)
    return Recipient(Disclosure.To.OTHER, named, address)


def token_of(link: LetterLink) -> str:
    """Return the token of a link: an id, signed, and nothing personal."""
    return sealed_text(PURPOSE, urlsafe_b64encode(link.pk.bytes).decode().rstrip("="))


def find(token: str) -> LetterLink:
    """Return the link that a token stands for, with letter and file; raise `BadLink`."""
    try:
        pk = UUID(bytes=urlsafe_b64decode(open_text(PURPOSE, token) + "=="))
    except ValueError:
        raise BadLink from None
    link: LetterLink | None = (
        LetterLink.objects.select_related(
            "letter__client", "letter__contact", "letter__document", "letter__author"
        )
        .filter(pk=pk)
        .first()
    )
    if link is None:
        raise BadLink
    return link


@outbox.handles(JOB)
@stays("holds a link and names no client; who fetches the letter by it stands in the ledger")
def _mail(work: outbox.Work) -> None:
    link = LetterLink.objects.select_related("letter__client", "sent_by").get(
        pk=work.payload["link"]
    )
    if link.sent_at or not link.works:
        return
    account = current_anchor()
    with override(link.letter.client.language or None):
        values = {
            "practice": paper.chosen().name,
            "url": absolute(account.url("letter_link", token_of(link))),
            "expires_at": link.expires_at,
            "zone": link.letter.signed_zone,
            "is_clients_own": link.letter.addressee == Addressee.CLIENT,
        }
        subject = _("A letter from %(practice)s") % {"practice": values["practice"]}
        EmailMessage(
            subject=subject.replace("\n", " "),
            body=render_to_string("letters/mail/link.txt", values),
            to=[link.email],
        ).send(using=cell(account.cell).mailer)
    link.sent_at = clock.now()
    link.save(update_fields=["sent_at"])


def _be_ready(letter: Letter) -> None:
    document = letter.document
    if document is None or document.withdrawn_at is not None or not document.may_leave:
        raise ValidationError(_("This letter can’t leave: it is not signed, or was withdrawn."))
