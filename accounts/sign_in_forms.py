"""allauth's forms in Keepwell's words: labels instead of placeholders, plain help, the right keyboard."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.core.exceptions import ValidationError
from django.forms import Form, PasswordInput
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import door_log

LABELS = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "password1": _("Password"),
    "oldpassword": _("Your password now"),
    "password2": _("New password, once more"),
    "code": _("Code"),
}
# What is said beside a field that was left empty
MISSING = {
    "login": _("Enter your e-mail address."),
    "email": _("Enter your e-mail address."),
    "password": _("Enter your password."),
    "password1": _("Choose a password."),
    "oldpassword": _("Enter the password you have now."),
    "password2": _("Enter the new password once more."),
    "code": _("Enter the code."),
    "credential": _("Your device sent no passkey. Try once more."),
}


class Plain(Form):
    """A form without placeholders, which vanish as soon as somebody types."""

    labels: dict[str, Any] = {}

    @property
    def forgets(self) -> bool:
        """Whether something typed is not shown again: a password never is."""
        return any(isinstance(field.widget, PasswordInput) for field in self.fields.values())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = {**LABELS, **self.labels}.get(name, field.label)
            if name in MISSING:
                field.error_messages["required"] = MISSING[name]
            if name in ("password", "password1"):
                field.help_text = ""
            if name == "code":
                field.widget.attrs["autocomplete"] = "one-time-code"
                field.widget.attrs["inputmode"] = self.code_keyboard

    code_keyboard = "numeric"


class PlainCode(Plain):
    """A form with a code, which says in Keepwell's words that it is wrong."""

    def clean_code(self) -> Any:
        """Return the code, as allauth checks it."""
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError as refusal:
            if refusal.code != "incorrect_code":
                raise
            words = _("That is not the code. Type the one your app shows now.")
            raise ValidationError(words, code=refusal.code) from refusal


class LoginForm(Plain, account.LoginForm):  # type: ignore[misc]
    """Signing in."""


class SignupForm(Plain, account.SignupForm):  # type: ignore[misc]
    """Making a sign-in."""


class ResetPasswordForm(Plain, account.ResetPasswordForm):  # type: ignore[misc]
    """Asking for a link to a new password; the practices of whom it is for see that it was asked."""

    def save(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Send the link."""
        for user in self.users:
            door_log.forgot(user, request)
        return super().save(request, **kwargs)


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """Choosing a new password by that link."""

    labels = {"password1": _("New password")}


class ChangePasswordForm(Plain, account.ChangePasswordForm):  # type: ignore[misc]
    """Changing the password."""

    labels = {"password1": _("New password")}


class NewAddressForm(Plain, account.AddEmailForm):  # type: ignore[misc]
    """Changing the address."""

    labels = {"email": _("New address")}


class ConfirmCodeForm(Plain, account.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """Typing the code that came by mail, which has letters."""

    code_keyboard = "text"


class PasswordAgainForm(Plain, account.ReauthenticateForm):  # type: ignore[misc]
    """Giving the password once more."""


class SecondFactorForm(PlainCode, mfa.AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""


class SecondFactorAgainForm(PlainCode, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The second factor once more."""


class ActivateForm(PlainCode, totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""


class AddPasskeyForm(Plain, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey, with a name to know it by."""

    labels = {"name": _("Name"), "passwordless": _("Sign in with it alone, without the password")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = _("My passkey")
