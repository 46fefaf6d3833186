"""Holds the published policy against the forms, fields and kinds that there are (P7, P9)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy.policy import collecting, purposes
from privacy.promises.evidence import Evidence, Verdict, told


def every_form_is_listed() -> Evidence:
    """Compare the forms that ask people about themselves with the published ways of collection (VI-6)."""
    if unknown := len(collecting.unlisted()):
        words = ngettext("%(n)s form not in the policy", "%(n)s forms not in the policy", unknown)
        return Evidence(Verdict.BROKEN, told(words, n=unknown))
    words = _("%(forms)s forms, all in the %(ways)s ways we list")
    forms, ways = len(collecting.names()), len(collecting.WAYS)
    return Evidence(Verdict.KEPT, told(words, forms=forms, ways=ways))


def every_purpose_is_listed() -> Evidence:
    """Compare the purposes that fields declare with those that the policy has words for."""
    if unknown := len(purposes.unlisted()):
        words = ngettext(
            "%(n)s field for a purpose that isn't listed",
            "%(n)s fields for purposes that aren't listed",
            unknown,
        )
        return Evidence(Verdict.BROKEN, told(words, n=unknown))
    words = _("%(fields)s fields, for the %(uses)s purposes we list")
    fields = sum(1 for _field in purposes.fields())
    return Evidence(Verdict.KEPT, told(words, fields=fields, uses=len(purposes.uses())))
