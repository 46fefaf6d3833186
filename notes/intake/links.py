"""The signed link to a form: it holds an id and a number, nothing personal; a new number makes the old links worthless."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from accounts.models import AccountAnchor
from bookings.messaging.links import BadLink, absolute, open_text, sealed_text
from notes.models import Form

PURPOSE = "notes.form"
# What base64 for addresses never holds, and addresses may
BETWEEN = "~"


def token_of(form: Form) -> str:
    """Return the token of a form's link."""
    short = urlsafe_b64encode(form.pk.bytes).decode().rstrip("=")
    return sealed_text(PURPOSE, f"{short}{BETWEEN}{form.link_number}")


def find(token: str) -> Form:
    """Return the form that a token stands for, with its client; raise `BadLink`, also for a link that was taken back."""
    short, between, number = open_text(PURPOSE, token).partition(BETWEEN)
    if not between or not number.isdigit():
        raise BadLink
    try:
        pk = UUID(bytes=urlsafe_b64decode(short + "=="))
    except ValueError:
        raise BadLink from None
    form: Form | None = (
        Form.objects.select_related("client").filter(pk=pk, link_number=int(number)).first()
    )
    if form is None:
        raise BadLink
    return form


def link_of(account: AccountAnchor, form: Form) -> str:
    """Return the whole address of a form, for messages and codes on a screen."""
    return absolute(account.url("form_link", token_of(form)))
