"""What wraps the keys of a region's accounts: keys that this process holds, or a key service that gives none out (CR-4).

A region has one present key, which wraps, and may have former ones, which only open what they wrapped; each wrapped key
says by which. Going over from one to the next, or from a file to a service, is the same: `keyring.rewrap_account_keys`.
"""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from typing import Any, Protocol

import boto3
import botocore.exceptions as wire
from botocore.config import Config
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from privacy.vocabulary.sealing import Unreadable

# What the service answers when a wrapped key was altered, moved, or wrapped by another key than the one asked
_NOT_ITS_OWN = {"InvalidCiphertextException", "IncorrectKeyException"}


class KeysAway(RuntimeError):
    """The key service can't be reached, or refuses us the key."""


class RegionKey(Protocol):
    """A key that wraps others."""

    name: str

    def wrap(self, raw: bytes, place: bytes) -> bytes:
        """Return a key wrapped for a place, without which it can't be unwrapped."""

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        """Return a key as it was wrapped; raise `Unreadable` when key or place is another."""


class HeldKey:
    """32 bytes from the configuration, which this process holds; named by a hash that tells nothing of them."""

    __slots__ = ("_cipher", "name")

    def __init__(self, raw: bytes) -> None:
        self._cipher = AESGCM(raw)
        self.name = f"held:{blake2b(raw, digest_size=8, person=b'key name').hexdigest()}"

    def wrap(self, raw: bytes, place: bytes) -> bytes:
        """Return `nonce(12) | sealed key | tag(16)`."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, raw, place)

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        """Return the key; raise `Unreadable`."""
        try:
            return self._cipher.decrypt(wrapped[:12], wrapped[12:], place)
        except InvalidTag as error:
            raise _not_unwrapped() from error


class ServiceKey:
    """A key of AWS KMS, or of a service that speaks its protocol; the place is the encryption context."""

    __slots__ = ("_client", "name")

    def __init__(self, arn: str, endpoint: str) -> None:
        self.name = arn
        self._client = _client(arn.split(":")[3], endpoint)

    def wrap(self, raw: bytes, place: bytes) -> bytes:
        """Return what the service made of the key; raise `KeysAway`."""
        answer = self._ask("encrypt", Plaintext=raw, EncryptionContext=_context(place))
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        """Return the key; raise `Unreadable`, or `KeysAway` when the service doesn't answer."""
        answer = self._ask("decrypt", CiphertextBlob=wrapped, EncryptionContext=_context(place))
        return bytes(answer["Plaintext"])

    def place(self) -> str:
        """Return the cloud region that the service says the key is in; raise `KeysAway`."""
        told = self._ask("describe_key")["KeyMetadata"]
        return "several regions" if told.get("MultiRegion") else str(told["Arn"].split(":")[3])

    def _ask(self, what: str, **given: Any) -> Any:
        try:
            return getattr(self._client, what)(KeyId=self.name, **given)
        except wire.ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _NOT_ITS_OWN:
                raise _not_unwrapped() from error
            raise KeysAway(f"The key service refuses: {code}.") from error
        except wire.BotoCoreError as error:
            raise KeysAway(f"The key service is away: {type(error).__name__}.") from error


def present(region: str) -> RegionKey:
    """Return the key that wraps now."""
    return _key(_sources(region)[0], settings.KEY_SERVICE)


def unwrap(region: str, by: str, wrapped: bytes, place: bytes) -> bytes:
    """Return a key that the region's key called `by` wrapped; raise `Unreadable` when we don't have that one.

    What was wrapped before keys had names says "": the oldest key that is held wrapped it.
    """
    by = by or _oldest_held(region)
    for source in _sources(region):
        key = _key(source, settings.KEY_SERVICE)
        if by == key.name:
            return key.unwrap(wrapped, place)
    raise Unreadable(f"A key can't be unwrapped: the region key {by} isn't configured.")


def names(region: str) -> set[str]:
    """Return the names of a region's keys, the present one and former ones."""
    return {_key(source, settings.KEY_SERVICE).name for source in _sources(region)}


def places(region: str) -> list[str]:
    """Return the cloud regions in which services say that they hold a region's keys; raise `KeysAway`.

    A key whose bytes are in several regions counts as being in none that anybody may use.
    """
    keys = (_key(source, settings.KEY_SERVICE) for source in _sources(region))
    return [key.place() for key in keys if isinstance(key, ServiceKey)]


def _oldest_held(region: str) -> str:
    held = [each for each in _sources(region) if isinstance(each, bytes)]
    return _key(held[-1], "").name if held else ""


def _sources(region: str) -> tuple[bytes | str, ...]:
    found: tuple[bytes | str, ...] = settings.REGION_KEYS[region]
    return found


@cache
def _key(source: bytes | str, endpoint: str) -> RegionKey:
    return HeldKey(source) if isinstance(source, bytes) else ServiceKey(source, endpoint)


@cache
def _client(aws_region: str, endpoint: str) -> Any:
    patience = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 3})
    return boto3.session.Session().client(
        "kms", region_name=aws_region, endpoint_url=endpoint or None, config=patience
    )


def _context(place: bytes) -> dict[str, str]:
    return {"place": place.decode()}


def _not_unwrapped() -> Unreadable:
    return Unreadable("A key can't be unwrapped: wrong region key or altered row.")
