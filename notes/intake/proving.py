"""Whose device this is: the one that began a form goes on without asking; another proves it by birth date or code.

The device that begins gets a secret of its own in a cookie of that form alone; the form keeps its hash. A wrong birth
date or code is counted in the form's row, so that neither a restart nor another network begins a new count.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date, timedelta

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import audit
from bookings.messaging import topics
from bookings.models import Message
from notes.models import Form
from privacy.vocabulary import clock
from privacy.vocabulary.fields import is_unreadable
from privacy.vocabulary.scope import Actor, ActorKind

MOST_TRIES = 5
LOCK = timedelta(hours=1)
CODE_LIFE = timedelta(minutes=10)
# Asked for again before this, no second code leaves
CODE_PAUSE = timedelta(seconds=60)
DIGITS = 6


class Locked(Exception):
    """Too many wrong answers: nothing is compared until the lock ends."""


def is_known(form: Form, secret: str) -> bool:
    """Tell whether a device is the one that works on a form."""
    kept = bytes(form.browser) if form.browser else b""
    return bool(kept) and constant_time_compare(kept, _digest(form, secret))


def needs_proof(form: Form, secret: str) -> bool:
    """Tell whether a device has to prove whose it is before it sees what was filled in."""
    return form.state == Form.State.OPENED and not is_known(form, secret)


def let_in(form: Form) -> str:
    """Return a new secret for the device that may work on a form; the form, not saved yet, knows it from now on."""
    secret = secrets.token_urlsafe(24)
    form.browser = _digest(form, secret)
    return secret


def can_compare_birth_dates(form: Form) -> bool:
    """Tell whether the record holds a birth date to compare with."""
    return isinstance(form.client.birth_date, date)


def prove(form: Form, *, born: date | None = None, code: str = "") -> str | None:
    """Return a new secret for a device that gave the right birth date or code, None for a wrong one; saves the form.

    Raises `Locked`. A code works once.
    """
    stored = _locked(form)
    now = clock.now()
    if stored.locked_until is not None and stored.locked_until > now:
        raise Locked
    by = Actor(ActorKind.CLIENT, form.client_id)
    if _fits(stored, born, code):
        secret = let_in(stored)
        stored.tries, stored.code_at, stored.locked_until = 0, None, None
        stored.save(update_fields=["browser", "tries", "code_at", "locked_until"])
        how = "code" if code else "birth_date"
        audit.record(
            "form.resumed", by=by, of=stored, client_id=stored.client_id, detail={"how": how}
        )
        return secret
    stored.tries += 1
    if stored.tries >= MOST_TRIES:
        stored.tries, stored.code_at, stored.locked_until = 0, None, now + LOCK
    stored.save(update_fields=["tries", "code_at", "locked_until"])
    audit.record("form.not_proved", by=by, of=stored, client_id=stored.client_id, result="refused")
    return None


def send_code(form: Form) -> None:
    """Send a code to where the practice usually writes to the client; asked again at once, nothing more is sent."""
    stored, now = _locked(form), clock.now()
    if stored.locked_until is not None and stored.locked_until > now:
        return
    if stored.code_at is not None and now - stored.code_at < CODE_PAUSE:
        return
    stored.code_at = now
    stored.save(update_fields=["code_at"])
    topics.send(stored.client, Message.Category.CODE, stored.pk)


def code_of(form: Form) -> str:
    """Return the code that was sent last; it is computed, so that it lies nowhere."""
    if form.code_at is None:
        return ""
    said = f"{form.account_id}|{form.pk}|{form.link_number}|{form.code_at.timestamp():.6f}"
    found = salted_hmac("keepwell.form_code", said, algorithm="sha256").digest()
    return str(int.from_bytes(found[:8]) % 10**DIGITS).zfill(DIGITS)


def _fits(form: Form, born: date | None, code: str) -> bool:
    if code:
        lives = form.code_at is not None and clock.now() - form.code_at < CODE_LIFE
        typed = "".join(sign for sign in code if sign.isdigit())
        return lives and constant_time_compare(typed, code_of(form))
    known = form.client.birth_date
    return born is not None and not is_unreadable(known) and known == born


def _digest(form: Form, secret: str) -> bytes:
    key = hashlib.sha256(f"keepwell.form|{settings.SECRET_KEY}".encode()).digest()
    return hmac.digest(key, f"{form.pk}|{form.link_number}|{secret}".encode(), "sha256")


def _locked(form: Form) -> Form:
    stored: Form = (
        Form.objects.select_for_update(of=("self",)).select_related("client").get(pk=form.pk)
    )
    return stored
