"""Which use of a client's data each kind of message is, and whether the client, or a restriction, is against it.

The database knows the same and refuses to let such a message be sent (`bookings.migrations.0018_objections`).
"""

from __future__ import annotations

from bookings.models import Message
from clients.models import Client, Restriction
from clients.restrictions.standing import permits

Category, Use = Message.Category, Restriction.Use
# What goes out all the same: without it somebody would come in vain, or could not prove who asks
NEEDED = (Category.CHANGE, Category.CANCELLATION, Category.DECLINED, Category.CODE)
_USES: dict[str, str] = {
    Category.OFFER: Use.OFFERS,
    Category.FORM: Use.FORMS,
    Category.FORM_REMINDER: Use.FORMS,
}


def use_of(category: str) -> str:
    """Return which use of somebody's data a message is; "" for one that nobody can object to."""
    return "" if category in NEEDED else str(_USES.get(category, Use.MESSAGES))


def is_objected(client: Client, category: str) -> bool:
    """Tell whether a kind of message must not go to a client."""
    use = use_of(category)
    return bool(use) and not permits(client, use)
