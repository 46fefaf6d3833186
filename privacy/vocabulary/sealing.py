"""One value sealed under one key and bound to its place: AES-256-GCM with the place as associated data (CR-2).

A sealed value is `version(1) | key id(16) | nonce(12) | ciphertext | tag(16)`: 45 bytes more than the value.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION_AES_256_GCM = 1
_HEADER = 17
_NONCE = 12
_START = _HEADER + _NONCE
SHORTEST = _HEADER + _NONCE + 16  # a sealed empty text


class Unreadable(ValueError):
    """A sealed value can't be opened: altered, moved to another place, or its key is gone."""


@dataclass(frozen=True, slots=True)
class Key:
    """A data key in use; its bytes never show in text, logs or pickles (CR-6)."""

    id: UUID
    cipher: AESGCM

    def __repr__(self) -> str:
        return f"<Key {self.id}>"

    def __reduce__(self) -> str:
        raise TypeError("Keys are never pickled.")


def place(
    region: str,
    account: UUID | str,
    client: UUID | str | None,
    kind: str,
    pk: UUID | str,
    field: str,
) -> bytes:
    """Return the associated data that binds a value to region, account, client, row and field.

    Ids may be given as the text that PostgreSQL writes, which is the same.
    """
    return f"v1|{region}|{account}|{client or '-'}|{kind}|{pk}|{field}".encode()


def seal(plain: bytes, key: Key, aad: bytes) -> bytes:
    """Return `plain` sealed under `key` for the place `aad`."""
    nonce = os.urandom(_NONCE)
    return (
        bytes([VERSION_AES_256_GCM]) + key.id.bytes + nonce + key.cipher.encrypt(nonce, plain, aad)
    )


def key_id(payload: bytes) -> UUID:
    """Return the id of the key that a sealed value was made with; raise `Unreadable` when it is not one."""
    if len(payload) < SHORTEST or payload[0] != VERSION_AES_256_GCM:
        raise Unreadable("Not a sealed value.")
    return UUID(bytes=payload[1:_HEADER])


def unseal(payload: bytes, key: Key, aad: bytes) -> bytes:
    """Return the plain value; raise `Unreadable`, never something else, when value, key or place don't match."""
    if len(payload) < SHORTEST or payload[0] != VERSION_AES_256_GCM:
        raise Unreadable("Not a sealed value.")
    if (
        payload[1:_HEADER] != key.id.bytes
    ):  # no UUID is made: this runs for every name of a directory
        raise Unreadable("Sealed under another key.")
    try:
        return key.cipher.decrypt(
            payload[_HEADER : _HEADER + _NONCE], payload[_HEADER + _NONCE :], aad
        )
    except InvalidTag as error:
        raise Unreadable("The value or its place was altered.") from error


def unseal_row(payloads: Iterable[bytes | None], key: Key, places: Iterable[bytes]) -> list[str]:
    """Return several texts of one row, all sealed under one key; None and empty ones as "".

    The same as `unseal` for each, for lists of many thousand rows. Raises `Unreadable` when any can't be opened.
    """
    header = bytes([VERSION_AES_256_GCM]) + key.id.bytes
    decrypt = key.cipher.decrypt
    texts = []
    try:
        for payload, place in zip(payloads, places, strict=True):
            if payload is None or len(payload) == SHORTEST:
                texts.append("")  # nothing is sealed in it
            elif payload.startswith(header):
                texts.append(decrypt(payload[_HEADER:_START], payload[_START:], place).decode())
            else:
                raise Unreadable("Sealed under another key.")
    except InvalidTag as error:
        raise Unreadable("A value or its place was altered.") from error
    return texts
