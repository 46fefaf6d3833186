"""The floor's tables: the rows that the product's pages show, in clear and without a wall."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Person(models.Model):
    """Who is treated."""

    given = models.CharField(max_length=80)
    family = models.CharField(max_length=80)
    search = models.CharField(max_length=160, db_index=True)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40)
    born = models.DateField()

    objects: ClassVar[models.Manager[Person]] = models.Manager()

    class Meta:
        app_label = "floor"


class Appointment(models.Model):
    """Who comes to whom, and when."""

    practitioner = models.IntegerField()
    person = models.ForeignKey(Person, models.CASCADE)
    service = models.CharField(max_length=80)
    colour = models.IntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12)

    objects: ClassVar[models.Manager[Appointment]] = models.Manager()

    class Meta:
        app_label = "floor"
        indexes = [
            models.Index(fields=["starts_at"], name="floor_diary"),
            models.Index(fields=["practitioner", "starts_at"], name="floor_practitioner"),
        ]


class Hours(models.Model):
    """When somebody can be booked."""

    practitioner = models.IntegerField()
    weekday = models.IntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    objects: ClassVar[models.Manager[Hours]] = models.Manager()

    class Meta:
        app_label = "floor"
