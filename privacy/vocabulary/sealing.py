"""One value sealed under one key and bound to its place: AES-256-GCM with the place as associated data (CR-2).

A sealed value is `version(1) | key id(16) | nonce(12) | ciphertext | tag(16)`: 45 bytes more than the value.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
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


class Key:
    """A data key in use; its bytes never show in text, logs or pickles (CR-6).

    Ciphers take 2 KB each, so one is made at first use and `passing_cipher` leaves none behind.
    """

    __slots__ = ("_cipher", "_raw", "id")

    def __init__(self, key_id: UUID, raw: bytes) -> None:
        self.id = key_id
        self._raw = raw
        self._cipher: AESGCM | None = None

    @property
    def cipher(self) -> AESGCM:
        """The key at work, kept for the next value."""
        if self._cipher is None:
            self._cipher = AESGCM(self._raw)
        return self._cipher

    def passing_cipher(self) -> AESGCM:
        """Return the key at work for one row of thousands, which nobody keeps."""
        return AESGCM(self._raw)

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


def seal_row(
    texts: Sequence[str | None], key: Key, stem: bytes, fields: Sequence[bytes]
) -> list[bytes | None]:
    """Return several texts of one new row sealed under one key, None as None: `seal` for lists of many thousand rows."""
    encrypt, head = key.passing_cipher().encrypt, bytes([VERSION_AES_256_GCM]) + key.id.bytes
    nonces = os.urandom(_NONCE * len(texts))
    sealed: list[bytes | None] = []
    for place_of, text, name in zip(range(0, len(nonces), _NONCE), texts, fields, strict=True):
        nonce = nonces[place_of : place_of + _NONCE]
        sealed.append(
            None if text is None else head + nonce + encrypt(nonce, text.encode(), stem + name)
        )
    return sealed


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


def unseal_row(
    payloads: Sequence[bytes | None], key: Key, stem: bytes, fields: Sequence[bytes]
) -> list[str]:
    """Return several texts of one row, all sealed under one key; None and empty ones as "".

    The same as `unseal` for each, for lists of many thousand rows: the tag alone tells another key or place from this
    one. `stem` is the place without the field. Raises `Unreadable` when any can't be opened.
    """
    decrypt = key.passing_cipher().decrypt
    texts = []
    try:
        for payload, name in zip(payloads, fields, strict=True):
            if payload is None or len(payload) == SHORTEST:
                texts.append("")  # nothing is sealed in it
            else:
                opened = decrypt(payload[_HEADER:_START], payload[_START:], stem + name)
                texts.append(opened.decode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable("A value, its key or its place is another.") from error
    return texts
