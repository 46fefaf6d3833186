"""Looks at what went out, to whom it may go, and what the Owner has to do about it (P4, P5, P10, P15)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import agreements
from accounts.models import Account, AuditEvent, PrivacyNotice
from accounts.models.practice import current_anchor
from accounts.processors import processors_of
from accounts.tenancy import acting_in
from clients.models import Disclosure
from privacy.models import Export
from privacy.processors import telling
from privacy.promises.evidence import Evidence, Verdict, told
from privacy.vocabulary import clock, scope
from privacy.vocabulary.scope import SYSTEM, Purpose

MONTH = timedelta(days=30)


def what_went_out_stands_in_the_ledger() -> Evidence:
    """Count the month's disclosures, and hold the copies that were fetched, by the audit, against them (P4)."""
    since = clock.now() - MONTH
    rows = Disclosure.objects.filter(at__gte=since)
    wrong = rows.exclude(basis__in=Disclosure.Basis.values).count()
    wrong += max(0, _fetched(since.timestamp()) - rows.filter(of_kind=Export._meta.label).count())
    if wrong:
        words = ngettext(
            "%(n)s disclosure without its basis", "%(n)s disclosures without their basis", wrong
        )
        return Evidence(Verdict.BROKEN, told(words, n=wrong), page="audit_log")
    words = ngettext(
        "%(n)s in 30 days, with its basis", "%(n)s in 30 days, each with its basis", rows.count()
    )
    return Evidence(Verdict.KEPT, told(words, n=rows.count()))


def _fetched(since: float) -> int:
    """Return how often a copy of the account was fetched since then, by the chain, which only its reader can read."""
    account = current_anchor().ref
    with acting_in(account, by=SYSTEM, purpose=Purpose.ADMINISTRATION, reading=True):
        fetched: int = AuditEvent.objects.filter(
            action="export.downloaded", result="done", at_us__gte=int(since * 1_000_000)
        ).count()
    return fetched


def what_went_abroad_was_protected() -> Evidence:
    """Count a month of what went abroad, each with its basis, and the copies that wait unencrypted (P15)."""
    home = Account.objects.get(pk=scope.current().account_id).country
    rows = Disclosure.objects.filter(at__gte=clock.now() - MONTH).exclude(country__in=("", home))
    if wrong := rows.exclude(basis__in=Disclosure.Basis.values).count():
        words = ngettext(
            "%(n)s went abroad without a basis", "%(n)s went abroad without a basis", wrong
        )
        return Evidence(Verdict.BROKEN, told(words, n=wrong), page="audit_log")
    ready = Export.objects.exclude(storage_key="").exclude(sha256="")
    if bare := ready.filter(encryption=Export.Encryption.NONE).count():
        words = ngettext(
            "%(n)s copy waits that isn't encrypted", "%(n)s copies wait that aren't encrypted", bare
        )
        return Evidence(Verdict.YOURS, told(words, n=bare), page="exports")
    words = _("%(n)s to another country in 30 days, and no copy waits that isn't encrypted")
    return Evidence(Verdict.KEPT, told(words, n=rows.count()), page="exports")


def the_owner_agreed_and_informs() -> Evidence:
    """Tell what the Owner has left to do: agreements to accept, a notice for clients to publish (P5)."""
    if left := agreements.missing(scope.current().account_id):
        titles = ", ".join(str(agreements.TITLES[name]) for name in left)
        return Evidence(Verdict.YOURS, _("To accept: %(titles)s") % {"titles": titles})
    notice = PrivacyNotice.objects.first()
    if notice is None:
        words = _("Publish the notice that your clients read when they book.")
        return Evidence(Verdict.YOURS, words, page="privacy_notice")
    words = _("Your notice to clients, version %(n)s, is shown where they give data")
    return Evidence(
        Verdict.KEPT, told(words, n=notice.version), notice.published_at, page="privacy_notice"
    )


def everybody_called_is_listed() -> Evidence:
    """Hold every route that this region is configured to use against the register of processors (P10, TP-1)."""
    region = scope.current().region
    listed = processors_of(region)
    hosts = {host for each in listed for host in each.hosts}
    if unknown := len(_routes(region) - hosts):
        words = ngettext("%(n)s route to nobody listed", "%(n)s routes to nobody listed", unknown)
        return Evidence(Verdict.BROKEN, told(words, n=unknown))
    answered = {name for name, notice in telling.notices().items() if notice.objected_at}
    for each in telling.coming():
        if each.terms and each.name not in answered:
            new = {"who": each.terms.company, "day": date_format(each.terms.begins_on, "j F")}
            words = _("%(who)s from %(day)s on: you may object") % new
            return Evidence(Verdict.YOURS, words, page="processors")
    used = sum(each.is_used for each in listed)
    words = ngettext(
        "%(n)s service is called here, and listed",
        "%(n)s services are called here, all of them listed",
        used,
    )
    return Evidence(Verdict.KEPT, told(words, n=used), page="processors")


def _routes(region: str) -> set[str]:
    """Return the hosts by which this region's mail and text messages leave, and where its files are looked at."""
    mail = str(settings.MAILERS[region].get("OPTIONS", {}).get("host", ""))
    called = (settings.SMS_GATEWAYS[region], settings.SCANNERS[region])
    return {mail, *(urlsplit(url).hostname or "" for url in called)} - {""}
