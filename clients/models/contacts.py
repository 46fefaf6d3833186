"""People and organisations outside the practice: who refers, pays, teaches or looks after clients (features B9)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import (
    EncryptedCharField,
    EncryptedEmailField,
    EncryptedTextField,
)
from privacy.vocabulary.placement import RegionModel


class Contact(RegionModel):
    """A person outside, an organisation or both, sealed under the account’s key: several clients may be theirs."""

    class Kind(models.TextChoices):
        GP = "gp", _("General practitioner")
        SPECIALIST = "specialist", _("Specialist")
        INSURER = "insurer", _("Insurer or funder")
        SCHOOL = "school", _("School")
        EMPLOYER = "employer", _("Employer")
        FAMILY = "family", _("Family or carer")
        OTHER = "other", _("Other")

    kind = operational(models.CharField(_("kind"), max_length=10, choices=Kind.choices))
    title = personal(EncryptedCharField(_("title"), max_length=30, blank=True, default=""))
    given_name = personal(
        EncryptedCharField(_("given name"), max_length=80, blank=True, default="")
    )
    family_name = personal(
        EncryptedCharField(_("family name"), max_length=80, blank=True, default="")
    )
    organisation = personal(
        EncryptedCharField(_("organisation"), max_length=120, blank=True, default="")
    )
    profession = personal(
        EncryptedCharField(_("profession"), max_length=80, blank=True, default="")
    )
    number = personal(
        EncryptedCharField(_("provider or policy number"), max_length=40, blank=True, default="")
    )
    phone = personal(EncryptedCharField(_("phone"), max_length=40, blank=True, default=""))
    email = personal(EncryptedEmailField(_("e-mail"), max_length=254, blank=True, default=""))
    address = personal(EncryptedTextField(_("address"), max_length=500, blank=True, default=""))
    city = personal(EncryptedCharField(_("town or city"), max_length=80, blank=True, default=""))
    state = personal(
        EncryptedCharField(_("state or region"), max_length=80, blank=True, default="")
    )
    post_code = personal(EncryptedCharField(_("postcode"), max_length=20, blank=True, default=""))
    country = personal(EncryptedCharField(_("country"), max_length=2, blank=True, default=""))
    notes = sensitive(EncryptedTextField(_("notes"), max_length=4000, blank=True, default=""))
    archived_at = operational(models.DateTimeField(null=True, blank=True))
    created_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.CONTACT, undoable=True)

    @property
    def person(self) -> str:
        """The person's name with the title; "" for a place without one."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)

    @property
    def name(self) -> str:
        """The person's name, else the organisation's."""
        return self.person or str(self.organisation)
