"""An invitation's page: who invites to what, and joining with a sign-in that exists or a new one."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import directory, invitations
from accounts.models import AccountAccess, Role, User
from accounts.models.practice import current_anchor
from accounts.permissions import public
from accounts.tenancy import AccountRef, acting_in


@public
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, account_slug: str, token: str) -> HttpResponse:
    """Show an invitation; a signed-in User accepts it by POST and goes in."""
    ref = directory.find(account_slug)
    shown = _shown(request, ref, token) if ref else None
    if ref is None or shown is None:
        return render(request, "accounts/invitation_gone.html", status=404)
    user = request.user
    if request.method == "POST" and isinstance(user, User):
        _join(ref, user, token)
        return redirect("enter", account_slug)
    if not isinstance(user, User):
        # The mail with this link reached that address, so it needs no second proof by a code
        get_adapter(request).stash_verified_email(request, shown.pop("email"))
    here = urlencode({"next": request.path})
    links = {
        "sign_in_url": f"{reverse('account_login')}?{here}",
        "sign_up_url": f"{reverse('account_signup')}?{here}",
    }
    return render(request, "accounts/invitation.html", shown | links)


def _shown(request: HttpRequest, ref: AccountRef, token: str) -> dict[str, object] | None:
    with acting_in(ref):
        found = invitations.by_token(token)
        if found is None:
            return None
        return {
            "practice": current_anchor().name,
            "city": ref.city,
            "inviter": found.invited_by.name,
            "role": Role(found.role).label,
            "name": found.name,
            "email": found.email,
        }


def _join(ref: AccountRef, user: User, token: str) -> None:
    """Control's index first, then the region, which decides: killed between, the User tries again and gets in."""
    AccountAccess.objects.get_or_create(user=user, account_id=ref.id)
    with acting_in(ref):
        found = invitations.by_token(token)
        if found is None:
            return
        try:
            invitations.accept(user=user, invitation=found)
        except invitations.AlreadyMember:
            return
