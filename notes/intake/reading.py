"""Lists of forms: those to look at, those that wait for an answer, one client's, and a measure's scores over time."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from accounts.models import Member
from accounts.permissions import Permission
from accounts.requests import AccountRequest
from accounts.rights import Area, sees_own
from bookings.models import Attendee
from clients import glance
from clients.identity import OF, ids, of
from clients.models import Client
from notes.models import Form, FormReview
from privacy.vocabulary.placement import TenantQuerySet
from privacy.vocabulary.prepared import Prepared

State = Form.State
SEALED = ("answers", "score", "content_hash")
MOST_SCORES = 24
glance.watches(Form)
_ALL = Prepared[Form](
    lambda: (
        Form.objects.filter(OF)
        .select_related("notice")
        .defer("answers", "content_hash")
        .order_by("-created_at", "-id")
    )
)


def to_look_at() -> TenantQuerySet:
    """Return the completed forms that nobody has looked at yet: urgent ones first, then the oldest."""
    seen = FormReview.objects.filter(form=OuterRef("pk"))
    rows: TenantQuerySet = (
        Form.objects.filter(~Exists(seen), state=State.COMPLETED)
        .defer(*SEALED)
        .order_by("-is_urgent", "completed_at", "id")
    )
    return rows


def unfinished() -> TenantQuerySet:
    """Return the forms that somebody still has to do something about: not in yet, or in and not looked at."""
    seen = FormReview.objects.filter(form=OuterRef("pk"))
    rows: TenantQuerySet = Form.objects.filter(
        Q(state__in=(State.DRAFT, State.SENT, State.OPENED, State.EXPIRED))
        | Q(~Exists(seen), state=State.COMPLETED)
    ).defer(*SEALED)
    return rows


def waiting() -> TenantQuerySet:
    """Return the forms that wait for an answer, those not sent yet included; what ends first comes first."""
    rows: TenantQuerySet = (
        Form.objects.filter(state__in=(State.DRAFT, State.SENT, State.OPENED))
        .defer(*SEALED)
        .select_related("attendee__appointment")
        .order_by("expires_at", "created_at")
    )
    return rows


def reads_answers(member: Member, allowed: Collection[Permission], client: Client) -> bool:
    """Tell whether a member reads what a client answered: who reads only their own notes, of who comes to them."""
    if Permission.CLINICAL_READ not in allowed:
        return False
    if not sees_own(member, Area.NOTES):
        return True
    theirs = Attendee.objects.filter(of(client), appointment__practitioner__member=member)
    return bool(theirs.exists())


def of_client(client: Client) -> list[Form]:
    """Return every form of a client, newest first, without answers."""
    return _ALL(person=ids(client)) if glance.may_have(client, Form) else []


def find(pk: object) -> Form:
    """Return a form with its client and template; raise Http404."""
    form: Form | None = (
        Form.objects.select_related("client", "template", "attendee__appointment", "notice")
        .filter(pk=pk)
        .first()
    )
    if form is None:
        raise Http404
    return form


def find_readable(request: AccountRequest, pk: object) -> Form:
    """Return a form whose answers the member may read; raise Http404, or PermissionDenied."""
    form = find(pk)
    if not reads_answers(request.member, request.permissions, form.client):
        raise PermissionDenied
    return form


def completed_of(client: Client) -> TenantQuerySet:
    """Return a client's completed forms that stand, newest first, without answers."""
    rows: TenantQuerySet = (
        Form.objects.filter(of(client), state=State.COMPLETED)
        .defer(*SEALED)
        .order_by("-completed_at", "-id")
    )
    return rows


def scores(form: Form) -> list[Form]:
    """Return the completed forms of the same measure by the same client up to this one, oldest first, with scores."""
    same = Q(template_id=form.template_id) if form.template_id else Q(pk=form.pk)
    rows = (
        Form.objects.filter(same, of(form.client), completed_at__isnull=False)
        .exclude(state=State.SUPERSEDED)
        .filter(completed_at__lte=form.completed_at)
        .defer("answers", "content_hash")
        .order_by("-completed_at", "-id")[:MOST_SCORES]
    )
    return [each for each in reversed(rows) if each.score]


# What `to_look_at` lists, counted with what else waits on every page
LOOK_AT_COUNT = """
SELECT count(*) FROM notes_form f
WHERE f.account_id = %(account)s AND f.state = 'completed' AND NOT EXISTS (
  SELECT FROM notes_formreview r WHERE r.account_id = f.account_id AND r.form_id = f.id
) AND EXISTS (
  SELECT FROM clients_client c WHERE c.account_id = f.account_id AND c.id = f.client_id
)
"""
