"""The audit in words: what was done, by whom, why."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from privacy.vocabulary.scope import ActorKind, Purpose

_ACTIONS: dict[str, Promise] = {
    "processor.announced": gettext_lazy("Told the Owner of somebody new who will handle data"),
    "processor.objected": gettext_lazy("Objected to somebody new who would handle data"),
    "note.glass_broken": gettext_lazy("Opened a restricted note in an emergency, with a reason"),
    "note.opened_with_reason": gettext_lazy("Opened a restricted note, with a reason"),
}
_ACTORS: dict[str, Promise] = {
    ActorKind.MEMBER: gettext_lazy("A former member"),
    ActorKind.CLIENT: gettext_lazy("A client"),
    ActorKind.VISITOR: gettext_lazy("A visitor"),
    ActorKind.SUPPORT: gettext_lazy("Keepwell’s support"),
    ActorKind.SYSTEM: gettext_lazy("Keepwell itself"),
}
_PURPOSES: dict[str, Promise] = {
    Purpose.CARE: gettext_lazy("Treatment"),
    Purpose.BOOKING: gettext_lazy("Appointments"),
    Purpose.ADMINISTRATION: gettext_lazy("Running the practice"),
    Purpose.EXPORT: gettext_lazy("A copy of the data"),
    Purpose.CLOSURE: gettext_lazy("Closing the account"),
    Purpose.REQUEST: gettext_lazy("A request by the client"),
    Purpose.MAINTENANCE: gettext_lazy("Keeping the software running"),
}


def action_words(code: str) -> str:
    """Return an action's code as words: `appointment.booked` → "Appointment booked"."""
    if code in _ACTIONS:
        return str(_ACTIONS[code])
    if code.startswith("denied."):
        page = code.removeprefix("denied.").replace("_", " ")
        return _("Refused: %(page)s") % {"page": page} if page else _("Refused")
    return code.replace(".", " ").replace("_", " ").capitalize()


def actor_words(kind: str) -> str:
    """Return who acted, when it is nobody with a name."""
    return str(_ACTORS.get(kind, kind))


def purpose_words(purpose: str) -> str:
    """Return why it was done."""
    return str(_PURPOSES.get(purpose, purpose))
