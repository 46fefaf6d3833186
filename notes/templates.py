"""Templates of notes: the ones a practice begins with, and the verbs that add, change, copy and archive them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AccountAnchor, Practitioner
from bookings.models import Service
from notes.answers import clean_template, defaults_of
from notes.models import Note, NoteTemplate, ServiceTemplate
from notes.questions import KEY, RESERVED, SectionsRefused
from notes.standard import gallery
from notes.standard.building import Standard, keyed
from notes.writing import put
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor

NAME_LENGTH = 80


def provide_defaults(*, by: Actor = SYSTEM) -> list[NoteTemplate]:
    """Give the active account the templates it begins with, in the reader's language; return its templates.

    Does nothing when the account has any, archived ones included; safe to call again and from two processes at once.
    """
    # the anchor's row is the lock: two first visitors must not provide twice
    AccountAnchor.objects.select_for_update().get(account_id=scope.current().account_id)
    if not NoteTemplate.objects.exists():
        said = Practitioner.objects.values_list("profession", flat=True)
        for standard in gallery.for_professions(said):
            add_standard(by=by, standard=standard)
    return live()


def live() -> list[NoteTemplate]:
    """Return the templates that a new note can begin with."""
    return list(NoteTemplate.objects.filter(archived_at=None))


def add(*, by: Actor, name: str, sections: list[dict[str, Any]]) -> NoteTemplate:
    """Add a template; raise `SectionsRefused` when name or sections can't be."""
    return _create(by=by, name=name, sections=sections, position=NoteTemplate.objects.count() + 1)


def add_standard(*, by: Actor, standard: Standard) -> NoteTemplate:
    """Add one of the standard templates, worded in the reader's language."""
    name, sections = standard.make()
    made = add(by=by, name=name, sections=keyed(sections, key_for))
    if standard.restricted:
        restrict(by=by, template=made, restricted=True)
    return made


def restrict(*, by: Actor, template: NoteTemplate, restricted: bool) -> NoteTemplate:
    """Say whether notes that begin with a template are restricted from their beginning."""
    if template.is_restricted != restricted:
        template.is_restricted = restricted
        template.save(update_fields=["is_restricted"])
        audit.record("note_template.restricted", by=by, of=template, detail={"is": restricted})
    return template


def change(
    *, by: Actor, template: NoteTemplate, name: str, sections: list[dict[str, Any]]
) -> NoteTemplate:
    """Rename a template or change its sections; notes that began with it keep what they began with.

    Raises `SectionsRefused` when name or sections can't be.
    """
    stored: NoteTemplate = NoteTemplate.objects.select_for_update().get(pk=template.pk)
    cleaned, name = clean_template(sections), _clean_name(name)
    if (stored.name, stored.sections) == (name, cleaned):
        return stored
    stored.version += 1 if stored.sections != cleaned else 0
    stored.name, stored.sections = name, cleaned
    stored.save(update_fields=["name", "sections", "version"])
    audit.record("note_template.changed", by=by, of=stored)
    return stored


def keep(
    *,
    by: Actor,
    template: NoteTemplate | None,
    name: str,
    sections: list[dict[str, Any]],
    restricted: bool,
    services: Collection[str],
) -> NoteTemplate:
    """Add or change a template with all that its editor says; `services` are ids. Raises `SectionsRefused`."""
    if template is None:
        kept = add(by=by, name=name, sections=sections)
    else:
        kept = change(by=by, template=template, name=name, sections=sections)
    restrict(by=by, template=kept, restricted=restricted)
    begin_for(by=by, template=kept, services=services)
    return kept


def begin_for(*, by: Actor, template: NoteTemplate, services: Collection[str]) -> None:
    """Let notes about visits of these services begin with the template, and of no others."""
    wanted = {each.pk for each in Service.objects.all() if str(each.pk) in services}
    own = ServiceTemplate.objects.filter(template=template)
    kept = set(own.values_list("service_id", flat=True))
    if wanted == kept:
        return
    own.exclude(service__in=wanted).delete()
    ServiceTemplate.objects.filter(service__in=wanted - kept).delete()
    for pk in sorted(wanted - kept):
        ServiceTemplate(service_id=pk, template=template).save(force_insert=True)
    detail = {"services": sorted(str(pk) for pk in wanted)}
    audit.record("note_template.services_chosen", by=by, of=template, detail=detail)


def of_service(service_id: UUID | None) -> UUID | None:
    """Return the id of the template that notes about visits of a service begin with, None for no particular one."""
    found: UUID | None = (
        ServiceTemplate.objects.filter(service=service_id, template__archived_at=None)
        .values_list("template_id", flat=True)
        .first()
    )
    return found


def services_by_template() -> dict[UUID, list[str]]:
    """Return the names of the services whose notes begin with each template."""
    found: dict[UUID, list[str]] = {}
    for each in ServiceTemplate.objects.select_related("service").order_by("service__position"):
        found.setdefault(each.template_id, []).append(str(each.service.name))
    return found


def services_elsewhere(template: NoteTemplate | None) -> dict[UUID, str]:
    """Return the name of the template that a service's notes begin with, where it is another one."""
    others = ServiceTemplate.objects.exclude(template=template) if template else None
    rows = ServiceTemplate.objects.all() if others is None else others
    return {each.service_id: each.template.name for each in rows.select_related("template")}


def place(*, by: Actor, template: NoteTemplate, to: int) -> None:
    """Move a template to a place among those that are offered, counted from 0."""
    offered = [each for each in live() if each.pk != template.pk]
    offered.insert(min(max(to, 0), len(offered)), template)
    for position, each in enumerate(offered, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])
    audit.record("note_template.moved", by=by, of=template)


def sample(name: str, sections: list[dict[str, Any]]) -> Note:
    """Return a note that is nobody's, to show how one looks that begins with these sections."""
    note = Note(sections=sections)
    content = defaults_of(sections, clock.now().date())
    put(note, by=SYSTEM, title=name or _("New template"), content=content)
    return note


def copy(*, by: Actor, template: NoteTemplate) -> NoteTemplate:
    """Add a copy of a template, to be changed into another one."""
    name = _("%(name)s (copy)") % {"name": template.name[: NAME_LENGTH - 10]}
    made = add(by=by, name=name, sections=template.sections)
    return restrict(by=by, template=made, restricted=template.is_restricted)


def archive(*, by: Actor, template: NoteTemplate) -> NoteTemplate:
    """Take a template out of the choice for new notes; archived twice is archived once."""
    if template.archived_at is None:
        template.archived_at = clock.now()
        template.save(update_fields=["archived_at"])
        audit.record("note_template.archived", by=by, of=template)
    return template


def restore(*, by: Actor, template: NoteTemplate) -> NoteTemplate:
    """Offer an archived template again."""
    if template.archived_at is not None:
        template.archived_at = None
        template.save(update_fields=["archived_at"])
        audit.record("note_template.restored", by=by, of=template)
    return template


def key_for(label: str, taken: set[str]) -> str:
    """Return a key for a new section or question, made from its label and unlike those taken."""
    stem = slugify(label).replace("-", "_")[:32].strip("_")
    stem = stem if KEY.fullmatch(stem) else "question"
    key, number = stem, 1
    while key in taken or key in RESERVED:
        number += 1
        key = f"{stem}_{number}"
    return key


def _create(*, by: Actor, name: str, sections: list[dict[str, Any]], position: int) -> NoteTemplate:
    template = NoteTemplate(
        name=_clean_name(name), sections=clean_template(sections), position=position
    )
    template.save(force_insert=True)
    audit.record("note_template.added", by=by, of=template)
    return template


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise SectionsRefused(_("Give the template a name."))
    if len(name) > NAME_LENGTH:
        raise SectionsRefused(_("Keep the name to %(limit)d characters.") % {"limit": NAME_LENGTH})
    return name
