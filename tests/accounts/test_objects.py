"""Sealed objects come and go alike in a folder and in an S3 store that answers real HTTP."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts import objects
from tests.object_store import s3_server


@pytest.fixture
def s3(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with s3_server(settings, monkeypatch):
        yield


def walk() -> None:
    account, other = uuid4(), uuid4()
    before = objects.accounts_with_objects("au-1")
    key = objects.new_key(account)
    data = bytes(range(256)) * 30_000  # several parts
    with objects.writing("au-1", key) as target:
        for start in range(0, len(data), 65_536):
            target.write(data[start : start + 65_536])
    with objects.writing("au-1", objects.new_key(other)) as target:
        target.write(b"theirs")
    with objects.opened("au-1", key) as source:
        source.seek(-10, 2)
        assert source.read() == data[-10:]
        source.seek(0)
        assert source.read() == data
    assert objects.accounts_with_objects("au-1") - before == {account, other}
    assert objects.delete_all("au-1", account) == 1
    assert objects.keys_of("au-1", account) == []
    assert len(objects.keys_of("au-1", other)) == 1
    with pytest.raises(FileNotFoundError):
        objects.opened("au-1", key)
    objects.delete("au-1", key)


def half_written(account: UUID) -> None:
    with objects.writing("au-1", objects.new_key(account)) as target:
        target.write(b"half")
        raise RuntimeError


def broken() -> None:
    account = uuid4()
    with pytest.raises(RuntimeError):
        half_written(account)
    assert objects.keys_of("au-1", account) == []


def test_in_a_folder() -> None:
    assert objects.accounts_with_objects("au-1") == set()
    walk()
    broken()


@pytest.mark.usefixtures("s3")
def test_in_s3() -> None:
    walk()
    broken()
