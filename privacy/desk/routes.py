"""Every right of every kind of person leads somewhere: to who answers and what is done, or to a coded refusal (DS-1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from privacy.cases import DeskCase

Right, Refusal = DeskCase.Right, DeskCase.Refusal


class Person(StrEnum):
    """Who can ask, in the words of the privacy policy."""

    CLIENT = "client"
    CARER = "carer"  # for a client, or about what is kept of themself
    USER = "user"
    VISITOR = "visitor"


class Answers(StrEnum):
    """Who answers."""

    OWNER = "owner"
    VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers a request, the names of its steps, or why it is refused whatever it says.

    `own_page`: where the person does it themself at once, by URL name.
    """

    answers: Answers
    steps: tuple[str, ...] = ()
    refusal: str = ""
    own_page: str = ""


# Steps that somebody does and ticks; every other one is done, and then looked for, by the engine
BY_HAND: Final = frozenset(
    {"copy", "correction", "consent", "reply", "recipients", "collection", "visitor"}
)
_OF_CLIENTS: Final[dict[str, Route]] = {
    Right.ACCESS: Route(Answers.OWNER, ("copy",)),
    Right.PORTABILITY: Route(Answers.OWNER, ("copy",)),
    Right.RECTIFICATION: Route(Answers.OWNER, ("correction", "recipients")),
    Right.ERASURE: Route(Answers.OWNER, ("erase", "search", "recipients")),
    Right.RESTRICTION: Route(Answers.OWNER, ("restrict", "recipients")),
    Right.OBJECTION: Route(Answers.OWNER, ("object", "recipients")),
    Right.WITHDRAWAL: Route(Answers.OWNER, ("consent", "recipients")),
    Right.AUTOMATED: Route(Answers.OWNER, refusal=Refusal.NO_SUCH),
    Right.COMPLAINT: Route(Answers.OWNER, ("reply",)),
    Right.OTHER: Route(Answers.OWNER, ("reply",)),  # until somebody has read what it is about
}
_OF_USERS: Final[dict[str, Route]] = {
    Right.ACCESS: Route(Answers.VENDOR, ("copy",)),
    Right.PORTABILITY: Route(Answers.VENDOR, ("copy",)),
    Right.RECTIFICATION: Route(Answers.VENDOR, own_page="own_account"),
    Right.ERASURE: Route(Answers.VENDOR, ("user",)),
    Right.RESTRICTION: Route(Answers.VENDOR, ("user",)),
    Right.OBJECTION: Route(Answers.VENDOR, ("reply",)),
    Right.WITHDRAWAL: Route(Answers.VENDOR, ("reply",)),
    Right.AUTOMATED: Route(Answers.VENDOR, refusal=Refusal.NO_SUCH),
    Right.COMPLAINT: Route(Answers.VENDOR, ("reply",)),
    Right.OTHER: Route(Answers.VENDOR, ("reply",)),
}
# Nothing that is kept of visitors says who they are, unless they wrote to the vendor
_OF_VISITORS: Final[dict[str, Route]] = {
    right: Route(Answers.VENDOR, ("visitor", "reply"))
    for right in Right.values
    if right not in (Right.AUTOMATED, Right.COMPLAINT, Right.OTHER)
} | {
    Right.AUTOMATED: Route(Answers.VENDOR, refusal=Refusal.NO_SUCH),
    Right.COMPLAINT: Route(Answers.VENDOR, ("reply",)),
    Right.OTHER: Route(Answers.VENDOR, ("reply",)),
}
ROUTES: Final[dict[str, dict[str, Route]]] = {
    Person.CLIENT: _OF_CLIENTS,
    Person.CARER: _OF_CLIENTS,
    Person.USER: _OF_USERS,
    Person.VISITOR: _OF_VISITORS,
}


def route(right: str, person: str = Person.CLIENT) -> Route:
    """Return where a right of somebody leads."""
    return ROUTES[person][right]
