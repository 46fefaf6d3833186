"""What a client's timeline shows of letters."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from clients.identity import of
from clients.models import Client
from clients.timeline import Entry, provides
from notes.models import Letter

MOST = 300


@provides("letters", Letter)
def entries(client: Client) -> Iterator[Entry]:
    """Yield the client's letters, newest first, as far as the database shows them to whoever reads."""
    letters = (
        Letter.objects.filter(of(client))
        .exclude(state=Letter.State.VOID)
        .select_related("author", "document")
        .defer("body", "content_hash")
        .order_by("-created_at", "-id")[:MOST]
    )
    for letter in letters:
        if letter.document is not None and letter.document.withdrawn_at is not None:
            continue
        named = letter.recipient.partition("\n")[0].strip()
        yield Entry(
            at=letter.signed_at or letter.updated_at,
            title=letter.subject or _("Letter"),
            icon="mail",
            to=("letter", letter.pk),
            text=_("To %(name)s") % {"name": named} if named else "",
            badge=str(letter.get_state_display()),
            badge_icon="lock" if letter.is_signed else "edit",
            tone="good" if letter.is_signed else "quiet",
            who=letter.author_name or str(letter.author.name),
            zone=letter.signed_zone,
        )
