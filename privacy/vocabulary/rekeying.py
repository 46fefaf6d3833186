"""New keys in the place of old ones: wrapped anew by the region's or the account's, and newer versions of both (CR-4).

An older version stays, because the audit's chain holds what it sealed; it seals nothing more. Each step is one short
transaction of the keyring: killed at any point, each key is wrapped by one or the other, and both are opened.
"""

from __future__ import annotations

import os
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.vocabulary import clock, keyring, region_keys, scope
from privacy.vocabulary.keyring import account_place, client_place, keyring_transaction
from privacy.vocabulary.models import AccountKey, ClientKey
from privacy.vocabulary.sealing import Unreadable

BATCH = 500


def rewrap_account_keys() -> int:
    """Wrap the active account's keys by the region's present key; return how many another had wrapped (CR-4).

    The keys themselves stay, and so does all that they seal. One transaction: killed at any point, each key is wrapped by
    one or the other. Raises `Unreadable` when the other isn't configured, `KeysAway` when a key service doesn't answer.
    """
    active = scope.current()
    wrapping = region_keys.present(active.region)
    with keyring_transaction():
        rows = AccountKey.objects.using(active.keyring).filter(account_id=active.account_id)
        others = list(rows.exclude(wrapped_by=wrapping.name).select_for_update())
        for row in others:
            place = account_place(active.account_id, row.version)
            raw = region_keys.unwrap(active.region, row.wrapped_by, bytes(row.wrapped), place)
            row.wrapped, row.wrapped_by = wrapping.wrap(raw, place), wrapping.name
            if wrapping.unwrap(row.wrapped, place) != raw:  # else the account would be lost
                raise Unreadable("What the present region key wrapped, it doesn't unwrap.")
            row.save(using=active.keyring, update_fields=["wrapped", "wrapped_by"])
    return len(others)


def account_keys_wrapped_by() -> set[str]:
    """Return the names of the region's keys that wrap the active account's."""
    active = scope.current()
    with keyring_transaction():
        rows = AccountKey.objects.using(active.keyring).filter(account_id=active.account_id)
        return set(rows.values_list("wrapped_by", flat=True))


def next_account_key() -> None:
    """Make the active account a newer key, which seals and wraps from now on; a key epoch must follow."""
    active = scope.current()
    raw, wrapping = os.urandom(32), region_keys.present(active.region)
    with keyring_transaction():
        rows = AccountKey.objects.using(active.keyring).filter(account_id=active.account_id)
        version = max(row.version for row in rows.select_for_update()) + 1
        rows.create(
            account_id=active.account_id,
            version=version,
            wrapped=wrapping.wrap(raw, account_place(active.account_id, version)),
            wrapped_by=wrapping.name,
            created_at=clock.now(),
        )
    keyring.forget()


def next_client_key(client_id: UUID) -> None:
    """Make a client a newer key, which seals from now on; raise `Unreadable` for one who was erased."""
    active = scope.current()
    raw = os.urandom(32)
    cipher = AESGCM(keyring.account_keys()[0][1])
    with keyring_transaction():
        rows = ClientKey.objects.using(active.keyring).filter(
            account_id=active.account_id, client_id=client_id
        )
        versions = [row.version for row in rows.select_for_update()]
        if not versions:
            raise Unreadable(f"Client {client_id} has no key.")
        version = max(versions) + 1
        place = client_place(active.account_id, client_id, version)
        rows.create(
            account_id=active.account_id,
            client_id=client_id,
            version=version,
            wrapped=keyring.wrap(cipher, raw, place),
            created_at=clock.now(),
        )
    keyring.forget()


def rewrap_client_keys() -> int:
    """Wrap the clients' keys by the account's newest key, in batches; return how many an older one had wrapped."""
    active = scope.current()
    cipher = AESGCM(keyring.account_keys()[0][1])
    rows = ClientKey.objects.using(active.keyring).filter(account_id=active.account_id)
    last, done = UUID(int=0), 0
    while True:
        with keyring_transaction():
            batch = list(rows.filter(pk__gt=last).order_by("pk")[:BATCH].select_for_update())
            for row in batch:
                place = client_place(row.account_id, row.client_id, row.version)
                raw, is_new = keyring.unwrap_client_key(bytes(row.wrapped), place)
                if not is_new:
                    row.wrapped = keyring.wrap(cipher, raw, place)
                    row.save(using=active.keyring, update_fields=["wrapped"])
                    done += 1
        if not batch:
            return done
        last = batch[-1].pk


def client_keys_left() -> bool:
    """Whether an older key of the account still wraps a client's."""
    active = scope.current()
    with keyring_transaction():
        rows = ClientKey.objects.using(active.keyring).filter(account_id=active.account_id)
        return any(
            not keyring.unwrap_client_key(
                bytes(row.wrapped), client_place(row.account_id, row.client_id, row.version)
            )[1]
            for row in rows.iterator()
        )
