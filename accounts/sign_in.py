"""How sign-in by allauth is bent to Keepwell: our own words, no outside redirects, lower-case addresses."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Keepwell's account adapter."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and this password don't go together."),
        "incorrect_code": _("That is not the code. Look again, or ask for a new one."),
        "incorrect_password": _("That is not your password."),
        "enter_current_password": _("That is not your password."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
    }

    def is_safe_url(self, url: str | None) -> bool:
        """Allow redirects to our own pages only."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up goes through the practice's sign-up page or an invitation, which both create the User."""
        return True

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the practices: whoever signs in with the new password has no use for the page that changed it."""
        return reverse("accounts")

    def get_user_search_fields(self) -> list[str]:
        """Staff search Users by address."""
        return ["email"]

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Save a new User with a lower-case address."""
        user = super().save_user(request, user, form, commit=False)
        user.email = user.email.lower()
        if commit:
            user.save()
        return user
