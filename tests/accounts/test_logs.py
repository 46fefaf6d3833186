"""What a log line may say: fixed words, allowed fields, where it happened; never what somebody typed (DC-7)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from accounts.logs import LineFormatter, request_id

TYPED = "Leila Haddad, latex allergy"


def line(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(LineFormatter().format(record))
    return found


def record(
    text: str, *args: object, error: Exception | None = None, **extra: object
) -> logging.LogRecord:
    made = logging.LogRecord("keepwell.test", logging.ERROR, "file.py", 1, text, args, None)
    if error is not None:
        made.exc_info = (type(error), error, error.__traceback__)
    for key, value in extra.items():
        setattr(made, key, value)
    return made


def test_an_error_shows_its_kind_and_place_not_its_message() -> None:
    try:
        raise ValueError(TYPED)
    except ValueError as error:
        found = line(record("job failed", error=error, job="message.send"))
    assert (found["error"], found["job"], found["text"]) == (
        "ValueError",
        "message.send",
        "job failed",
    )
    assert "test_logs.py" in found["where"]
    assert TYPED not in json.dumps(found)


def test_fields_outside_the_list_are_left_out() -> None:
    found = line(record("booked", client=TYPED, cell="au-1"))
    assert found["cell"] == "au-1"
    assert TYPED not in json.dumps(found)


def test_addresses_are_struck_out_and_the_request_is_named() -> None:
    token = request_id.set("r-1")
    try:
        found = line(record("%s could not be reached", "leila@mail.example"))
    finally:
        request_id.reset(token)
    assert found["text"] == "‹address› could not be reached"
    assert found["request"] == "r-1"


@pytest.mark.parametrize("level", [logging.INFO, logging.ERROR])
def test_every_line_is_json(level: int) -> None:
    made = record("hello")
    made.levelno = level
    assert line(made)["logger"] == "keepwell.test"
