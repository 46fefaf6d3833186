"""The tables of the people a practice treats and of whom stands around them; one room for each kind of row."""

from clients.models.alerts import Alert
from clients.models.caring import Caring
from clients.models.cases import Case
from clients.models.consents import ByWhom, Consent, ConsentPurpose, ConsentText, How, NoticeAnswer
from clients.models.contacts import Contact
from clients.models.custom import CustomField, FieldOption, FieldSection
from clients.models.disclosures import Disclosure
from clients.models.documents import Arrival, ArrivalPart, Document, Original, Picture
from clients.models.identity import BookingCode
from clients.models.imports import (
    ImportBatch,
    ImportedRow,
    ImportMapping,
    ImportPiece,
    ImportStagedRow,
)
from clients.models.likeness import Likeness
from clients.models.merging import Merge
from clients.models.reach import ContactPoint
from clients.models.record import Client, normalise_phone
from clients.models.referrals import Referral, ReferralType
from clients.models.relationships import FamilySettings, Relationship
from clients.models.restrictions import Restriction

__all__ = [
    "Alert",
    "Arrival",
    "ArrivalPart",
    "BookingCode",
    "ByWhom",
    "Caring",
    "Case",
    "Client",
    "Consent",
    "ConsentPurpose",
    "ConsentText",
    "Contact",
    "ContactPoint",
    "CustomField",
    "Disclosure",
    "Document",
    "FamilySettings",
    "FieldOption",
    "FieldSection",
    "How",
    "ImportBatch",
    "ImportMapping",
    "ImportPiece",
    "ImportStagedRow",
    "ImportedRow",
    "Likeness",
    "Merge",
    "NoticeAnswer",
    "Original",
    "Picture",
    "Referral",
    "ReferralType",
    "Relationship",
    "Restriction",
    "normalise_phone",
]
