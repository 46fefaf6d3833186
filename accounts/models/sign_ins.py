"""What happened at the door: who signed in, failed to, or had forgotten the password."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.practice import Member
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    Because,
    DataPolicy,
    Lifetime,
    Subject,
    operational,
    personal,
)
from privacy.vocabulary.fields import EncryptedCharField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class SignIn(RegionModel):
    """One event at a member's door, from where and with what; kept a year (features A6)."""

    class Kind(models.TextChoices):
        ENTERED = "entered", _("Came in")
        WRONG_PASSWORD = "password", _("Wrong password")
        WRONG_CODE = "code", _("Wrong second factor")
        FORGOT = "forgot", _("Forgot the password")
        NEW_PASSWORD = "new", _("New password")
        FACTOR = "factor", _("Second factor changed")

    member = operational(TenantForeignKey(Member, models.CASCADE, related_name="sign_ins"))
    kind = operational(models.CharField(max_length=10, choices=Kind.choices))
    at = operational(models.DateTimeField(default=clock.now))
    browser = operational(models.CharField(max_length=60, blank=True))
    address = personal(
        EncryptedCharField(max_length=45, blank=True, default=""),
        "user.device.ip_address",
        "security",
    )

    data_policy = DataPolicy(
        Subject.USER,
        deletable=True,
        closing=True,
        lives=Lifetime("at", after=365, because=Because.SECURITY),
        arrives="at the former account’s door",
    )

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "-at"], name="sign_ins_lately"),
            models.Index(fields=["account_id", "member", "-at"], name="sign_ins_of_member"),
        ]

    @property
    def is_trouble(self) -> bool:
        """Whether somebody stood at the door who may not have been the member."""
        return self.kind in (self.Kind.WRONG_PASSWORD, self.Kind.WRONG_CODE)
