"""Files about clients."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.permissions import Permission
from clients.models.record import Client
from privacy.vocabulary import clock
from privacy.vocabulary.classification import (
    DataPolicy,
    StoredFile,
    Subject,
    operational,
    sensitive,
)
from privacy.vocabulary.fields import EncryptedCharField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Document(RegionModel):
    """A file about a client; its bytes lie sealed in the region's object store under a key of their own."""

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="documents"))
    name = sensitive(EncryptedCharField(_("file name"), max_length=255))
    media_type = operational(models.CharField(max_length=100))
    size = operational(models.PositiveBigIntegerField())
    sha256 = sensitive(EncryptedCharField(max_length=64))
    storage_key = operational(models.CharField(max_length=120))
    file_key = sensitive(EncryptedCharField(max_length=64))
    uploaded_by = operational(
        TenantForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    )
    created_at = operational(models.DateTimeField(default=clock.now))
    withdrawn_at = operational(models.DateTimeField(null=True, blank=True))

    counted_as, counted_for = _("files"), Permission.FILES_READ
    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        file=StoredFile(),
        readers="current_setting('app.files', true) = 'yes'",
    )

    class Meta(RegionModel.Meta):
        indexes = [models.Index(fields=["account_id", "client"], name="documents_of_client")]
