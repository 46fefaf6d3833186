"""Bech32 (BIP 173), in which age writes its keys: `age1…` and `AGE-SECRET-KEY-1…`."""

from __future__ import annotations

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


def decoded(text: str, prefix: str) -> bytes:
    """Return the bytes that a key of this prefix stands for; raise ValueError for anything else."""
    if text not in (text.lower(), text.upper()):
        raise ValueError("a key is written in one case")
    head, _, tail = text.lower().rpartition("1")
    if head != prefix.lower() or not set(tail) <= set(_LETTERS) or len(tail) < _CHECKSUM:
        raise ValueError("this is no such key")
    values = [_LETTERS.index(letter) for letter in tail]
    if _polymod([*_expanded(head), *values]) != 1:
        raise ValueError("the key has a typing mistake")
    return _regrouped(values[:-_CHECKSUM])


def encoded(data: bytes, prefix: str) -> str:
    """Return a key of this prefix, in lower case."""
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[start : start + 5], 2) for start in range(0, len(bits), 5)]
    check = _polymod([*_expanded(prefix), *values, *[0] * _CHECKSUM]) ^ 1
    values += [check >> 5 * (_CHECKSUM - 1 - place) & 31 for place in range(_CHECKSUM)]
    return f"{prefix}1{''.join(_LETTERS[value] for value in values)}"


def _expanded(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _polymod(values: list[int]) -> int:
    total = 1
    for value in values:
        top, total = total >> 25, (total & 0x1FFFFFF) << 5 ^ value
        for place, number in enumerate(_GENERATOR):
            total ^= number if top >> place & 1 else 0
    return total


def _regrouped(values: list[int]) -> bytes:
    bits = "".join(f"{value:05b}" for value in values)
    whole = len(bits) // 8 * 8
    if len(bits) - whole >= 5 or "1" in bits[whole:]:
        raise ValueError("this is no such key")
    return bytes(int(bits[start : start + 8], 2) for start in range(0, whole, 8))
