"""What a practice asks people to agree to: purposes, and their words, published in versions that stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AccountAnchor
from clients.consents.defaults import DEFAULTS
from clients.models import ConsentPurpose, ConsentText
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor


class Words(NamedTuple):
    """What people are asked, in one language: a line, and the text that they agree to."""

    title: str
    text: str


Texts = Mapping[str, Words]  # by language


def provide_defaults(*, by: Actor = SYSTEM, at: datetime | None = None) -> None:
    """Give the active account the purposes it begins with, in every language; nothing once it has any.

    `at` is since when their words are in force, now by default.
    """
    # the anchor's row is the lock: two first visitors must not provide twice
    AccountAnchor.objects.select_for_update().get(account_id=scope.current().account_id)
    if ConsentPurpose.objects.exists():
        return
    for position, default in enumerate(DEFAULTS, start=1):
        purpose = ConsentPurpose(
            kind=default.kind,
            name=str(ConsentPurpose.Kind(default.kind).label),
            lasts_months=default.lasts_months,
            position=position,
        )
        texts = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                texts[language] = Words(str(default.title), str(default.text))
        _add(by, purpose, texts, at)


def live() -> list[ConsentPurpose]:
    """Return the purposes in use, each with the number of its last version as `version`."""
    return list(
        ConsentPurpose.objects.filter(archived_at=None).annotate(version=Max("texts__version"))
    )


def add(
    *, by: Actor, kind: str, name: str, texts: Texts, lasts_months: int | None = None
) -> ConsentPurpose:
    """Add a purpose with its first words; raise ValidationError by field for what it can't hold."""
    purpose = ConsentPurpose(
        kind=kind,
        name=name,
        lasts_months=lasts_months,
        position=ConsentPurpose.objects.count() + 1,
    )
    return _add(by, purpose, texts)


def change(
    *, by: Actor, purpose: ConsentPurpose, name: str, lasts_months: int | None
) -> ConsentPurpose:
    """Rename a purpose, or let agreements given from now on last as long as it says."""
    if (purpose.name, purpose.lasts_months) != (name, lasts_months):
        purpose.name, purpose.lasts_months = name, lasts_months
        purpose.full_clean()
        purpose.save(update_fields=["name", "lasts_months"])
        audit.record("consent_purpose.changed", by=by, of=purpose)
    return purpose


def publish(*, by: Actor, purpose: ConsentPurpose, texts: Texts, at: datetime | None = None) -> int:
    """Publish the words of a purpose as a new version; return its number. The words in force make no new one.

    Raises ValidationError when there are none, or they are too long.
    """
    ConsentPurpose.objects.select_for_update().get(pk=purpose.pk)
    kept = {language: words for language, words in texts.items() if words.title or words.text}
    if not kept:
        raise ValidationError({"text": _("Write what people are asked to agree to.")})
    last = ConsentText.objects.filter(purpose=purpose).aggregate(last=Max("version"))["last"] or 0
    if last and texts_of(purpose, last) == kept:
        return int(last)
    for language, words in kept.items():
        text = ConsentText(
            purpose=purpose,
            version=last + 1,
            language=language,
            title=words.title,
            text=words.text,
            published_at=at or clock.now(),
        )
        text.full_clean()
        text.save(force_insert=True)
    audit.record("consent_purpose.published", by=by, of=purpose, detail={"version": last + 1})
    return int(last) + 1


def archive(*, by: Actor, purpose: ConsentPurpose, archived: bool) -> ConsentPurpose:
    """Stop asking for a purpose, or ask for it again; what was answered stays and can still be withdrawn."""
    if (purpose.archived_at is not None) != archived:
        purpose.archived_at = clock.now() if archived else None
        purpose.save(update_fields=["archived_at"])
        action = "consent_purpose.archived" if archived else "consent_purpose.restored"
        audit.record(action, by=by, of=purpose)
    return purpose


def texts_of(purpose: ConsentPurpose, version: int) -> dict[str, Words]:
    """Return the words of a version by language."""
    rows = ConsentText.objects.filter(purpose=purpose, version=version)
    return {row.language: Words(row.title, row.text) for row in rows}


def current_texts(language: str, purposes: Iterable[UUID] | None = None) -> dict[UUID, ConsentText]:
    """Return the words in force by purpose, in a language where they were written in it, else in the practice's.

    Without `purposes` those of all that are in use, in their order.
    """
    rows = ConsentText.objects.select_related("purpose").order_by(
        "purpose__position", "purpose_id", "-version"
    )
    rows = (
        rows.filter(purpose__archived_at=None)
        if purposes is None
        else rows.filter(purpose_id__in=list(purposes))
    )
    liked = (language, settings.LANGUAGE_CODE)
    found: dict[UUID, ConsentText] = {}
    for row in rows:
        best = found.setdefault(row.purpose_id, row)
        if row.version == best.version and _rank(row, liked) < _rank(best, liked):
            found[row.purpose_id] = row
    return found


def _rank(text: ConsentText, liked: tuple[str, ...]) -> int:
    return liked.index(text.language) if text.language in liked else len(liked)


def _add(
    by: Actor, purpose: ConsentPurpose, texts: Texts, at: datetime | None = None
) -> ConsentPurpose:
    purpose.full_clean()
    purpose.save(force_insert=True)
    audit.record("consent_purpose.added", by=by, of=purpose)
    publish(by=by, purpose=purpose, texts=texts, at=at)
    return purpose
