"""Looks at how long things are kept, and what has to go (P16 to P19)."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import AccountAnchor
from accounts.models.practice import current_anchor
from accounts.tenancy import NotServing
from clients.models import Client
from privacy import closure
from privacy.erasure import ledger
from privacy.erasure.places import place
from privacy.inventory import kinds_in
from privacy.models import Erasure, Export
from privacy.promises.evidence import Evidence, Verdict, told
from privacy.sweeping import ending, over
from privacy.vocabulary import keyring, scope
from privacy.vocabulary.classification import Subject
from privacy.vocabulary.placement import Placement

# The sweep comes every hour
LATE = timedelta(hours=6)
_ABOUT_CLIENTS = (Subject.CLIENT, Subject.CONTACT)
_MAY_DELETE = """
SELECT count(*) FROM unnest(%s::text[]) AS kept(name) WHERE has_table_privilege(current_user, name, 'DELETE')
"""


def nothing_of_clients_can_be_deleted() -> Evidence:
    """Ask the database which clinical tables the product itself may delete from; only those declared so (P16)."""
    kept = [
        kind
        for kind in kinds_in(Placement.REGION)
        if kind.declared.subject in _ABOUT_CLIENTS
        and not (kind.declared.deletable or kind.declared.undoable)
    ]
    with connections[scope.current().database].cursor() as cursor:
        cursor.execute(_MAY_DELETE, [[kind.table for kind in kept]])
        loose = int(cursor.fetchone()[0])
    if loose:
        words = ngettext("%(n)s table could be emptied", "%(n)s tables could be emptied", loose)
        return Evidence(Verdict.BROKEN, told(words, n=loose))
    words = told(_("%(n)s kinds of records that the database lets nobody delete"), n=len(kept))
    return Evidence(Verdict.KEPT, words)


def a_copy_can_be_had() -> Evidence:
    """Tell the last complete copy; a closing account without one is the Owner's turn (P17)."""
    latest = (
        Export.objects.exclude(sha256="").exclude(finished_at=None).order_by("-finished_at").first()
    )
    closing = current_anchor().state == AccountAnchor.State.CLOSING
    if closing and closure.latest_export() is None:
        words = _("The account is closing, and there is no copy to fetch.")
        return Evidence(Verdict.YOURS, words, page="exports")
    if latest is None:
        return Evidence(Verdict.KEPT, _("At any time; none asked for yet"), page="exports")
    words = told(
        _("Last copy: %(n)s rows, read back and verified, %(gaps)s gaps"),
        n=latest.rows,
        gaps=latest.gaps,
    )
    return Evidence(Verdict.KEPT, words, latest.finished_at, "exports")


def what_is_over_has_gone() -> Evidence:
    """Count rows whose time has been over for hours: the sweep should have taken them (P18, RT-10)."""
    scheduled = [*ending(Placement.REGION), *ending(Placement.CONTROL)]
    late = sum(over(*each, late=LATE).count() for each in scheduled)
    if late:
        words = ngettext(
            "%(n)s record is over and still there", "%(n)s records are over and still there", late
        )
        return Evidence(Verdict.BROKEN, told(words, n=late))
    words = told(_("%(n)s kinds of records end by themselves, none is late"), n=len(scheduled))
    return Evidence(Verdict.KEPT, words)


def the_erased_stay_erased() -> Evidence:
    """Hold the region's database against the ledger of erasures outside it; a database that knows less is old (RT-8)."""
    try:
        ledger.check(place(scope.current().cell))
    except NotServing:
        return Evidence(Verdict.BROKEN, _("The database knows less than the ledger of erasures."))
    done = Erasure.objects.values("entry").distinct().count()
    words = ngettext(
        "%(n)s person erased; ledger and database agree",
        "%(n)s people erased; ledger and database agree",
        done,
    )
    return Evidence(Verdict.KEPT, told(words, n=done))


def every_client_has_a_key() -> Evidence:
    """Hold clients against the keyring: a record without a key can't be read, a key alone should be gone (P19)."""
    keys = keyring.client_ids_with_keys()
    clients = set(Client.objects.values_list("pk", flat=True).iterator())
    erased = set(Erasure.objects.values_list("client_id", flat=True))  # whose empty rows stay
    clients -= erased
    if lost := len(clients - keys):
        words = ngettext("%(n)s client without a key", "%(n)s clients without a key", lost)
        return Evidence(Verdict.BROKEN, told(words, n=lost))
    words = told(_("%(n)s clients, each with a key that can be destroyed"), n=len(clients))
    return Evidence(Verdict.KEPT, words)
