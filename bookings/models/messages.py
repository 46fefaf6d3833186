"""What is said to clients about their appointments: each message, the practice's own words, its choices."""

from __future__ import annotations

from datetime import time

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.appointments import Attendee
from bookings.models.waiting import WaitingEntry, WaitingOffer
from clients.models import Client, Relationship
from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Settled, Subject, operational, sensitive
from privacy.vocabulary.fields import EncryptedCharField, EncryptedTextField
from privacy.vocabulary.placement import RegionModel, TenantForeignKey


class Message(RegionModel):
    """Everything sent to a client, or not sent and why; checked again against the booking when it is due.

    It is about a place in an appointment, an offer of a time, an entry of the waiting list, or a relationship newly
    shared (`about`). `via` is the relationship through which somebody else gets it instead of the client; the rows of one
    `telling` say the same to different people.

    `is_in_doubt`: a worker died or the line broke after it was handed to the provider and before the answer was kept,
    so it may have been sent twice.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")

    class Category(models.TextChoices):
        CONFIRMATION = "confirmation", _("Confirmation")
        REMINDER = "reminder", _("Reminder")
        CHANGE = "change", _("Change")
        CANCELLATION = "cancellation", _("Cancellation")
        REQUEST = "request", _("Request received")
        DECLINED = "declined", _("Request declined")
        OFFER = "offer", _("Offer of a time")
        SHARING = "sharing", _("Notice of sharing")
        JOINED = "joined", _("Joined the waiting list")
        FORM = "form", _("Form to fill in")
        FORM_REMINDER = "form_reminder", _("Reminder of a form")
        CODE = "code", _("Code")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        SUPPRESSED = "suppressed", _("Not sent")

    client = operational(TenantForeignKey(Client, models.PROTECT, related_name="messages"))
    attendee = operational(
        TenantForeignKey(Attendee, models.PROTECT, null=True, related_name="messages")
    )
    offer = operational(
        TenantForeignKey(
            WaitingOffer, models.PROTECT, null=True, blank=True, related_name="messages"
        )
    )
    entry = operational(
        TenantForeignKey(
            WaitingEntry, models.PROTECT, null=True, blank=True, related_name="messages"
        )
    )
    via = operational(
        TenantForeignKey(Relationship, models.PROTECT, null=True, blank=True, related_name="+")
    )
    about = operational(
        TenantForeignKey(Relationship, models.PROTECT, null=True, blank=True, related_name="+")
    )
    telling = operational(models.UUIDField(null=True, blank=True, editable=False))
    # of what a higher app wrote about, such as a form; no key leads upwards
    topic_id = operational(models.UUIDField(null=True, blank=True))
    channel = operational(models.CharField(max_length=5, choices=Channel.choices))
    category = operational(models.CharField(max_length=14, choices=Category.choices))
    sequence = operational(models.PositiveIntegerField(default=0))
    address = sensitive(EncryptedCharField(max_length=254, blank=True, default=""), "user.contact")
    subject = sensitive(EncryptedCharField(max_length=200, blank=True, default=""))
    body = sensitive(EncryptedTextField(blank=True, default=""))
    state = operational(
        models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    )
    reason = operational(models.CharField(max_length=40, blank=True))
    send_at = operational(models.DateTimeField(default=clock.now))
    language = operational(models.CharField(max_length=12, blank=True, default=""))
    provider = operational(models.CharField(max_length=40, blank=True, default=""))
    provider_id = operational(models.CharField(max_length=120, blank=True, default=""))
    attempts = operational(models.PositiveIntegerField(default=0))
    is_in_doubt = operational(models.BooleanField(default=False))
    delivered_at = operational(models.DateTimeField(null=True))
    sent_at = operational(models.DateTimeField(null=True))
    created_at = operational(models.DateTimeField(default=clock.now))

    counted_as = _("messages")
    data_policy = DataPolicy(
        Subject.CLIENT,
        client="client_id",
        closing=True,
        arrives=Settled("state", ("queued", "sending"), "suppressed"),
    )

    class Meta(RegionModel.Meta):
        indexes = [
            models.Index(fields=["account_id", "client", "created_at"], name="messages_of_client"),
            models.Index(fields=["account_id", "created_at"], name="messages_log"),
            models.Index(
                fields=["account_id", "telling"],
                name="messages_of_telling",
                condition=models.Q(telling__isnull=False),
            ),
            models.Index(
                fields=["account_id", "provider_id"],
                name="messages_by_receipt",
                condition=~models.Q(provider_id=""),
            ),
            models.Index(
                fields=["account_id", "topic_id"],
                name="messages_of_topic",
                condition=models.Q(topic_id__isnull=False),
            ),
        ]


class MessageTemplate(RegionModel):
    """The practice's own words for one kind of message; without a row the product's words are used."""

    category = operational(models.CharField(max_length=14, choices=Message.Category.choices))
    channel = operational(models.CharField(max_length=5, choices=Message.Channel.choices))
    language = operational(models.CharField(max_length=12, blank=True, default=""))
    subject = operational(models.CharField(_("subject"), max_length=150, blank=True))
    body = operational(models.TextField(_("text"), max_length=4000))
    changed_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, deletable=True)

    class Meta(RegionModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "category", "channel", "language"], name="one_template_each"
            )
        ]


class MessageSettings(RegionModel):
    """When the practice writes to its clients; a practice without a row has the defaults.

    Nothing that can wait is sent between `quiet_from` and `quiet_until` in the client's zone. The three `tells_…` are
    what the forms suggest; whoever books, moves or cancels may choose otherwise each time (features G5).
    """

    reminder_hours = operational(
        models.PositiveIntegerField(
            _("first reminder, hours before"), default=24, validators=[MaxValueValidator(336)]
        )
    )
    second_reminder_hours = operational(
        models.PositiveIntegerField(
            _("second reminder, hours before"),
            null=True,
            blank=True,
            validators=[MaxValueValidator(336)],
        )
    )
    quiet_from = operational(models.TimeField(_("quiet from"), default=time(21)))
    quiet_until = operational(models.TimeField(_("quiet until"), default=time(8)))
    tells_of_booking = operational(models.BooleanField(_("tell of bookings"), default=True))
    tells_of_change = operational(models.BooleanField(_("tell of changes"), default=True))
    tells_of_cancelling = operational(models.BooleanField(_("tell of cancellations"), default=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_message_settings")]
