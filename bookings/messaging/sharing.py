"""Hears that more of a client's is shared, and has it told to them (features B7)."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from bookings.messaging import messages
from clients.models import Relationship
from clients.signals import newly_shared


@receiver(newly_shared, dispatch_uid="bookings.messaging.sharing")
def tell(relationship: Relationship, **more: Any) -> None:
    """Queue the notice in the transaction that shares more."""
    messages.after_sharing(relationship)
