"""An account as its region knows it: anchor, members, practitioners, locations, notices."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import terminology
from accounts.cells import cell, region_name
from accounts.tenancy import AccountRef
from privacy.vocabulary import clock, scope
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal, public
from privacy.vocabulary.fields import EncryptedCharField, EncryptedEmailField
from privacy.vocabulary.placement import (
    ControlRef,
    Placement,
    RegionModel,
    TenantForeignKey,
    TenantManager,
)
from privacy.vocabulary.scope import Actor, ActorKind


@lru_cache(maxsize=4096)
def _path(name: str, slug: str) -> str:
    """Remembered, because the frame of each page has a dozen of them."""
    return reverse(name, args=[slug])


class Role(models.TextChoices):
    """The fixed roles; what each may do is in `accounts.rights`."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    PRACTITIONER = "practitioner", _("Practitioner")
    RECEPTION = "reception", _("Reception")
    BOOKKEEPER = "bookkeeper", _("Bookkeeper")


def valid_zone(value: str) -> None:
    """Raise `ValidationError` unless `value` is an IANA zone."""
    if value not in available_timezones():
        raise ValidationError(_("Choose a time zone from the list."))


class AccountAnchor(models.Model):
    """The account in its region: every tenant row refers to it, so a row of another region's account can't exist."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        CLOSING = "closing", _("closing")
        PURGING = "purging", _("being purged")
        ARRIVING = "arriving", _("being brought in")
        MOVING = "moving", _("moving to another region")
        LEFT = "left", _("moved away")

    placement: ClassVar = Placement.REGION
    account_id = operational(models.UUIDField(primary_key=True, editable=False))
    slug = public(models.SlugField(unique=True, max_length=60))
    name = public(models.CharField(max_length=120))
    cell = operational(models.CharField(max_length=20))
    country = operational(models.CharField(max_length=2))
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    )
    client_word = operational(
        models.CharField(max_length=12, choices=terminology.CHOICES, default=terminology.USUAL)
    )
    key_epoch = operational(models.PositiveIntegerField(default=1))
    created_at = operational(models.DateTimeField(default=clock.now))
    closing_at = operational(models.DateTimeField(null=True))
    epoch = operational(
        models.PositiveIntegerField(default=1, help_text="one more each time it moves to a region")
    )
    formerly = operational(
        models.JSONField(
            default=list,
            blank=True,
            help_text="the accounts this one was, each until when (privacy.vocabulary.former)",
        )
    )

    objects = TenantManager()
    data_policy = DataPolicy(Subject.SYSTEM, closing=True, arrives="the account has its own")

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return str(self.name)

    @property
    def ref(self) -> AccountRef:
        """What `acting_in` needs to enter this account."""
        return AccountRef(self.account_id, self.slug, self.cell)

    @property
    def region(self) -> str:
        """Code of the region."""
        return cell(self.cell).region

    @property
    def city(self) -> str:
        """City of the region, as people know it."""
        return region_name(self.region)

    @property
    def is_active(self) -> bool:
        """Whether the account may be written to."""
        return self.state == self.State.ACTIVE

    @property
    def is_moving(self) -> bool:
        """Whether the account is on its way to another region, or has gone: it can be read and nothing else."""
        return self.state in (self.State.MOVING, self.State.LEFT)

    def url(self, name: str, *args: object, **query: object) -> str:
        """Return the address of one of the account's pages, on its region's host when it has one."""
        path = reverse(name, args=[self.slug, *args]) if args else _path(name, self.slug)
        host = cell(self.cell).host
        return f"{host}{path}" + (f"?{urlencode(query)}" if query else "")


class Member(RegionModel):
    """A User's place in the account: role, name as colleagues see it, and the location they are confined to.

    `rights`: where they go further or less far than their role, a level's name by area (see `accounts.rights`).
    """

    user_id = operational(ControlRef())
    name = personal(EncryptedCharField(_("name"), max_length=150), purpose="administration")
    email = personal(EncryptedEmailField(_("e-mail"), max_length=254), purpose="administration")
    role = operational(models.CharField(_("role"), max_length=12, choices=Role.choices))
    rights = operational(models.JSONField(default=dict, blank=True))
    location = operational(
        TenantForeignKey(
            "accounts.Location",
            models.PROTECT,
            null=True,
            blank=True,
            related_name="+",
            help_text="empty: every location",
        )
    )
    joined_at = operational(models.DateTimeField(default=clock.now))
    removed_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.USER)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "user_id"], name="one_member"),
            models.UniqueConstraint(
                fields=["account_id"],
                condition=models.Q(role="owner", removed_at=None),
                name="one_owner",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def actor(self) -> Actor:
        """This member as the one who acts."""
        return Actor(ActorKind.MEMBER, self.pk)

    @property
    def initials(self) -> str:
        """First letters of the first and last word of the name."""
        words = str(self.name).split() or ["?"]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


class Location(RegionModel):
    """A place where the practice works; the time zone belongs to it."""

    name = public(models.CharField(_("name"), max_length=80))
    address = public(models.CharField(_("address"), max_length=200, blank=True))
    phone = public(models.CharField(_("phone"), max_length=40, blank=True))
    time_zone = public(models.CharField(_("time zone"), max_length=60, validators=[valid_zone]))
    is_online = operational(models.BooleanField(_("offered online"), default=True))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "name"], name="one_location_name")
        ]

    def __str__(self) -> str:
        return str(self.name)


class Practitioner(RegionModel):
    """A person who can be booked and may author notes; keeps both when deactivated."""

    member = operational(
        TenantForeignKey(
            Member, models.SET_NULL, null=True, blank=True, related_name="practitioners"
        )
    )
    name = personal(EncryptedCharField(_("name"), max_length=150), purpose="publication")
    profession = public(models.CharField(_("profession"), max_length=80, blank=True))
    registration = personal(
        EncryptedCharField(_("registration number"), max_length=40, blank=True, default=""),
        "user.unique_id",
    )
    is_online = operational(models.BooleanField(_("can be booked online"), default=True))
    position = operational(models.PositiveIntegerField(default=0))
    deactivated_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.USER)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "member"], name="one_practitioner_per_member"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class Invitation(RegionModel):
    """An invitation to join the account: a hashed token that lives seven days and works once."""

    digest = operational(models.BinaryField())
    email = personal(EncryptedEmailField(_("e-mail"), max_length=254), purpose="administration")
    name = personal(EncryptedCharField(_("name"), max_length=150), purpose="administration")
    role = operational(models.CharField(_("role"), max_length=12, choices=Role.choices))
    is_practitioner = operational(
        models.BooleanField(_("can be booked and writes notes"), default=False)
    )
    location = operational(
        TenantForeignKey(
            "accounts.Location",
            models.PROTECT,
            null=True,
            blank=True,
            related_name="+",
            help_text="empty: every location",
        )
    )
    invited_by = operational(TenantForeignKey(Member, models.PROTECT, related_name="+"))
    created_at = operational(models.DateTimeField(default=clock.now))
    expires_at = operational(models.DateTimeField())
    accepted_at = operational(models.DateTimeField(null=True))
    withdrawn_at = operational(models.DateTimeField(null=True))

    data_policy = DataPolicy(Subject.USER, arrives="whoever was invited is invited anew")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "digest"], name="one_invitation")
        ]


class PrivacyNotice(RegionModel):
    """A published version of the practice's privacy notice; which one was shown is recorded with each booking (P5)."""

    version = operational(models.PositiveIntegerField())
    text = public(models.TextField(_("text")))
    published_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, append_only=True)

    class Meta(RegionModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "version"], name="one_notice_version")
        ]


def current_anchor() -> AccountAnchor:
    """Return the active account's anchor; raise `AccountAnchor.DoesNotExist` when it does not live here."""
    anchor: AccountAnchor = AccountAnchor.objects.get(account_id=scope.current().account_id)
    return anchor
