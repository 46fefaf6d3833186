"""The tables of the people a practice treats: records, alerts, documents, how newcomers are known."""

from clients.models.alerts import Alert
from clients.models.documents import Document
from clients.models.identity import Binding, BookingCode
from clients.models.reach import ContactPoint
from clients.models.record import Client, normalise_phone

__all__ = [
    "Alert",
    "Binding",
    "BookingCode",
    "Client",
    "ContactPoint",
    "Document",
    "normalise_phone",
]
