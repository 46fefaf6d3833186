"""Looks at where the account's data lies, and whether the parts that hold it stand there (P11, P12)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.cells import region_name
from accounts.jurisdiction import UnknownJurisdiction, home_region
from accounts.models import Account
from accounts.whereabouts import proof
from accounts.whereabouts.declared import declared
from privacy.models import ResidencyStatement
from privacy.promises.evidence import Evidence, Verdict, told
from privacy.residency import statements
from privacy.vocabulary import clock, scope

STALE = timedelta(hours=50)


def every_part_stands_here() -> Evidence:
    """Ask every part of the account's region where it stands, as each process does before it serves (RP-5)."""
    if not settings.PROVE_ENDPOINTS:
        return Evidence(Verdict.UNSHOWN, _("This installation doesn't ask its parts."))
    here = [each for each in declared() if each.region == scope.current().region]
    asked = proof.examine(here)
    if wrong := sum(bool(each.wrong) for each in asked):
        words = ngettext("%(n)s part stands elsewhere", "%(n)s parts stand elsewhere", wrong)
        return Evidence(Verdict.BROKEN, told(words, n=wrong), page="residency")
    if silent := sum(bool(each.silent) for each in asked):
        words = ngettext("%(n)s part doesn't answer", "%(n)s parts don't answer", silent)
        return Evidence(Verdict.UNSHOWN, told(words, n=silent), page="residency")
    words = _("%(n)s parts of this region asked where they are")
    return Evidence(Verdict.KEPT, told(words, n=len(asked)), page="residency")


def it_lies_where_the_rule_says() -> Evidence:
    """Compare the account's region with what the rule gives today, unless the Owner asked for another (RP-1)."""
    active = scope.current()
    account = Account.objects.get(pk=active.account_id)
    if account.home_region != active.region:
        return Evidence(Verdict.BROKEN, _("It is served from another region."), page="residency")
    city = region_name(account.home_region)
    if account.region_basis != Account.RegionBasis.RULE:
        where = {"city": city, "why": account.get_region_basis_display()}
        return Evidence(
            Verdict.KEPT,
            _("%(city)s, %(why)s") % where,
            account.region_decided_at,
            page="residency",
        )
    try:
        closest = home_region(account.country, account.subdivision).region
    except UnknownJurisdiction:
        return Evidence(Verdict.UNSHOWN, _("Its country is in no table."), page="residency")
    if closest != account.home_region:
        words = _("By today's rule it belongs in %(city)s.") % {"city": region_name(closest)}
        return Evidence(Verdict.YOURS, words, page="residency")
    return Evidence(
        Verdict.KEPT,
        _("%(city)s, the closest to where you practise") % {"city": city},
        page="residency",
    )


def nothing_lies_elsewhere() -> Evidence:
    """Read the last census: whose signature holds, that is not old, and that found nothing elsewhere (RP-6)."""
    latest: ResidencyStatement | None = ResidencyStatement.objects.first()
    here = scope.current().region
    if latest is None or statements.region_of(latest, here) != here:  # counted before it moved
        return Evidence(Verdict.UNSHOWN, _("Not counted yet"), page="residency")
    if not statements.holds(latest, here):
        words = _("The last count isn't as it was signed.")
        return Evidence(Verdict.BROKEN, words, latest.counted_at, "residency")
    if latest.findings:
        words = ngettext(
            "%(n)s thing found elsewhere", "%(n)s things found elsewhere", latest.findings
        )
        return Evidence(
            Verdict.BROKEN, told(words, n=latest.findings), latest.counted_at, "residency"
        )
    if clock.now() - latest.counted_at > STALE:
        words = _("The last count is too old.")
        return Evidence(Verdict.UNSHOWN, words, latest.counted_at, "residency")
    words = told(_("0 of %(n)s rows, keys and files elsewhere"), n=statements.held(latest))
    return Evidence(Verdict.KEPT, words, latest.counted_at, "residency")
