"""How a practice's booking page behaves, and the booking policies that people accepted on it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from privacy.vocabulary import clock
from privacy.vocabulary.classification import DataPolicy, Subject, operational, public
from privacy.vocabulary.placement import RegionModel


class BookingPage(RegionModel):
    """The practice's choices for its booking page; a practice without a row has the defaults.

    `frame_sites` are the origins of the practice's own sites on which the page may be embedded.
    """

    class Mode(models.TextChoices):
        OPEN = "open", _("People book themselves")
        VIEW = "view", _("People see free times and call")
        OFF = "off", _("Nothing is shown")

    mode = operational(
        models.CharField(_("booking page"), max_length=4, choices=Mode.choices, default=Mode.OPEN)
    )
    intro = public(models.TextField(_("introduction"), max_length=600, blank=True, default=""))
    shows_prices = operational(models.BooleanField(_("show prices"), default=True))
    asks_phone = operational(models.BooleanField(_("a phone number is needed"), default=False))
    has_waiting_list = operational(
        models.BooleanField(_("people can join the waiting list"), default=True)
    )
    frame_sites = operational(models.JSONField(default=list, blank=True))

    data_policy = DataPolicy(Subject.SYSTEM)

    class Meta(RegionModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account_id"], name="one_booking_page")]


class BookingPolicy(RegionModel):
    """A published version of the practice's booking policy; which one was accepted is recorded with each booking."""

    version = operational(models.PositiveIntegerField())
    text = public(models.TextField(_("text"), max_length=5000))
    published_at = operational(models.DateTimeField(default=clock.now))

    data_policy = DataPolicy(Subject.SYSTEM, append_only=True)

    class Meta(RegionModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "version"], name="one_policy_version")
        ]
