"""Every model and field is in the registry, the registry is the database, contradictions are refused (DC-1 to DC-5)."""

from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.db import connections, models
from django.test.utils import isolate_apps

from accounts.models import Account, Location, User
from accounts.tenancy import acting_in
from clients.models import Client
from privacy import inventory
from privacy.checks import problems_of
from privacy.outside import TABLES
from privacy.vocabulary import keyring
from privacy.vocabulary.classification import (
    DataPolicy,
    Subject,
    operational,
    personal,
    sensitive,
)
from privacy.vocabulary.fields import BlindIndexField, EncryptedCharField, EncryptedJSONField
from privacy.vocabulary.placement import (
    ControlModel,
    Placement,
    RegionModel,
    TenantForeignKey,
)
from tests import parts as parts_module
from tests.factories import make_account, make_client

COLUMNS = (
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
)


def codes(model: type[models.Model]) -> set[str]:
    return {code for code, _ in problems_of(inventory.kind_of(model))}


def test_nothing_is_unregistered() -> None:
    assert run_checks() == []
    assert {kind.label for kind in inventory.kinds() if kind.policy is None} == set()


def test_control_holds_no_client_data() -> None:
    found = {
        k.label for k in inventory.kinds_in(Placement.CONTROL) if k.declared.subject == "client"
    }
    assert found == set()


@pytest.mark.django_db(databases="__all__")
@pytest.mark.parametrize(
    ("alias", "placement"),
    [
        ("default", Placement.CONTROL),
        ("region_au", Placement.REGION),
        ("region_eu", Placement.REGION),
        ("keyring_us", Placement.KEYRING),
    ],
)
def test_the_registry_is_the_database(
    parts: parts_module.Parts, alias: str, placement: Placement
) -> None:
    there: dict[str, set[str]] = {}
    database = connections[alias].settings_dict["NAME"]
    with psycopg.connect(parts.postgres, dbname=database) as superuser:
        for table, column in superuser.execute(COLUMNS):
            there.setdefault(table, set()).add(column)
    for table in TABLES:
        there.pop(table)
    assert there == inventory.columns(placement)


@pytest.mark.django_db(databases="__all__")
def test_every_kind_about_clients_is_reached_from_its_client() -> None:
    with acting_in(make_account().ref):
        client = make_client()
        about = [
            kind
            for kind in inventory.kinds_in(Placement.REGION)
            if kind.declared.subject == Subject.CLIENT
        ]
        assert len(about) >= 8
        for kind in about:
            rows = kind.model._default_manager.filter(**{str(kind.declared.client): client.pk})
            assert rows.count() == int(kind.model is Client)
        keyring.destroy_client_keys([client.pk])


@isolate_apps("privacy")
def test_a_field_without_a_class_is_found() -> None:
    class Forgotten(RegionModel):
        known = operational(models.CharField(max_length=5))
        forgotten = models.CharField(max_length=5)
        data_policy = DataPolicy(Subject.SYSTEM)

        class Meta(RegionModel.Meta):
            app_label = "privacy"

    assert codes(Forgotten) == {"E006"}
    assert [words for _, words in problems_of(inventory.kind_of(Forgotten))] == [
        "forgotten has no class: mark it sensitive, personal, operational or public"
    ]


@isolate_apps("privacy")
def test_a_model_without_place_or_policy_is_found() -> None:
    class Homeless(models.Model):
        id = operational(models.UUIDField(primary_key=True))

        class Meta:
            app_label = "privacy"

    class Lawless(RegionModel):
        class Meta(RegionModel.Meta):
            app_label = "privacy"

    assert (codes(Homeless), codes(Lawless)) == ({"E001"}, {"E001"})


@isolate_apps("privacy")
def test_client_data_in_control_is_found() -> None:
    class Leak(ControlModel):
        data_policy = DataPolicy(Subject.CLIENT, client="id", export="no")

        class Meta:
            app_label = "privacy"

    assert codes(Leak) == {"E002"}


@isolate_apps("privacy")
def test_a_region_model_outside_the_fence_is_found() -> None:
    class Unfenced(models.Model):
        placement = Placement.REGION
        id = operational(models.UUIDField(primary_key=True))
        data_policy = DataPolicy(Subject.SYSTEM)

        class Meta:
            app_label = "privacy"

    assert codes(Unfenced) == {"E003"}


@isolate_apps("privacy")
def test_a_record_that_leads_to_no_client_is_found() -> None:
    class Nobodys(RegionModel):
        location = operational(TenantForeignKey(Location, models.PROTECT, related_name="+"))
        data_policy = DataPolicy(Subject.CLIENT, client="location_id")

        class Meta(RegionModel.Meta):
            app_label = "privacy"

    class Untied(RegionModel):
        data_policy = DataPolicy(Subject.CLIENT)

        class Meta(RegionModel.Meta):
            app_label = "privacy"

    assert (codes(Nobodys), codes(Untied)) == ({"E004"}, {"E004"})


@isolate_apps("privacy")
def test_loose_relations_are_found() -> None:
    class Loose(RegionModel):
        kind = operational(models.UUIDField())
        target = GenericForeignKey("content_type", "kind")
        content_type = operational(
            models.ForeignKey(ContentType, models.PROTECT, related_name="+", db_constraint=False)
        )
        user = operational(models.ForeignKey(User, models.PROTECT, related_name="+"))
        plain = operational(models.ForeignKey(Location, models.PROTECT, related_name="+"))
        many = operational(models.ManyToManyField(Location, related_name="+"))
        file = operational(models.FileField())
        data_policy = DataPolicy(Subject.SYSTEM)

        class Meta(RegionModel.Meta):
            app_label = "privacy"

    assert codes(Loose) == {"E005", "E007", "E008", "E009", "E010"}


@isolate_apps("privacy")
def test_personal_data_in_clear_is_found() -> None:
    class Open(RegionModel):
        client = operational(TenantForeignKey(Client, models.PROTECT, related_name="+"))
        answers = sensitive(models.JSONField())
        options = operational(models.JSONField())
        name = personal(models.CharField(max_length=5))
        reasoned = personal(models.CharField(max_length=5), unsealed="shown to everybody")
        sealed = personal(EncryptedCharField(max_length=5))
        index = personal(BlindIndexField(source="sealed"), unsealed="keyed hash")
        data = sensitive(EncryptedJSONField())
        data_policy = DataPolicy(Subject.CLIENT, client="client_id")

        class Meta(RegionModel.Meta):
            app_label = "privacy"

    found = [
        (code, words.split()[0].strip(":")) for code, words in problems_of(inventory.kind_of(Open))
    ]
    assert found == [("E011", "answers"), ("E012", "answers"), ("E012", "name"), ("E013", "index")]


def test_the_registry_knows_its_kinds() -> None:
    client: Any = inventory.client_kind()
    assert client.model is Client
    assert inventory.kind_named("accounts.Account") == inventory.kind_of(Account)
    assert inventory.kind_named("accounts.Nothing") is None
