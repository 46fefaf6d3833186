"""The tables of people, accounts, membership, sessions, audit and work to be done."""

from accounts.models.audit import AuditEvent, AuditHead, AuditQueue
from accounts.models.directory import (
    Account,
    AccountAccess,
    AgreementAcceptance,
    ControlTask,
    EntryCode,
)
from accounts.models.handover import Handover
from accounts.models.people import User
from accounts.models.practice import (
    AccountAnchor,
    Invitation,
    Location,
    Member,
    Practitioner,
    PrivacyNotice,
    Role,
)
from accounts.models.sessions import RegionSession, SupportGrant
from accounts.models.sign_ins import SignIn
from accounts.models.work import OutboxJob

__all__ = [
    "Account",
    "AccountAccess",
    "AccountAnchor",
    "AgreementAcceptance",
    "AuditEvent",
    "AuditHead",
    "AuditQueue",
    "ControlTask",
    "EntryCode",
    "Handover",
    "Invitation",
    "Location",
    "Member",
    "OutboxJob",
    "Practitioner",
    "PrivacyNotice",
    "RegionSession",
    "Role",
    "SignIn",
    "SupportGrant",
    "User",
]
