"""The isolated topology for real: two regions that can't reach each other, a practice works in one (RP-7 to RP-9)."""

from __future__ import annotations

import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.demo import mailbox, processes
from privacy.canary.flight import SEALED, Flight
from privacy.canary.journey import Journey, Strayed
from privacy.canary.pages import Page, fill
from privacy.canary.stores import folder
from privacy.canary.words import Words
from tests.topology.browser import Outside
from tests.topology.house import BASE, HOSTS, PORT, House, Region, standing
from tests.topology.net import NotHere

pytestmark = pytest.mark.heavy

PASSWORD = "correct horse battery"
EMAIL = "canary@canary.invalid"
CALL = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)"
WAIT = 90.0
BREAKING = """
CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'Key (given_name)=(%) is broken', '{word}'; END $$;
CREATE TRIGGER breaks BEFORE UPDATE ON clients_client FOR EACH ROW EXECUTE FUNCTION breaks();
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    place = tmp_path_factory.mktemp("house")
    place.chmod(0o755)
    try:
        with standing(place) as made:
            yield made
    except NotHere as why:
        pytest.skip(f"No network namespaces here (they need root and iproute2): {why}")


def within(region: Region, what: str, tmp: Path, asked: dict[str, Any], **more: str) -> Any:
    """Run one of our programs with a region's credentials, in its net."""
    file = tmp / f"{region.code}-{what}.json"
    file.write_text(json.dumps(asked))
    program = region.run(sys.executable, "-m", "tests.topology.within", what, file, **more)
    return json.loads(program.splitlines()[-1])


def browser(house: House, home: str, control_at: str) -> Outside:
    """Return a browser for which control's host is served by a region's processes."""
    addresses = {
        f"{code}.keepwell.test": (r.net.address, PORT) for code, r in house.regions.items()
    }
    addresses["keepwell.test"] = (house.regions[control_at].net.address, PORT)
    return Outside(addresses, home)


def until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WAIT
    while not is_so():
        assert time.monotonic() < end, f"Not within {WAIT:g} s: {what}"
        time.sleep(0.3)


def jobs_done(region: Region) -> Callable[[], None]:
    """Return what waits until the region's worker has done all that is due."""
    due = (
        "SELECT count(*) FROM accounts_outboxjob"
        " WHERE done_at IS NULL AND failed_at IS NULL AND run_at <= now() AND attempts < 3"
    )

    def wait() -> None:
        with region.superuser(f"region_{region.code}") as connection:
            until(lambda: connection.execute(due).fetchone() == (0,), "jobs done")

    return wait


@contextmanager
def broken(region: Region, word: str) -> Iterator[None]:
    """Let every change of a client break in the database, whose words hold what nobody may log."""
    with region.superuser(f"region_{region.code}") as connection:
        connection.execute(BREAKING.format(word=word))
        try:
            yield
        finally:
            connection.execute("DROP TRIGGER breaks ON clients_client")
            connection.execute("DROP FUNCTION breaks")


def signed_in(house: House, at: str) -> Outside:
    """Sign in at control's host, served by the processes of a region."""
    owner = browser(house, BASE, at)
    page = fill(owner, "/sign-in/login/", "login", login=EMAIL, password=PASSWORD)
    assert page.status == 200, page.body[:2000]
    return owner


def opened(house: House, owner: Outside) -> str:
    """Open a practice in Australia from processes that have no way there; return its slug."""
    page = fill(
        owner,
        "/open/",
        "country",
        name="Canary Isolated",
        country="AU",
        subdivision="AU-NSW",
        person="Canary",
        is_practitioner="on",
    )
    page = fill(owner, page, "accept", accept="on")
    found = re.search(r"/open/([a-z0-9-]+)/$", page.address)
    assert found, (page.status, page.address, page.body[-3000:])
    assert b"is being opened in Sydney" in page.body
    with house.superuser() as control:
        state = "SELECT state FROM accounts_account WHERE slug = %s"
        until(lambda: control.execute(state, [found[1]]).fetchone() == ("active",), "founded")
        control.execute("UPDATE accounts_account SET requires_second_factor = false")
    return found[1]


def test_a_practice_works_in_its_region_alone(house: House, tmp_path: Path) -> None:
    au, eu = house.regions["au"], house.regions["eu"]
    each_knows_its_own(house, tmp_path)
    within(eu, "user", tmp_path, {"email": EMAIL, "password": PASSWORD})
    owner = signed_in(house, at="eu")
    slug = opened(house, owner)
    furnished = within(au, "furnish", tmp_path, {"slug": slug})
    words = Words(furnished["given"])
    owner.home = HOSTS["au"]
    inside = owner.get(f"{BASE}/enter/{slug}/")
    assert inside.address.startswith(f"{HOSTS['au']}/a/{slug}/"), (inside.status, inside.address)
    journey = Journey(
        slug,
        browser(house, HOSTS["au"], "au"),
        owner,
        words,
        jobs_done(au),
        lambda: broken(au, words.word("broken: error")),
    )
    try:
        journey.walk()
    except Strayed as failure:
        said = [processes.tail(log, 30) for log in sorted(house.logs.glob("au-*.log"))]
        failure.add_note("\n".join(said))
        raise
    nothing_is_astray(house, journey, tmp_path)
    a_clinic_goes_on_without_control(house, journey)


def each_knows_its_own(house: House, tmp: Path) -> None:
    """RP-8: no other alias in the settings, and no socket to the other region's database."""
    for code, region in house.regions.items():
        other = next(each for each in house.regions.values() if each.code != code)
        told = within(region, "told", tmp, {})
        own = [f"keyring_{code}", f"region_{code}", f"region_{code}_reader"]
        assert told["databases"] == ["default", *own]
        assert told["cells"] == [f"{code}-1"]
        assert told["elsewhere"] == [f"{other.code}-1"]
        assert told["keys"] == [code]
        assert told["caches"] == told["mailers"] == sorted(["default", code])
        assert {f"objects_{code}"} <= set(told["stores"])
        assert not [each for each in told["stores"] if each.endswith(other.code)]
        text = json.dumps(region.env)
        assert not [word for word in other.passwords.values() if word in text]
        there = (other.net.address, other.facts["postgres"].rpartition(":")[2].partition("/")[0])
        other.run(sys.executable, "-c", CALL, *there)
        with pytest.raises(AssertionError, match=r"unreachable|timed out|refused"):
            region.run(sys.executable, "-c", CALL, *there)


def nothing_is_astray(house: House, journey: Journey, tmp: Path) -> None:
    """RP-7: no word outside Australia, in any log, or lying open; words where they must be."""
    words = journey.words
    asked = {"region": "au", "given": words.given, "values": words.values}
    found: list[dict[str, Any]] = []
    for region in house.regions.values():
        more = {"DB_PASSWORD_BACKUP": region.passwords["backup"]}
        more["DB_PASSWORD_BACKUP_CONTROL"] = house.passwords["backup"]
        looked = within(region, "search", tmp, asked, **more)
        assert looked["bytes"] > 20_000, looked
        assert {f"{region.code} database", f"{region.code} objects", "control database"} <= set(
            looked["searched"]
        )
        found += looked["finds"]
    plain = [each for each in found if each["region"] == "au" and each["store"] == "database"]
    assert {each["name"] for each in plain} == {"service: name"}
    assert [each["text"] for each in found if each not in plain] == []
    canary = Flight("au", words)
    logs = [("logs", name, data) for name, data in folder(house.logs)]
    assert len(logs) >= 8
    places = {code: house.folder / code / "mail" for code in ("control", "eu", "au")}
    held = [
        (code, f"mail: {name}", data)
        for code, path in places.items()
        for name, data in folder(path)
    ]
    pages = [("au", f"page: {number}", page) for number, page in enumerate(journey.seen)]
    finds = canary.finds([*logs, *held, *pages])
    assert [str(each) for each in canary.astray(finds)] == []
    assert {each.store for each in finds} >= {"mail", "page"}
    assert SEALED
    texts = [
        message
        for _region, messages in mailbox.messages(house.folder / "au")
        for message in messages
        if message.kind == "sms"
    ]
    assert texts


def a_clinic_goes_on_without_control(house: House, journey: Journey) -> None:
    """RP-9: with control's servers gone, who is in opens the diary and writes a note; coming in says what is wrong."""
    assert house.control_servers
    processes.end(house.control_servers, by=signal.SIGTERM, patience=30)
    owner = journey.owner
    diary = owner.get(journey.url("diary"))
    assert (diary.status, b"diary" in diary.body) == (200, True)
    before = journey.taken[:]
    journey.write()
    assert journey.taken == before
    booking = journey.visitor.get(journey.url("book"))
    assert booking.status == 200
    stranger = browser(house, BASE, "au")
    refused: Page = stranger.get("/sign-in/login/")
    if refused.status == 200:
        refused = fill(stranger, refused, "login", login=EMAIL, password=PASSWORD)
    assert refused.status == 503
    assert b"does not answer" in refused.body
