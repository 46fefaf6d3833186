"""The tables of the people a practice treats: records, alerts, documents, consents, how newcomers are known."""

from clients.models.alerts import Alert
from clients.models.consents import (
    ByWhom,
    Consent,
    ConsentPurpose,
    ConsentText,
    How,
    NoticeAnswer,
)
from clients.models.documents import Document
from clients.models.identity import Binding, BookingCode
from clients.models.reach import ContactPoint
from clients.models.record import Client, normalise_phone

__all__ = [
    "Alert",
    "Binding",
    "BookingCode",
    "ByWhom",
    "Client",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "ContactPoint",
    "Document",
    "How",
    "NoticeAnswer",
    "normalise_phone",
]
