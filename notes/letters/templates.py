"""Templates of letters: the ones a practice begins with, and the verbs that add, change and archive them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AccountAnchor
from notes.letters.shown import USUAL
from notes.models import LetterTemplate
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor

WORDS = ("name", "subject", "body", "shows")


def provide_defaults(*, by: Actor = SYSTEM) -> list[LetterTemplate]:
    """Give the active account the templates it begins with; does nothing when it has any. Return those in use."""
    # the anchor's row is the lock: two first visitors must not provide twice
    AccountAnchor.objects.select_for_update().get(account_id=scope.current().account_id)
    if not LetterTemplate.objects.exists():
        for values in _standards():
            keep(by=by, template=None, values=values)
    return live()


def live() -> list[LetterTemplate]:
    """Return the templates that a letter can begin with."""
    return list(LetterTemplate.objects.filter(archived_at=None))


def keep(
    *, by: Actor, template: LetterTemplate | None, values: Mapping[str, Any]
) -> LetterTemplate:
    """Add or change a template; letters that began with it stay as they are. Return it."""
    is_new = template is None
    kept: LetterTemplate = (
        LetterTemplate(position=LetterTemplate.objects.count() + 1)
        if template is None
        else LetterTemplate.objects.select_for_update().get(pk=template.pk)
    )
    if not is_new and all(getattr(kept, name) == values[name] for name in WORDS):
        return kept
    for name in WORDS:
        setattr(kept, name, values[name])
    kept.version += 0 if is_new else 1
    kept.full_clean()
    kept.save(force_insert=is_new)
    audit.record("letter_template.added" if is_new else "letter_template.changed", by=by, of=kept)
    return kept


def archive(*, by: Actor, template: LetterTemplate, archived: bool) -> LetterTemplate:
    """Take a template out of the choice, or offer it again."""
    template.archived_at = clock.now() if archived else None
    template.save(update_fields=["archived_at"])
    action = "letter_template.archived" if archived else "letter_template.restored"
    audit.record(action, by=by, of=template)
    return template


def _standards() -> list[dict[str, Any]]:
    return [
        {
            "name": _("Report to the referrer"),
            "subject": _("Re: {{client.name}}"),
            "body": _(
                "Dear {{recipient.greeting}},\n\n"
                "Thank you for referring {{client.name}}, whom we have seen "
                "{{visits.count}} times since {{visits.first}}.\n\n"
                "# Findings\n{{notes.last}}\n\n"
                "# Plan\n\n"
                "Please call me on {{practice.phone}} with any question.\n\n"
                "Kind regards,"
            ),
            "shows": [*USUAL, "address"],
        },
        {
            "name": _("Confirmation of attendance"),
            "subject": _("Attendance of {{client.name}}"),
            "body": _(
                "To whom it may concern,\n\n"
                "{{client.name}} attended an appointment at {{practice.name}} on {{visits.last}}.\n\n"
                "Kind regards,"
            ),
            "shows": [],
        },
        {
            "name": _("Letter to the client"),
            "subject": "",
            "body": _("Dear {{client.greeting}},\n\n\n\nKind regards,"),
            "shows": [],
        },
    ]
