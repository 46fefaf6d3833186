"""The account's rules about notes, how each practitioner's notes begin, and who may open what is not meant for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import Enum
from uuid import UUID

from accounts import audit
from accounts.models import Member, Practitioner, Role
from accounts.permissions import Permission
from accounts.rights import Area, permissions_of, sees_own
from notes.models import (
    Breaking,
    Note,
    NoteReader,
    NoteSettings,
    Visibility,
    WritingProfile,
)
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor


class Opening(Enum):
    """How a note can be opened by somebody who can't read it as it is."""

    BY_RIGHT = "by right"  # restricted, and they belong to its readers
    BREAKING = "breaking"  # not meant for them: the glass is broken


_SETTINGS = Prepared[NoteSettings](lambda: NoteSettings.objects.all())


def settings() -> NoteSettings:
    """Return the account's rules, the defaults before anybody has changed them."""
    return _SETTINGS.first() or NoteSettings()


def change_settings(*, by: Actor, **values: object) -> NoteSettings:
    """Change the account's rules; what changed stands in the audit."""
    kept = NoteSettings.objects.select_for_update().first()
    rules = kept or NoteSettings()
    before = {name: getattr(rules, name) for name in values}
    for name, value in values.items():
        setattr(rules, name, value)
    rules.full_clean()
    rules.save(force_insert=kept is None)
    changed = {
        name: [before[name], values[name]] for name in values if before[name] != values[name]
    }
    if changed:
        audit.record("note_settings.changed", by=by, of=rules, detail=changed)
    return rules


def profile_of(author: Practitioner) -> WritingProfile:
    """Return how a practitioner's notes begin, the defaults before anybody has said so."""
    found: WritingProfile | None = WritingProfile.objects.filter(practitioner=author).first()
    return found or WritingProfile(practitioner=author)


def profiles_of(authors: Iterable[Practitioner]) -> dict[UUID, WritingProfile]:
    """Return how each practitioner's notes begin, by their id."""
    found = {each.practitioner_id: each for each in WritingProfile.objects.all()}
    for author in authors:
        found.setdefault(author.pk, WritingProfile(practitioner=author)).practitioner = author
    return found


def change_habit(
    *, by: Actor, author: Practitioner, visibility: str, named: Iterable[UUID] = ()
) -> WritingProfile:
    """Say who reads a practitioner's notes from now on; each note can say otherwise."""
    profile = profile_of(author)
    profile.visibility = visibility
    profile.named = sorted(str(pk) for pk in named) if visibility == Visibility.NAMED else []
    return _keep(profile, by, "note_habit.changed")


def supervise(
    *, by: Actor, author: Practitioner, supervisor: Practitioner | None
) -> WritingProfile:
    """Say who co-signs a practitioner's notes from now on, None for nobody; what is begun keeps whom it has."""
    profile = profile_of(author)
    profile.supervisor = supervisor
    return _keep(profile, by, "note_supervision.changed")


def _keep(profile: WritingProfile, by: Actor, action: str) -> WritingProfile:
    profile.full_clean()
    profile.save(force_insert=profile._state.adding)
    detail = {
        "visibility": profile.visibility,
        "named": profile.named,
        "supervisor": profile.supervisor_id,
    }
    audit.record(action, by=by, of=profile, detail=detail)
    return profile


def clinicians(*, but: UUID | None = None) -> list[Member]:
    """Return the members who may read clinical records, by name."""
    found = [
        member
        for member in Member.objects.filter(removed_at=None).exclude(pk=but)
        if Permission.CLINICAL_READ in permissions_of(member)
    ]
    return sorted(found, key=lambda member: str(member.name).casefold())


def name_readers(note: Note, members: Collection[UUID | str]) -> None:
    """Make these members the named readers of a note, who do nothing unless its visibility is theirs."""
    wanted = {UUID(str(pk)) for pk in members}
    if wanted:
        wanted &= {member.pk for member in clinicians()}
    kept = set(NoteReader.objects.filter(note=note).values_list("member_id", flat=True))
    if not note._state.adding and kept - wanted:
        NoteReader.objects.filter(note=note, member__in=kept - wanted).delete()
    for pk in sorted(wanted - kept):
        NoteReader(note=note, client_id=note.client_id, member_id=pk).save(force_insert=True)


def opening_for(member: Member, note: Note) -> Opening | None:
    """Return how a member could open a note that the database keeps from them, None for not at all."""
    if note.is_final and note.is_restricted and belongs(member, note):
        return Opening.BY_RIGHT
    if member.role == Role.OWNER or _wrote(member, note):
        return Opening.BREAKING
    if note.is_final and _reads_others(member) and settings().breaking == Breaking.CLINICIANS:
        return Opening.BREAKING
    return None


def belongs(member: Member, note: Note) -> bool:
    """Tell whether a member is among those whom a signed note is for, were it not restricted."""
    if _wrote(member, note):
        return True
    if note.visibility == Visibility.NAMED:
        return bool(NoteReader.objects.filter(note=note, member=member).exists())
    if note.visibility == Visibility.AUTHOR:
        return False
    if member.role == Role.OWNER:
        return True
    if not _reads_others(member) or settings().authors_only:
        return False
    own = Practitioner.objects.filter(member=member, deactivated_at=None).first()
    same = own is not None and own.profession.lower() == note.author.profession.lower() != ""
    return note.visibility == Visibility.CLINICIANS or same


def _reads_others(member: Member) -> bool:
    return not sees_own(member, Area.NOTES)


def _wrote(member: Member, note: Note) -> bool:
    return note.author.member_id is not None and note.author.member_id == member.pk
