"""Choosing the law that requests are answered under: shipped packs advise, the Owner confirms."""

from __future__ import annotations

from accounts import audit
from privacy.cases import DeskChoices
from privacy.desk.packs import newest
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor


def choose(*, by: Actor, pack: str) -> DeskChoices:
    """Choose a pack for requests to come; those that are open keep theirs."""
    newest(pack)
    chosen: DeskChoices = DeskChoices.objects.select_for_update().first() or DeskChoices()
    chosen.pack, chosen.confirmed_at = pack, clock.now()
    if by.id is not None:
        chosen.confirmed_by = by.id
    chosen.full_clean()
    chosen.save()
    audit.record("request.law_chosen", by=by, of=chosen, detail={"pack": pack})
    return chosen
