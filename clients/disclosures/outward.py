"""Every way out of Keepwell, declared where it is: what sends data about clients, and what sends none and why.

A view that `leaves` can't answer with a page or file unless it wrote into the ledger: the answer is thrown away and the
transaction undone. A test walks all modules for whatever can send and fails on what declares neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpResponseBase

from clients.disclosures import disclosing

OUTWARD: dict[str, Outward] = {}


class Undisclosed(RuntimeError):
    """Something was about to leave without a row in the ledger."""


@dataclass(frozen=True, slots=True)
class Outward:
    """What a function that can send declares: the way, or why nothing about a client leaves by it.

    `is_held`: a view that can't answer without its row.
    """

    way: str = ""
    because: str = ""
    is_held: bool = False


def leaves[View: Callable[..., HttpResponseBase]](way: str) -> Callable[[View], View]:
    """Declare that a view's good answers take data about clients out of Keepwell, and hold it to its row."""

    def mark(view: View) -> View:
        OUTWARD[_name(view)] = Outward(way=way, is_held=True)

        @wraps(view)
        def held(*args: Any, **kwargs: Any) -> HttpResponseBase:
            with disclosing.watched() as rows:
                answer = view(*args, **kwargs)
            if answer.status_code == 200 and not any(row.way == way for row in rows):
                answer.close()
                raise Undisclosed(_name(view))
            return answer

        return held  # type: ignore[return-value]

    return mark


def hands_over[Sender: Callable[..., Any]](way: str) -> Callable[[Sender], Sender]:
    """Declare that a function hands data about clients to somebody, for what is held to its row or writes it itself."""

    def mark(sender: Sender) -> Sender:
        OUTWARD[_name(sender)] = Outward(way=way)
        return sender

    return mark


def stays[Sender: Callable[..., Any]](because: str) -> Callable[[Sender], Sender]:
    """Declare that nothing about a client goes to anybody new by a function that can send."""

    def mark(sender: Sender) -> Sender:
        OUTWARD[_name(sender)] = Outward(because=because)
        return sender

    return mark


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
