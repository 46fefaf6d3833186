"""Templates of forms: the ones a practice begins with; added, changed, copied, put away; which booking sends which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AccountAnchor
from bookings.models import Service
from clients.consents import notices, purposes
from clients.models import ConsentPurpose
from notes.intake import agreeing, asking, scoring
from notes.intake.standards import BY_KEY, STANDARDS, Standard
from notes.models import FormTemplate, FormTrigger
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor

Sections = list[dict[str, Any]]
# What the intake form asks people to agree to before a first visit
ASKED_FIRST = (ConsentPurpose.Kind.TREATMENT, ConsentPurpose.Kind.SHARING)


def provide_defaults(*, by: Actor = SYSTEM) -> list[FormTemplate]:
    """Give the active account the templates it begins with; return those in use. Nothing once it has any."""
    purposes.provide_defaults(by=by)
    # the anchor's row is the lock: two first visitors must not provide twice
    AccountAnchor.objects.select_for_update().get(account_id=scope.current().account_id)
    if not FormTemplate.objects.exists():
        for position, standard in enumerate(STANDARDS, start=1):
            template = FormTemplate(
                kind=standard.kind,
                name=standard.name(),
                intro=standard.intro(),
                sections=_sections(standard),
                scoring=standard.scoring(),
                standard=standard.key,
                position=position,
            )
            _create(by, template)
    return live()


def live() -> list[FormTemplate]:
    """Return the templates that can be sent."""
    return list(FormTemplate.objects.filter(archived_at=None))


def add(*, by: Actor, values: Mapping[str, Any]) -> FormTemplate:
    """Add a template; raise `SectionsRefused` or ValidationError for what it can't hold."""
    template = FormTemplate(**values, position=FormTemplate.objects.count() + 1)
    template.sections = checked(template.sections)
    return _create(by, template)


def change(*, by: Actor, template: FormTemplate, values: Mapping[str, Any]) -> FormTemplate:
    """Change a template; forms that were begun keep what they ask. Raises `SectionsRefused` or ValidationError.

    A standard one whose words change is the practice's own from then on, in the practice's words alone.
    """
    stored: FormTemplate = FormTemplate.objects.select_for_update().get(pk=template.pk)
    sections = checked(values["sections"])
    wanted = {**values, "sections": sections}
    if all(getattr(stored, name) == value for name, value in wanted.items()):
        return stored
    if (stored.sections, stored.intro) != (sections, wanted.get("intro", stored.intro)):
        stored.version += 1
        stored.standard = ""
    for name, value in wanted.items():
        setattr(stored, name, value)
    stored.full_clean()
    stored.save()
    audit.record("form_template.changed", by=by, of=stored, detail={"version": stored.version})
    return stored


def copy(*, by: Actor, template: FormTemplate) -> FormTemplate:
    """Add a copy of a template, to be changed into another one; its score is counted in the same way."""
    made = FormTemplate(
        kind=template.kind,
        name=_("%(name)s (copy)") % {"name": template.name[:70]},
        intro=template.intro,
        sections=template.sections,
        scoring=template.scoring,
        valid_days=template.valid_days,
        remind_days=template.remind_days,
        position=FormTemplate.objects.count() + 1,
    )
    return _create(by, made)


def archive(*, by: Actor, template: FormTemplate, archived: bool) -> FormTemplate:
    """Take a template out of use, or into use again; what was sent goes on."""
    if (template.archived_at is not None) != archived:
        template.archived_at = clock.now() if archived else None
        template.save(update_fields=["archived_at"])
        action = "form_template.archived" if archived else "form_template.restored"
        audit.record(action, by=by, of=template)
    return template


def send_with(
    *, by: Actor, template: FormTemplate, services: Iterable[UUID], again_months: int | None
) -> None:
    """Say with which services' bookings a template is sent, and when it is sent again."""
    wanted = {each.pk: each for each in Service.objects.filter(pk__in=list(services))}
    there = {each.service_id: each for each in FormTrigger.objects.filter(template=template)}
    if set(wanted) == set(there) and all(t.again_months == again_months for t in there.values()):
        return
    FormTrigger.objects.filter(template=template).exclude(service_id__in=wanted).delete()
    for pk, service in wanted.items():
        trigger = there.get(pk) or FormTrigger(template=template, service=service)
        trigger.again_months = again_months
        trigger.full_clean()
        trigger.save()
    audit.record("form_template.triggers_changed", by=by, of=template)


def worded(template: FormTemplate, language: str) -> tuple[str, str, Sections]:
    """Return a template's name, introduction and sections for somebody who reads a language.

    A standard one that the practice never changed speaks it; all others speak as the practice wrote them.
    """
    standard = BY_KEY.get(template.standard)
    if standard is None or standard.is_english or not language:
        return template.name, template.intro, template.sections
    with translation.override(language):
        return standard.name(), standard.intro(), _sections(standard)


def checked(sections: Sections) -> Sections:
    """Return sections as they would be kept; raise `SectionsRefused`."""
    return asking.clean(sections, _purposes())


def frozen(sections: Sections, language: str = "") -> Sections:
    """Return kept sections with the words of consents and notice that are in force."""
    return asking.freeze(sections, purposes.current_texts(language), notices.current())


def scoring_for(kind: str, by: str, sections: Sections, best: str) -> dict[str, Any]:
    """Return the rule that counts every scale and choice of an outcome measure; {} for none.

    Raises ValidationError when there is nothing to count.
    """
    if kind != FormTemplate.Kind.OUTCOME or by not in ("sum", "mean"):
        return {}
    if not scoring.everything(sections):
        raise ValidationError(_("A score needs a scale, or a choice of one of several."))
    return {"by": by, "best": best}


def _sections(standard: Standard) -> Sections:
    """Return a standard's sections; the intake form ends with the notice, the first consents and a signature."""
    sections = standard.sections()
    if standard.kind != FormTemplate.Kind.INTAKE:
        return sections
    asked = ConsentPurpose.objects.filter(kind__in=ASKED_FIRST, archived_at=None)
    return [*sections, *agreeing.first(asked)]


def _purposes() -> set[str]:
    return {str(pk) for pk in ConsentPurpose.objects.values_list("pk", flat=True)}


def _create(by: Actor, template: FormTemplate) -> FormTemplate:
    template.full_clean()
    template.save(force_insert=True)
    audit.record("form_template.added", by=by, of=template)
    return template
