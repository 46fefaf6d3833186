"""Django admin for the vendor's staff: the control database alone. Models of a region are never registered (DC-3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import allauth.account.admin  # registers EmailAddress
import allauth.mfa.admin  # noqa: F401 - registers Authenticator
import django.contrib.auth.admin  # noqa: F401 - registers Group
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import control_tasks
from accounts.models import Account, AccountAccess, AgreementAcceptance, ControlTask, User

admin.site.site_header = admin.site.site_title = _("Keepwell staff")
admin.site.index_title = _("Control database: sign-ins and accounts, no Client Data")
# Staff sign in where everybody does: same throttling, same second factor
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


def _own_page(name: str) -> Callable[..., HttpResponse]:
    """Return a view that leads to our own page, which throttles, tells by mail and ends the sessions in the regions."""

    def lead(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect(name)

    return lead


admin.site.password_change = _own_page("account_change_password")  # type: ignore[assignment,method-assign]
admin.site.logout = _own_page("account_logout")  # type: ignore[assignment,method-assign]
# Groups are not used, the secrets of second factors are nobody's to see, and an address of theirs given to an Owner's
# sign-in would let staff reset its password and read Client Data: those apps register them on import
admin.site.unregister([Group, Authenticator, EmailAddress])


class ReadOnly(admin.ModelAdmin[Any]):
    """Facts to look at: nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """Where an account lives and why, its state, its closing dates and certificate; all decided elsewhere."""

    list_display = ("name", "slug", "cell", "country", "state", "purge_due_at", "created_at")
    list_filter = ("state", "cell", "country", "region_basis")
    search_fields = ("name", "slug")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("name", "slug", "state", "created_at", "requires_second_factor")}),
        (
            _("Region"),
            {
                "fields": (
                    "cell",
                    "home_region",
                    "country",
                    "subdivision",
                    "region_basis",
                    "region_reason",
                    "region_rule_version",
                    "region_document",
                    "region_decided_by",
                    "region_decided_at",
                )
            },
        ),
        (_("Closure"), {"fields": ("purge_due_at", "closed_at", "certificate")}),
    )


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    """Sign-ins: found by address, switched off and on; passwords are never set by staff."""

    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    readonly_fields = ("email", "name", "date_joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "name", "is_active")}),
        (_("Staff"), {"fields": ("is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Users sign up or are invited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Users are switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; who was switched off loses every session, in the regions within a minute."""
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            control_tasks.end_sessions(obj)


@admin.register(AccountAccess)
class AccountAccessAdmin(ReadOnly):
    """Which User may enter which account."""

    list_display = ("user", "account", "is_owner", "created_at")
    list_select_related = ("user", "account")
    search_fields = ("user__email", "account__name", "account__slug")


@admin.register(AgreementAcceptance)
class AgreementAcceptanceAdmin(ReadOnly):
    """Who accepted which version for which account."""

    list_display = ("account", "document", "version", "user", "accepted_at")
    list_filter = ("document", "version")
    list_select_related = ("user", "account")
    search_fields = ("account__name", "account__slug")


@admin.register(ControlTask)
class ControlTaskAdmin(ReadOnly):
    """Work that control owes to a region; attempts without an end mean trouble."""

    list_display = ("name", "cell", "created_at", "done_at", "attempts")
    list_filter = ("name", "cell", ("done_at", admin.EmptyFieldListFilter))
