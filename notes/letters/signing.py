"""Signing a letter: its PDF is made in the sandbox and kept as a sealed file, and the row is frozen with a hash."""

from __future__ import annotations

import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Practitioner
from accounts.practice_settings import zone as practice_zone
from accounts.sandbox.running import Failed
from clients.documents import keeping
from clients.documents.keeping import About
from clients.models import Document
from notes.letters import composing, fields, proof, writing
from notes.letters.composing import Unprintable
from notes.models import Letter
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


class _Made(io.BytesIO):
    """A PDF that we made, as something that is kept like an upload."""

    def __init__(self, name: str, data: bytes) -> None:
        super().__init__(data)
        self.name: str | None = name
        self.size: int | None = len(data)


def sign(*, by: Actor, letter: Letter, version: int) -> Letter:
    """Sign a draft as it was saved last: nothing of it changes any more. Return the letter.

    Raises `ValidationError` with what has to be done first, `StaleWrite` and `Closed`.
    """
    stored = writing.lock(by, letter)
    if stored.version != version:
        raise writing.StaleWrite(stored)
    _be_complete(stored)
    profile = Practitioner.objects.filter(member=stored.author, deactivated_at=None).first()
    stored.author_name = str(profile.name if profile else stored.author.name)
    stored.signed_at, stored.signed_zone = clock.now(), practice_zone()
    stored.state = Letter.State.SIGNED
    stored.document = _kept(by, stored, _pdf(stored))
    stored.content_hash = proof.hash_of(stored)
    stored.updated_at = stored.signed_at
    stored.save()
    audit.record("letter.signed", by=by, of=stored, client_id=stored.client_id)
    return stored


def _be_complete(letter: Letter) -> None:
    if not letter.body.strip():
        raise ValidationError(_("There is nothing to sign yet. Write something first."))
    left = fields.gaps(letter.recipient, letter.subject, letter.body)
    if left:
        raise ValidationError(
            _("Fill these gaps or take them out: %(gaps)s") % {"gaps": ", ".join(left[:8])}
        )


def _pdf(letter: Letter) -> bytes:
    try:
        return composing.pdf(letter)
    except Unprintable as refusal:
        raise ValidationError(
            _("These signs can’t be printed: %(signs)s. Take them out or write them otherwise.")
            % {"signs": " ".join(refusal.signs)}
        ) from None
    except Failed:
        raise ValidationError(
            _("The page could not be made just now. The draft is saved: try again in a moment.")
        ) from None


def _kept(by: Actor, letter: Letter, pdf: bytes) -> Document:
    title = letter.subject or _("Letter")
    about = About(title[:300], Document.Category.LETTER, letter.dated_on)
    return keeping.attach(
        by=by,
        client=letter.client,
        upload=_Made(f"{title[:120]}.pdf", pdf),
        about=about,
        made_here=True,
    )
