"""What third-party apps keep: the policy of each of their models and the class of each field, declared here (DC-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from privacy.vocabulary.classification import (
    Because,
    DataClass,
    DataPolicy,
    FieldMark,
    Lifetime,
    Subject,
)

_SIGN_IN = "user.authorization"
_USER = "User Data is exported by the User"
_NONE = "describes the software, holds no data of a person"
_OPENLY = "User Data of the vendor, kept by the sign-in library in its own columns"


@dataclass(frozen=True, slots=True)
class Outside:
    """A policy, and the marks of fields that can't carry their own."""

    policy: DataPolicy | None
    fields: Mapping[str, FieldMark]


def _plain(*names: str) -> dict[str, FieldMark]:
    mark = FieldMark(DataClass.OPERATIONAL, "system.operations", "sign-in")
    return dict.fromkeys(names, mark)


def _of_users(*names: str) -> dict[str, FieldMark]:
    mark = FieldMark(DataClass.PERSONAL, _SIGN_IN, "sign-in", _OPENLY)
    return dict.fromkeys(names, mark)


_ABOUT_USERS = DataPolicy(Subject.USER, export=_USER, retain="while connected")
_ABOUT_NOBODY = DataPolicy(Subject.SYSTEM, export=_NONE, retain="while the software runs")

OUTSIDE: Mapping[str, Outside] = {
    # Fields that `accounts.User` inherits from Django; its own policy stands on the model
    "accounts.User": Outside(
        None,
        {**_of_users("password"), **_plain("last_login", "is_superuser")}
        | _plain("groups", "user_permissions"),
    ),
    "accounts.User_groups": Outside(_ABOUT_USERS, _plain("id", "user", "group")),
    "accounts.User_user_permissions": Outside(_ABOUT_USERS, _plain("id", "user", "permission")),
    "auth.Group": Outside(_ABOUT_NOBODY, _plain("id", "name", "permissions")),
    "auth.Group_permissions": Outside(_ABOUT_NOBODY, _plain("id", "group", "permission")),
    "auth.Permission": Outside(_ABOUT_NOBODY, _plain("id", "name", "content_type", "codename")),
    "contenttypes.ContentType": Outside(_ABOUT_NOBODY, _plain("id", "app_label", "model")),
    "admin.LogEntry": Outside(
        DataPolicy(
            Subject.USER,
            export=_USER,
            lives=Lifetime("action_time", after=7 * 365, because=Because.LAW),
        ),
        {
            **_plain("id", "action_time", "user", "content_type", "object_id", "action_flag"),
            **_of_users("object_repr", "change_message"),
        },
    ),
    "sessions.Session": Outside(
        DataPolicy(
            Subject.USER,
            export="passing state of sign-in",
            lives=Lifetime(
                "expire_date", days=settings.SESSION_COOKIE_AGE / 86_400, because=Because.SECURITY
            ),
        ),
        {**_plain("session_key", "expire_date"), **_of_users("session_data")},
    ),
    "account.EmailAddress": Outside(
        _ABOUT_USERS, {**_plain("id", "user", "verified", "primary"), **_of_users("email")}
    ),
    "account.EmailConfirmation": Outside(
        _ABOUT_USERS, {**_plain("id", "email_address", "created", "sent"), **_of_users("key")}
    ),
    "mfa.Authenticator": Outside(
        _ABOUT_USERS,
        {**_plain("id", "user", "type", "created_at", "last_used_at"), **_of_users("data")},
    ),
}

# Tables that no model stands for, in every database
TABLES = frozenset({"django_migrations"})

# Personal fields of a region that are sealed by other means than an encrypted field (CR-1); this list only shrinks
SEALED_OTHERWISE: Mapping[str, str] = {
    "accounts.AuditQueue.detail": "sealed under the client's key before it is written",
    "accounts.AuditEvent.detail": "sealed under the client's key before it is written",
}
