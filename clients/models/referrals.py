"""How clients found the practice: another client, a contact, or one of the practice's own ways (features B9)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.contacts import Contact
from clients.models.record import Client
from privacy.vocabulary.classification import DataPolicy, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedCharField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class ReferralType(RegionModel):
    """One of the practice's own ways in which people find it: a web search, a sign, a sports club."""

    name = operational(models.CharField(_("name"), max_length=60))
    position = operational(models.PositiveIntegerField(default=0))
    archived_at = operational(models.DateTimeField(null=True, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "name"], name="one_referral_type")
        ]

    def __str__(self) -> str:
        return str(self.name)


class Referral(RegionModel):
    """How one client found the practice; names one of the three."""

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="referrals"))
    by_client = operational(
        TenantForeignKey(Client, models.PROTECT, null=True, blank=True, related_name="referred")
    )
    by_contact = operational(
        TenantForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="referred")
    )
    by_type = operational(
        TenantForeignKey(
            ReferralType, models.PROTECT, null=True, blank=True, related_name="referred"
        )
    )
    note = sensitive(EncryptedCharField(_("more about it"), max_length=200, blank=True, default=""))

    counted_as = _("who referred them")
    data_policy = DataPolicy(Subject.CLIENT, client="client_id", deletable=True, work_of="client")

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account_id", "client"], name="one_referral"),
            models.CheckConstraint(
                condition=models.Q(by_client=None, by_contact=None, by_type__isnull=False)
                | models.Q(by_client=None, by_contact__isnull=False, by_type=None)
                | models.Q(by_client__isnull=False, by_contact=None, by_type=None),
                name="one_way_of_referral",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account_id", "by_contact"],
                name="referrals_by_contact",
                condition=models.Q(by_contact__isnull=False),
            ),
            models.Index(
                fields=["account_id", "by_client"],
                name="referrals_by_client",
                condition=models.Q(by_client__isnull=False),
            ),
        ]
