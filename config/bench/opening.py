"""What it takes at least to open a directory: its rows and wrapped keys fetched, AES-GCM, and nothing of the product."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.bench import databases
from config.bench.ground import Ground
from config.bench.stage import SMALL
from privacy.vocabulary.sealing import SHORTEST

_NAMES = (
    "SELECT id, given_name, family_name, preferred_name FROM clients_client WHERE account_id = %s"
)
_KEYS = "SELECT id, client_id, version, wrapped FROM {table} WHERE account_id = %s"
_NONCE = 12


class BareOpening:
    """As many keys and values as an account's names have, of the same lengths, sealed anew."""

    def __init__(self, ground: Ground, account: UUID, keys: str) -> None:
        self.account, self.keys = account, _KEYS.format(table=keys)
        self.region = ground.raw()
        self.keyring = databases.connect(SMALL, database="keyring_au")
        self.root = AESGCM(os.urandom(32))
        self.sealed = [self._sealed(names) for _pk, *names in self._fetched(self.region, _NAMES)]

    def __call__(self) -> None:
        """Fetch what is sealed, unwrap each person's key, open each of their names."""
        self._fetched(self.region, _NAMES)
        self._fetched(self.keyring, self.keys)
        unwrap, texts = self.root.decrypt, []
        for wrapped, names in self.sealed:
            unseal = AESGCM(unwrap(wrapped[:_NONCE], wrapped[_NONCE:], None)).decrypt
            texts += [unseal(name[:_NONCE], name[_NONCE:], None).decode() for name in names]

    def close(self) -> None:
        """Close the connection of its own."""
        self.keyring.close()

    def _fetched(self, connection: psycopg.Connection[Any], statement: str) -> list[Any]:
        with connection.cursor(binary=True) as cursor:
            return cursor.execute(statement, [self.account]).fetchall()

    def _sealed(self, names: list[bytes]) -> tuple[bytes, list[bytes]]:
        key = os.urandom(32)
        lengths = [len(name) - SHORTEST for name in names if len(name) > SHORTEST]
        return _seal(self.root, key), [_seal(AESGCM(key), b"x" * length) for length in lengths]


def _seal(cipher: AESGCM, value: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, value, None)
