"""Tells each Owner of somebody new thirty days ahead, once, and keeps what they say to it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.cells import cell
from accounts.models import Member
from accounts.models.practice import current_anchor
from accounts.processors import Processor, processors_of
from bookings.messaging.links import absolute
from clients.disclosures.outward import stays
from privacy import letters
from privacy.models import ProcessorNotice
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Actor


def coming() -> list[Processor]:
    """Return who will be used for the active account and isn't yet."""
    return [each for each in concerning() if each.is_coming]


def concerning() -> list[Processor]:
    """Return everybody who is, was or will be used for the active account: of its region, and of what all share."""
    return [*processors_of(scope.current().region), *processors_of("control")]


def notices() -> dict[str, ProcessorNotice]:
    """Return what the Owner was told, by the processor's name: the newest of each."""
    return {each.processor: each for each in ProcessorNotice.objects.order_by("told_at")}


def tell() -> int:
    """Ask for a letter about everybody new of whom the Owner of the active account wasn't told; return how many."""
    told = {(each.processor, each.begins_on) for each in ProcessorNotice.objects.all()}
    new = [
        (each.name, each.terms.begins_on)
        for each in coming()
        if each.terms and (each.name, each.terms.begins_on) not in told
    ]
    for name, begins_on in new:
        notice = ProcessorNotice(processor=name, begins_on=begins_on)
        notice.save(force_insert=True)
        outbox.enqueue("processors.mail", {"notice": str(notice.pk)})
        audit.record("processor.announced", by=SYSTEM, of=notice)
    return len(new)


@outbox.handles("processors.mail")
def mail(work: outbox.Work) -> None:
    """Send the Owner the letter about somebody new."""
    notice: ProcessorNotice = ProcessorNotice.objects.get(pk=work.payload["notice"])
    found = next((each for each in coming() if each.name == notice.processor), None)
    if found is None:
        return  # taken out of the register before the letter left
    anchor = current_anchor()
    letters.to_owner(
        "processor", account=anchor, processor=found, url=absolute(anchor.url("processors"))
    )


def object_to(notice: ProcessorNotice, *, by: Actor, member: Member, words: str) -> None:
    """Keep an Owner's objection and pass it on; raises `ValidationError` once the service is in use, or twice."""
    found = next((each for each in coming() if each.name == notice.processor), None)
    if found is None:
        raise ValidationError(_("It is in use already. Write to us, or close the account."))
    if notice.objected_at is not None:
        raise ValidationError(_("You objected already."))
    notice.objected_at, notice.objected_by, notice.objection = clock.now(), member, words
    notice.save(update_fields=["objected_at", "objected_by", "objection"])
    outbox.enqueue("processors.objection", {"notice": str(notice.pk)})
    audit.record("processor.objected", by=by, of=notice)


@outbox.handles("processors.objection")
@stays("to the vendor, about the account; the Owner's own words and no client's")
def pass_on(work: outbox.Work) -> None:
    """Send an objection to the address at which the vendor answers for privacy."""
    notice: ProcessorNotice = ProcessorNotice.objects.get(pk=work.payload["notice"])
    anchor = current_anchor()
    EmailMessage(
        _("%(practice)s objects to %(processor)s")
        % {"practice": anchor.name, "processor": notice.processor},
        str(notice.objection),
        to=[settings.VENDOR["privacy_address"]],
    ).send(using=cell(scope.current().cell).mailer)
