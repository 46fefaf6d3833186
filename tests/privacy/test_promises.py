"""The promise board tells what is so: breaking a mechanism on purpose turns its row, and nothing shows green unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from accounts import audit, outbox, sequencer
from accounts.models import Account, AgreementAcceptance, Member, OutboxJob, PrivacyNotice, User
from accounts.tenancy import acting_in
from clients.models import Client
from privacy import exporting
from privacy.erasure import shelf
from privacy.erasure.places import place
from privacy.models import Export, ResidencyStatement
from privacy.promises import recorded
from privacy.promises.evidence import Verdict
from privacy.promises.judging import judge
from privacy.promises.register import PROMISES
from privacy.vocabulary import clock, keyring
from privacy.vocabulary.scope import SYSTEM
from tests.browser import sign_in
from tests.conftest import superuser_of
from tests.factories import make_account, make_member, make_user
from tests.privacy import scene

pytestmark = pytest.mark.django_db(databases="__all__")
# What the chain or the catalog has to show needs real transactions
for_real = pytest.mark.django_db(databases="__all__", transaction=True)

COMMIT = "c0ffee" * 6 + "c0ff"
FILES = sorted({file for promise in PROMISES for file in promise.tests})


@pytest.fixture(autouse=True)
def record(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A release whose tests all passed an hour ago."""
    settings.RELEASE, settings.TEST_RECORD = COMMIT, tmp_path / "tests.json"
    recorded.release.cache_clear()
    passed = dict.fromkeys(FILES, (3, 0))
    recorded.write(settings.TEST_RECORD, COMMIT, passed, clock.now() - timedelta(hours=1))
    yield settings.TEST_RECORD
    recorded.release.cache_clear()


@pytest.fixture
def account() -> Account:
    """A practice with one record of every sort, counted by a census, its notice published."""
    account = make_account(owner=make_user(name="Mei Tanaka"))
    scene.fill(account)
    with acting_in(account.ref):
        counted(0)
        if not PrivacyNotice.objects.exists():
            PrivacyNotice(version=1, text="We keep what we need.").save(force_insert=True)
    return account


def counted(findings: int, signed: str = "au") -> None:
    """Put a statement as a census writes it."""
    text = json.dumps({"held": {"clients.Client": 1, "keys": 2}, "elsewhere": []})
    signature = exporting.signer(signed).sign(text.encode()).hex()
    ResidencyStatement(looked_in=["au-1"], findings=findings, text=text, signature=signature).save(
        force_insert=True
    )


def verdicts(account: Account, *numbers: int) -> dict[str, Verdict]:
    """Judge all promises, or some of them."""
    asked = [each for each in PROMISES if not numbers or each.number in numbers]
    with acting_in(account.ref):
        return {each.promise.name: each.verdict for each in judge(asked)}


def test_every_promise_names_its_proof_and_each_file_is_there() -> None:
    assert [promise.number for promise in PROMISES] == list(range(1, 23))
    missing = [file for file in FILES if not (Path(django_settings.BASE_DIR) / file).is_file()]
    assert missing == []


def test_the_board_shows_what_is_so(client: Browser, account: Account) -> None:
    found = verdicts(account)
    kept = {name for name, verdict in found.items() if verdict == Verdict.KEPT}
    assert kept >= {
        "P1",
        "P2",
        "P3",
        "P4",
        "P5",
        "P10",
        "P12",
        "P14",
        "P15",
        "P16",
        "P17",
        "P18",
        "P19",
    }
    assert Verdict.BROKEN not in found.values()
    unproven = {each.name for each in PROMISES if not each.probes and not each.tests}
    assert {found[name] for name in unproven} <= {Verdict.UNSHOWN}
    page = f"/a/{account.slug}/promises/"
    member, _ = make_member(account, "reception")
    sign_in(client, member, account)
    assert client.get(page).status_code == 403
    owner = User.objects.get(name="Mei Tanaka")
    sign_in(client, owner, account)
    with acting_in(account.ref):
        counted(3)
    shown = client.get(page).content.decode()
    assert "3 things found elsewhere" in shown
    # What is broken stands first, then what asks for the Owner, and what is kept comes last
    assert (
        shown.index("Broken</span>") < shown.index("Not shown</span>") < shown.index("Kept</span>")
    )


@contextmanager
def sql(alias: str, broken: str, mended: str) -> Iterator[None]:
    """Change a database as nobody but its superuser can, and change it back."""
    name = django_settings.DATABASES[alias]["NAME"]
    superuser_of(name).execute(broken)
    try:
        yield
    finally:
        superuser_of(name).execute(mended)


def a_field_loses_its_class(account: Account, monkeypatch: Any) -> None:
    monkeypatch.delattr(Client._meta.get_field("given_name"), "data_mark")


def a_record_comes_from_nowhere(account: Account, monkeypatch: Any) -> None:
    with acting_in(account.ref):
        Client.objects.update(provenance="")


def a_copy_is_fetched_past_the_ledger(account: Account, monkeypatch: Any) -> None:
    with acting_in(account.ref):
        audit.record("export.downloaded", by=SYSTEM)
    sequencer.sequence("au-1")


def mail_goes_another_way(account: Account, monkeypatch: Any) -> None:
    route = {"OPTIONS": {"host": "elsewhere.example"}}
    monkeypatch.setitem(django_settings.MAILERS, "au", django_settings.MAILERS["au"] | route)


def a_row_is_found_elsewhere(account: Account, monkeypatch: Any) -> None:
    with acting_in(account.ref):
        counted(1)


def a_statement_is_signed_by_another(account: Account, monkeypatch: Any) -> None:
    with acting_in(account.ref):
        counted(0, signed="eu")


def a_job_stays_too_long(account: Account, monkeypatch: Any) -> None:
    with acting_in(account.ref):
        job = outbox.enqueue("closure.tell_control")
        OutboxJob.objects.filter(pk=job.pk).update(done_at=clock.now() - timedelta(days=31))


def a_key_is_lost(account: Account, monkeypatch: Any) -> None:
    with acting_in(account.ref):
        keyring.destroy_client_keys([Client.objects.get().pk])


def a_backup_comes_back(account: Account, monkeypatch: Any) -> None:
    where = place("au-1")
    shelf.add(where.store, 1, b"what was erased after the backup was made")


def a_test_fails(account: Account, monkeypatch: Any) -> None:
    outcome = {PROMISES[1].tests[0]: (3, 1)}
    recorded.write(django_settings.TEST_RECORD, COMMIT, outcome, clock.now())


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("P1", a_field_loses_its_class),
        ("P2", a_test_fails),
        ("P3", a_record_comes_from_nowhere),
        pytest.param("P4", a_copy_is_fetched_past_the_ledger, marks=for_real),
        ("P10", mail_goes_another_way),
        ("P12", a_row_is_found_elsewhere),
        ("P12", a_statement_is_signed_by_another),
        ("P18", a_job_stays_too_long),
        ("P19", a_key_is_lost),
        pytest.param("P19", a_backup_comes_back, marks=for_real),
    ],
    ids=lambda given: given if isinstance(given, str) else given.__name__,
)
def test_what_is_broken_on_purpose_shows(
    account: Account, monkeypatch: Any, name: str, damage: Callable[[Account, Any], None]
) -> None:
    damage(account, monkeypatch)
    found = verdicts(account)
    assert found.pop(name) == Verdict.BROKEN
    assert Verdict.BROKEN not in found.values()


@for_real
@pytest.mark.parametrize(
    ("name", "alias", "broken", "mended"),
    [
        (
            "P14",
            "default",
            "ALTER TABLE accounts_account ADD diagnosis text",
            "ALTER TABLE accounts_account DROP diagnosis",
        ),
        (
            "P16",
            "region_au",
            "GRANT DELETE ON notes_addendum TO keepwell_app",
            "REVOKE DELETE ON notes_addendum FROM keepwell_app",
        ),
    ],
)
def test_a_database_that_was_changed_shows(
    account: Account, name: str, alias: str, broken: str, mended: str
) -> None:
    with sql(alias, broken, mended):
        assert verdicts(account, int(name[1:]))[name] == Verdict.BROKEN
    assert verdicts(account, int(name[1:]))[name] == Verdict.KEPT


def a_copy(encryption: str) -> None:
    """Put the row of a copy that waits to be fetched."""
    Export(
        requested_by=Member.objects.get(role="owner"),
        state=Export.State.READY,
        encryption=encryption,
        storage_key="a/b",
        sha256="0" * 64,
    ).save(force_insert=True)


def test_a_copy_that_anybody_can_open_is_told(account: Account) -> None:
    with acting_in(account.ref):
        a_copy(Export.Encryption.PASSPHRASE)
    assert verdicts(account, 15)["P15"] == Verdict.KEPT
    with acting_in(account.ref):
        a_copy(Export.Encryption.NONE)
    assert verdicts(account, 15)["P15"] == Verdict.YOURS


@for_real
def test_what_needs_the_owner_is_no_fault(account: Account) -> None:
    AgreementAcceptance.objects.filter(account=account).delete()
    control = superuser_of(django_settings.DATABASES["default"]["NAME"])
    control.execute("UPDATE accounts_account SET country = 'IE', subdivision = ''")
    found = verdicts(account, 5, 12)
    assert (found["P5"], found["P12"]) == (Verdict.YOURS, Verdict.YOURS)


def test_old_or_missing_evidence_is_not_shown(
    account: Account, settings: Any, record: Path
) -> None:
    settings.CLOCK_OFFSET = timedelta(days=3)
    assert verdicts(account, 12)["P12"] == Verdict.UNSHOWN  # the census is too old
    settings.CLOCK_OFFSET = timedelta(days=36)
    assert verdicts(account, 2)["P2"] == Verdict.UNSHOWN
    settings.CLOCK_OFFSET = timedelta(0)
    for wrong in (json.dumps({"commit": "other", "files": {}}), "{", json.dumps({"files": []})):
        record.write_text(wrong)
        assert verdicts(account, 2)["P2"] == Verdict.UNSHOWN
    record.unlink()
    recorded.write(record, COMMIT, {PROMISES[1].tests[0]: (3, 0)}, clock.now())
    assert verdicts(account, 2)["P2"] == Verdict.UNSHOWN  # one of its two files was not run
    recorded.write(record, COMMIT, {PROMISES[1].tests[1]: (1, 0)}, clock.now())
    assert verdicts(account, 2)["P2"] == Verdict.KEPT
    settings.RELEASE = ""
    recorded.release.cache_clear()
    assert verdicts(account, 2)["P2"] == Verdict.UNSHOWN  # what runs here is no commit of that name


@for_real
def test_the_command_fails_for_what_is_not_kept(account: Account) -> None:
    told = StringIO()
    with pytest.raises(CommandError, match=r"^Not kept, or not shown: P\d+"):
        call_command("promises", "--account", account.slug, stdout=told)
    assert "P1   kept" in told.getvalue()
    assert "looked (kept): " in told.getvalue()
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("promises", "--account", "nobody")
    everywhere = StringIO()
    with pytest.raises(CommandError):
        call_command("promises", stdout=everywhere)
    assert "P1   kept 1" in everywhere.getvalue()
