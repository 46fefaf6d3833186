"""Keys of accounts and clients: made, fetched, remembered for a few minutes in this process, destroyed (CR-5, CR-6)."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.db import connections, transaction
from psycopg.pq import Format

from privacy.vocabulary import clock, region_keys, scope
from privacy.vocabulary.models import AccountKey, ClientKey
from privacy.vocabulary.sealing import Key, Unreadable

REMEMBERED_SECONDS = 300
REMEMBERED_ACCOUNTS = 64
MANY_CLIENTS = 1000


@dataclass(slots=True, repr=False)
class _Remembered:
    """The unwrapped keys of one account at one key epoch; they never show in text (CR-6)."""

    expires: float
    account: tuple[Key, bytes] | None = None
    clients: dict[UUID, Key] = field(default_factory=dict)
    by_id: dict[UUID, Key] = field(default_factory=dict)
    indexes: dict[str, bytes] = field(default_factory=dict)


_memory: OrderedDict[tuple[UUID, str, int], _Remembered] = OrderedDict()


def forget() -> None:
    """Drop every key that this process remembers."""
    _memory.clear()


def create_account_key() -> None:
    """Make the active account's key; commits before any row that needs it (house.md 4)."""
    active = scope.current()
    raw = os.urandom(32)
    wrapping = region_keys.present(active.region)
    with keyring_transaction():
        AccountKey.objects.using(active.keyring).create(
            account_id=active.account_id,
            wrapped=wrapping.wrap(raw, _account_place(active.account_id, 1)),
            wrapped_by=wrapping.name,
            created_at=clock.now(),
        )
    forget()


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
            place = _account_place(active.account_id, row.version)
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


def create_client_keys(client_ids: Iterable[UUID]) -> None:
    """Make one key for each new client of the active account, in one keyring transaction."""
    active = scope.current()
    account_cipher = _account_secret()
    rows = []
    for client_id in client_ids:
        raw = os.urandom(32)
        wrapped = _wrap(account_cipher, raw, _client_place(active.account_id, client_id, 1))
        rows.append(
            ClientKey(
                account_id=active.account_id,
                client_id=client_id,
                wrapped=wrapped,
                created_at=clock.now(),
            )
        )
        _remember(active, rows[-1].pk, client_id, raw)
    with keyring_transaction():
        ClientKey.objects.using(active.keyring).bulk_create(rows, batch_size=1000)


def sealing_key(client_id: UUID | None) -> Key:
    """Return the key that seals new values: the client's, or the account's when `client_id` is None."""
    if client_id is None:
        return _account_key()[0]
    memory = _recall(scope.current())
    if client_id not in memory.clients:
        _load_clients([client_id])
    try:
        return memory.clients[client_id]
    except KeyError:
        raise Unreadable(f"Client {client_id} has no key.") from None


def opening_key(key_id: UUID, client_id: UUID | None) -> Key:
    """Return the key with this id; raise `Unreadable` when it was destroyed or belongs to somebody else."""
    memory = _recall(scope.current())
    if key_id not in memory.by_id:
        if client_id is None:
            _account_key()
        else:
            _load_clients([client_id])
    try:
        return memory.by_id[key_id]
    except KeyError:
        raise Unreadable("The key of this value was destroyed.") from None


def prefetch(client_ids: Iterable[UUID] | None = None) -> Mapping[UUID, Key]:
    """Load the keys of these clients (None: of all clients of the account) in one query; return those known."""
    memory = _recall(scope.current())
    if client_ids is None:
        _load_clients(None)
    else:
        missing = [client_id for client_id in set(client_ids) if client_id not in memory.clients]
        if missing:
            _load_clients(missing if len(missing) < MANY_CLIENTS else None)
    return memory.clients


def blind_index(name: str, value: str) -> bytes:
    """Return 16 bytes that stand for a normalised value of the field `name` in this account alone (privacy.md 4)."""
    memory = _recall(scope.current())
    if name not in memory.indexes:
        secret = _account_key()[1]
        info = f"keepwell|blind|{name}".encode()
        memory.indexes[name] = HKDFExpand(hashes.SHA256(), 32, info).derive(secret)
    return hmac.digest(memory.indexes[name], value.encode(), hashlib.sha256)[:16]


def destroy_account_keys() -> int:
    """Destroy every key of the active account; return how many there were. Nothing of it is readable afterwards."""
    active = scope.current()
    with keyring_transaction():
        clients, _ = (
            ClientKey.objects.using(active.keyring).filter(account_id=active.account_id).delete()
        )
        accounts, _ = (
            AccountKey.objects.using(active.keyring).filter(account_id=active.account_id).delete()
        )
    forget()
    return clients + accounts


def destroy_client_keys(client_ids: Iterable[UUID]) -> int:
    """Destroy the keys of these clients; return how many there were."""
    active = scope.current()
    with keyring_transaction():
        gone, _ = (
            ClientKey.objects.using(active.keyring)
            .filter(account_id=active.account_id, client_id__in=list(client_ids))
            .delete()
        )
    forget()
    return gone


def client_ids_with_keys(*, made_before: object = None) -> set[UUID]:
    """Return the ids of all clients of the account that have a key; `made_before` leaves newer keys out."""
    active = scope.current()
    with keyring_transaction():
        keys = ClientKey.objects.using(active.keyring).filter(account_id=active.account_id)
        if made_before is not None:
            keys = keys.filter(created_at__lt=made_before)
        return set(keys.values_list("client_id", flat=True))


@contextmanager
def keyring_transaction() -> Iterator[None]:
    """Open a short transaction on the active keyring, which row-level security ties to the active account."""
    active = scope.current()
    with transaction.atomic(using=active.keyring):
        with connections[active.keyring].cursor() as cursor:
            cursor.execute(
                "SELECT set_config('app.account_id', %s, true)", [str(active.account_id)]
            )
        yield


def _recall(active: scope.Scope) -> _Remembered:
    mark = (active.account_id, active.keyring, active.key_epoch)
    memory = _memory.get(mark)
    if memory is None or memory.expires < time.monotonic():
        memory = _memory[mark] = _Remembered(expires=time.monotonic() + REMEMBERED_SECONDS)
        while len(_memory) > REMEMBERED_ACCOUNTS:
            _memory.popitem(last=False)
    _memory.move_to_end(mark)
    return memory


def _remember(active: scope.Scope, key_id: UUID, client_id: UUID, raw: bytes) -> None:
    memory = _recall(active)
    key = Key(key_id, raw)
    memory.by_id[key_id] = key
    memory.clients[client_id] = key


def _account_key() -> tuple[Key, bytes]:
    active = scope.current()
    memory = _recall(active)
    if memory.account is None:
        with keyring_transaction():
            row = (
                AccountKey.objects.using(active.keyring)
                .filter(account_id=active.account_id)
                .order_by("-version")
                .first()
            )
        if row is None:
            raise Unreadable("The account's key was destroyed.")
        place = _account_place(active.account_id, row.version)
        raw = region_keys.unwrap(active.region, row.wrapped_by, bytes(row.wrapped), place)
        key = Key(row.pk, raw)
        memory.account = (key, raw)
        memory.by_id[row.pk] = key
    return memory.account


def _account_secret() -> AESGCM:
    return AESGCM(_account_key()[1])


def _load_clients(client_ids: list[UUID] | None) -> None:
    """Unwrap keys into memory; written for 50,000 at once, so it makes no models and no text from ids."""
    active = scope.current()
    account_cipher = _account_secret()
    some = "" if client_ids is None else " AND client_id = ANY(%s)"
    with keyring_transaction(), connections[active.keyring].cursor() as cursor:
        cursor.cursor.format = (
            Format.BINARY
        )  # sealed bytes would travel as twice as many hexadecimal digits
        cursor.execute(
            f"SELECT id, client_id, client_id::text, version, wrapped FROM {ClientKey._meta.db_table} "
            f"WHERE account_id = %s{some}",
            [active.account_id, *([] if client_ids is None else [client_ids])],
        )
        rows = cursor.fetchall()
    rows.sort(key=itemgetter(3))  # the newest version of a key seals: it comes last
    memory = _recall(active)
    clients, by_id = memory.clients, memory.by_id
    decrypt, account = account_cipher.decrypt, str(active.account_id)
    try:
        for pk, client_id, text, version, wrapped in rows:
            place = _client_place(account, text, version)
            by_id[pk] = clients[client_id] = Key(pk, decrypt(wrapped[:12], wrapped[12:], place))
    except InvalidTag as error:
        raise _not_unwrapped() from error


def _account_place(account_id: UUID, version: int) -> bytes:
    return f"account-key|{account_id}|{version}".encode()


def _client_place(account_id: UUID | str, client_id: UUID | str, version: int) -> bytes:
    return f"client-key|{account_id}|{client_id}|{version}".encode()


def _wrap(cipher: AESGCM, raw: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + cipher.encrypt(nonce, raw, aad)


def _not_unwrapped() -> Unreadable:
    return Unreadable("A key can't be unwrapped: wrong account key or altered row.")
