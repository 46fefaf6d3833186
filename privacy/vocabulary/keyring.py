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
    accounts: list[tuple[Key, bytes]] = field(default_factory=list)  # the newest first
    clients: dict[UUID, Key] = field(default_factory=dict)
    by_id: dict[UUID, Key] = field(default_factory=dict)
    indexes: dict[tuple[str, UUID], bytes] = field(default_factory=dict)


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
            wrapped=wrapping.wrap(raw, account_place(active.account_id, 1)),
            wrapped_by=wrapping.name,
            created_at=clock.now(),
        )
    forget()


def create_client_keys(client_ids: Iterable[UUID]) -> None:
    """Make one key for each new client of the active account, in one keyring transaction."""
    active = scope.current()
    account_cipher = _account_secret()
    rows = []
    for client_id in client_ids:
        raw = os.urandom(32)
        wrapped = wrap(account_cipher, raw, client_place(active.account_id, client_id, 1))
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


def known_key(client_id: UUID | None) -> Key | None:
    """Return the key that seals new values when this process remembers it; asks nobody."""
    memory = _recall(scope.current())
    if client_id is not None:
        return memory.clients.get(client_id)
    return memory.accounts[0][0] if memory.accounts else None


def has_older_keys() -> bool:
    """Whether this process knows that the account has had another key before; asks nobody."""
    return len(_recall(scope.current()).accounts) > 1


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
    return blind_indexes(name, value)[0]


def blind_indexes(name: str, value: str) -> list[bytes]:
    """Return the same by each of the account's keys, newest first: a look-up asks for all, while they are rebuilt."""
    text = value.encode()
    return [
        hmac.digest(_index_key(name, key, raw), text, hashlib.sha256)[:16]
        for key, raw in account_keys()
    ]


def lasting_index(name: str, value: str) -> bytes:
    """Return the same by the account's first key, for what nobody could hash again: its value isn't kept."""
    return blind_indexes(name, value)[-1]


def _index_key(name: str, key: Key, raw: bytes) -> bytes:
    indexes = _recall(scope.current()).indexes
    if (name, key.id) not in indexes:
        info = f"keepwell|blind|{name}".encode()
        indexes[name, key.id] = HKDFExpand(hashes.SHA256(), 32, info).derive(raw)
    return indexes[name, key.id]


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


def account_keys() -> list[tuple[Key, bytes]]:
    """Return every key of the active account that there is, newest first: that one seals, the others only open."""
    active = scope.current()
    memory = _recall(active)
    if not memory.accounts:
        with keyring_transaction():
            rows = AccountKey.objects.using(active.keyring).filter(account_id=active.account_id)
            found = list(rows.order_by("-version"))
        if not found:
            raise Unreadable("The account's key was destroyed.")
        for row in found:
            place = account_place(active.account_id, row.version)
            raw = region_keys.unwrap(active.region, row.wrapped_by, bytes(row.wrapped), place)
            memory.accounts.append((Key(row.pk, raw), raw))
        memory.by_id |= {key.id: key for key, _raw in memory.accounts}
    return memory.accounts


def _account_key() -> tuple[Key, bytes]:
    return account_keys()[0]


def _account_secret() -> AESGCM:
    return AESGCM(_account_key()[1])


def unwrap_client_key(wrapped: bytes, place: bytes) -> tuple[bytes, bool]:
    """Return a client's key, and whether the account's newest key wraps it; raise `Unreadable`."""
    for number, (_key, raw) in enumerate(account_keys()):
        try:
            return AESGCM(raw).decrypt(wrapped[:12], wrapped[12:], place), number == 0
        except InvalidTag:
            continue
    raise _not_unwrapped()


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
    for pk, client_id, text, version, wrapped in rows:
        place = client_place(account, text, version)
        try:
            raw = decrypt(wrapped[:12], wrapped[12:], place)
        except InvalidTag:  # by an older key, while they are wrapped anew
            raw = unwrap_client_key(wrapped, place)[0]
        by_id[pk] = clients[client_id] = Key(pk, raw)


def account_place(account_id: UUID, version: int) -> bytes:
    """Return what a wrapped account key is bound to."""
    return f"account-key|{account_id}|{version}".encode()


def client_place(account_id: UUID | str, client_id: UUID | str, version: int) -> bytes:
    """Return what a wrapped client key is bound to."""
    return f"client-key|{account_id}|{client_id}|{version}".encode()


def wrap(cipher: AESGCM, raw: bytes, aad: bytes) -> bytes:
    """Return `nonce(12) | sealed key | tag(16)`."""
    nonce = os.urandom(12)
    return nonce + cipher.encrypt(nonce, raw, aad)


def _not_unwrapped() -> Unreadable:
    return Unreadable("A key can't be unwrapped: wrong account key or altered row.")
