"""A quick run sets its stage, seeds, serves, measures, races, prints, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

ROOT = Path(settings.BASE_DIR)
GOALS = {"count", *(f"G{number}" for number in range(1, 12))}


def bench(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "bench", *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "KEEPWELL_MODE": "demo",
            "KEEPWELL_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )


def test_what_it_does_not_know_is_told_before_anything_starts(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--peer", "somebody")
    assert ran.returncode != 0
    assert "takes NAME=URL" in ran.stderr
    with pytest.raises(CommandError, match="takes some of G1, G10, G11"):
        call_command("bench", "--only", "G8,G99")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.heavy
def test_a_quick_run_measures_every_goal_and_leaves_nothing(tmp_path: Path) -> None:
    ran = bench(tmp_path, "--quick")
    assert ran.returncode == 0, ran.stderr[-3000:]
    found = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert {each["goal"] for each in found} >= GOALS
    assert f"| {found[0]['goal']} | {found[0]['work']} |" in ran.stdout
    by_work = {each["work"]: each for each in found}
    for workers in ("1 worker", "4 workers", "8 workers"):
        race = by_work[f"race of 50, {workers}, 2 rounds: what went wrong"]
        assert race["statuses"] == {"303": 2, "409": 98}
    counted = [each for each in found if each["counted"] and each["goal"] in ("G2", "G4", "count")]
    assert {each["work"] for each in counted if each["verdict"] == "missed"} == set()
    left = {path.name for path in (tmp_path / "bench").iterdir()}
    assert left.isdisjoint({"postgres", "valkey", "secrets", "objects", "logs"})
