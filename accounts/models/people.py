"""The people who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from uuid_utils.compat import uuid7

from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, personal
from privacy.vocabulary.placement import Placement

_SIGN_IN = "the vendor looks Users up by it at sign-in; User Data, never Client Data"


class UserManager(BaseUserManager["User"]):
    """Makes Users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new saved User."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Return a new member of the vendor's staff with all rights in Django admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in: owner, practitioner, reception, bookkeeper, or the vendor's support staff."""

    placement: ClassVar = Placement.CONTROL
    id = operational(models.UUIDField(primary_key=True, default=uuid7, editable=False))
    email = personal(models.EmailField(unique=True), purpose="sign-in", unsealed=_SIGN_IN)
    name = personal(
        models.CharField(max_length=150, blank=True), purpose="sign-in", unsealed=_SIGN_IN
    )
    is_active = operational(models.BooleanField(default=True))
    is_staff = operational(models.BooleanField(default=False))
    date_joined = operational(models.DateTimeField(default=clock.now))

    objects = UserManager()
    data_policy = DataPolicy(
        Subject.USER, export="User Data is exported by the User", retain="while connected"
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        """Return the name that colleagues see."""
        return self.name or self.email.split("@")[0]
