"""Writing letters: begun from a template for somebody, saved as they are typed, copied, discarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts import audit
from accounts.models import Member, Practitioner
from accounts.models.practice import current_anchor
from accounts.practice_settings import zone as practice_zone
from clients import addresses
from clients.models import Client, Contact
from notes.letters import fields, paper
from notes.letters.shown import USUAL, clean
from notes.models import Addressee, Letter, LetterTemplate
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

TYPED = ("addressee", "contact", "recipient", "subject", "body", "shows", "dated_on")


class Closed(RuntimeError):
    """A letter is no draft any more, or somebody else's."""


class StaleWrite(RuntimeError):
    """Another page has saved the draft since; `stored` is the letter as it is kept."""

    def __init__(self, stored: Letter) -> None:
        super().__init__("The draft was changed meanwhile.")
        self.stored = stored


def begin(
    *,
    by: Actor,
    member: Member,
    client: Client,
    template: LetterTemplate | None,
    addressee: str,
    contact: Contact | None = None,
    recipient: str = "",
) -> Letter:
    """Begin a letter with a template's words, its fields filled for this client and recipient. Return the draft."""
    recipient = recipient or block_of(client, addressee, contact)
    letter = Letter(
        client=client,
        author=member,
        template=template,
        template_version=template.version if template else 0,
        addressee=addressee,
        contact=contact if addressee == Addressee.CONTACT else None,
        recipient=recipient,
        dated_on=clock.today(practice_zone()),
        shows=clean(template.shows) if template else USUAL,
    )
    facts = fields.Facts(
        client=client,
        contact=letter.contact,
        recipient=recipient,
        member=member,
        author=Practitioner.objects.filter(member=member, deactivated_at=None).first(),
        paper=paper.chosen(),
        today=letter.dated_on,
        is_to_client=addressee == Addressee.CLIENT,
    )
    if template is not None:
        letter.subject = fields.fill(template.subject, facts)[:200]
        letter.body = fields.fill(template.body, facts)[:20_000]
    letter.full_clean(exclude=["client", "author", "template", "contact", "document"])
    letter.save(force_insert=True)
    audit.record("letter.begun", by=by, of=letter, client_id=client.pk)
    return letter


def block_of(client: Client, addressee: str, contact: Contact | None) -> str:
    """Return name and address as they stand on a letter."""
    home = current_anchor().country
    if addressee == Addressee.CLIENT:
        named = " ".join(part for part in (client.title, client.full_name) if part)
        return "\n".join([named, *addresses.lines(client, home)])
    if contact is None:
        return ""
    names = [contact.person, str(contact.organisation)]
    return "\n".join([*(name for name in names if name), *addresses.lines(contact, home)])


def save(*, by: Actor, letter: Letter, version: int, values: Mapping[str, Any]) -> Letter:
    """Keep what was typed since `version` and return the letter; the same again makes no new version.

    `values` are those of `TYPED`. Raises `StaleWrite` and `Closed`.
    """
    stored = lock(by, letter)
    same = all(getattr(stored, name) == values[name] for name in TYPED)
    if same:
        return stored
    if stored.version != version:
        raise StaleWrite(stored)
    for name in TYPED:
        setattr(stored, name, values[name])
    stored.version += 1
    stored.updated_at = clock.now()
    stored.save(update_fields=[*TYPED, "version", "updated_at"])
    audit.record("letter.saved", by=by, of=stored, client_id=stored.client_id)
    return stored


def discard(*, by: Actor, letter: Letter) -> Letter:
    """Take a draft out of sight; what was typed stays on record. Raises `Closed`."""
    stored = lock(by, letter)
    return _turned(by, stored, Letter.State.VOID, "letter.discarded")


def take_up(*, by: Actor, letter: Letter) -> Letter:
    """Go on with a draft that was discarded. Raises `Closed`."""
    stored = lock(by, letter, Letter.State.VOID)
    return _turned(by, stored, Letter.State.DRAFT, "letter.taken_up")


def copy(*, by: Actor, member: Member, letter: Letter) -> Letter:
    """Begin a new draft with the words of a letter, dated today. Return it."""
    made = Letter(
        client=letter.client,
        author=member,
        template=letter.template,
        template_version=letter.template_version,
        **{name: getattr(letter, name) for name in TYPED},
    )
    made.dated_on = clock.today(practice_zone())
    made.save(force_insert=True)
    audit.record(
        "letter.begun", by=by, of=made, client_id=made.client_id, detail={"of": str(letter.pk)}
    )
    return made


def lock(by: Actor, letter: Letter, state: str = Letter.State.DRAFT) -> Letter:
    """Return the kept letter, locked until commit, for its author to change; raise `Closed`."""
    stored: Letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("client", "author", "contact")
        .get(pk=letter.pk)
    )
    if stored.author_id != by.id or stored.state != state:
        raise Closed
    return stored


def _turned(by: Actor, letter: Letter, state: str, action: str) -> Letter:
    letter.state, letter.updated_at = state, clock.now()
    letter.save(update_fields=["state", "updated_at"])
    audit.record(action, by=by, of=letter, client_id=letter.client_id)
    return letter
