"""The keys of accounts and clients, wrapped, in the keyring database."""

from django.db import models

from privacy.vocabulary.classification import DataPolicy, Subject, operational
from privacy.vocabulary.placement import KeyringModel

_SECRET = "keys never leave the keyring"


class AccountKey(KeyringModel):
    """The key of one account, wrapped by the region's key-encryption key; destroying it makes all unreadable."""

    version = operational(models.PositiveIntegerField(default=1))
    wrapped = operational(models.BinaryField())
    # The name of the region's key (privacy.vocabulary.region_keys)
    wrapped_by = operational(models.CharField(max_length=200))
    created_at = operational(models.DateTimeField())

    data_policy = DataPolicy(Subject.SYSTEM, export=_SECRET, deletable=True, closing=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "version"], name="one_account_key")
        ]


class ClientKey(KeyringModel):
    """The key of one client, wrapped by the account's key; destroying it shreds that client (CR-5)."""

    client_id = operational(models.UUIDField())
    version = operational(models.PositiveIntegerField(default=1))
    wrapped = operational(models.BinaryField())
    created_at = operational(models.DateTimeField())

    data_policy = DataPolicy(Subject.CLIENT, export=_SECRET, deletable=True, closing=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "client_id", "version"], name="one_client_key"
            )
        ]
