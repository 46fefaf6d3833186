"""The demo's folder: one supervisor at a time, nobody else's files, secrets for us alone."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.demo import environment as demo_environment
from config.demo.home import MARK, WRITTEN, Home, NotOurs
from config.roles import ROLES

REPOSITORY = Path(__file__).resolve().parents[2]


def test_one_supervisor_at_a_time(tmp_path: Path) -> None:
    Home(tmp_path).claim()
    assert Home(tmp_path).runner() == os.getpid()
    Home(tmp_path).tell_run(url="http://localhost:8123", clock="", ready=True)
    with pytest.raises(NotOurs, match=rf"http://localhost:8123 \(process {os.getpid()}\)"):
        Home(tmp_path).claim()


def test_a_later_wish_for_a_clock_has_a_higher_number(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(OSError, match="clock"):
        home.asked_clock()
    first = home.ask_clock("+31d")
    assert home.asked_clock() == (first, "+31d")
    second = home.ask_clock("")
    assert second > first
    assert home.asked_clock() == (second, "")


def test_lock_of_a_killed_supervisor_is_free(tmp_path: Path) -> None:
    claim = "import os,sys,pathlib;from config.demo.home import Home;Home(pathlib.Path(sys.argv[1])).claim();os.abort()"
    subprocess.run(
        [sys.executable, "-c", claim, str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    assert (tmp_path / "lock").read_text()
    assert Home(tmp_path).runner() == 0
    Home(tmp_path).claim()
    assert Home(tmp_path).runner() == os.getpid()


def test_nobody_runs_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert Home(tmp_path / "none").runner() == 0
    assert Home(tmp_path / "none").facts() == {}


def test_folder_with_a_strangers_files_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "letter").write_text("mine")
    with pytest.raises(NotOurs, match="which no demo of Keepwell wrote"):
        Home(tmp_path).claim()
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_starting_over_deletes_what_a_demo_wrote_and_nothing_else(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    folder = tmp_path / "home"
    home = Home(folder)
    home.claim()
    for name in WRITTEN:
        (folder / name).write_text("x") if "." in name else (folder / name).mkdir()
    (folder / "mail").rmdir()
    (folder / "mail").symlink_to(outside)
    (folder / "notes of mine").write_text("kept")
    home.start_over()
    assert {path.name for path in folder.iterdir()} == {MARK, "lock", "notes of mine"}
    assert (outside / "kept").read_text() == "kept"


def test_facts_are_added_to_and_private(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.add_facts(accounts=[{"slug": "x"}])
    home.add_facts(url="http://localhost:1")
    assert home.facts() == {"accounts": [{"slug": "x"}], "url": "http://localhost:1"}
    assert (tmp_path / "facts.json").stat().st_mode & 0o777 == 0o600


def test_secrets_are_made_once_for_us_alone(tmp_path: Path) -> None:
    files = demo_environment.make_secrets(tmp_path / "secrets", ["au", "eu"])
    words = {name: path.read_text() for name, path in files.items()}
    assert len(set(words.values())) == len(words) == 1 + len(ROLES) + 3 * 2
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert len(base64.b64decode(words["EXPORT_SIGNING_KEY_EU"], validate=True)) == 32
    again = demo_environment.make_secrets(tmp_path / "secrets", ["au", "eu"])
    assert {name: path.read_text() for name, path in again.items()} == words


ASK_SETTINGS = """
from django.conf import settings as s
import json
print(json.dumps({
    "databases": {a: [d["HOST"], d["PORT"], d["USER"], d["PASSWORD"]] for a, d in s.DATABASES.items()},
    "valkeys": s.VALKEYS, "home": str(s.HOME), "days": s.CLOCK_OFFSET.days, "base": s.BASE_URL,
    "key": s.REGION_KEYS["eu"][0].hex(), "mail": [m["OPTIONS"]["port"] for m in s.MAILERS.values()],
}))
"""


def test_settings_understand_the_environment_and_no_secret_stands_in_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.claim()
    files = demo_environment.make_secrets(home / "secrets")
    valkeys = {
        region: f"redis://:word@127.0.0.1:{n}" for n, region in enumerate(demo_environment.REGIONS)
    }
    env = demo_environment.environment(
        home, port=8123, clock="+31d", postgres_port=5439, valkeys=valkeys, secret_files=files
    )
    values = "\n".join(env.values())
    assert not [name for name, path in files.items() if path.read_text() in values]
    assert "word" not in values
    assert "DATABASE_URL" not in env
    asked = subprocess.run(
        [sys.executable, "-c", ASK_SETTINGS],
        env=env,
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    )
    told = json.loads(asked.stdout)
    password = files["DB_PASSWORD_APP"].read_text()
    assert told["databases"]["keyring_us"] == ["127.0.0.1", 5439, "keepwell_app", password]
    assert told["valkeys"] == valkeys
    assert told["key"] == base64.b64decode(files["REGION_KEY_EU"].read_text()).hex()
    assert (told["home"], told["days"], told["base"]) == (
        str(tmp_path),
        31,
        "http://localhost:8123",
    )
    assert len(set(told["mail"])) == 4
