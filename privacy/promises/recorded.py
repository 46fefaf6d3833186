"""What the tests of this very release found: a file that `bin/test` writes and that travels with the release."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy.promises.evidence import Evidence, How, Verdict, told
from privacy.vocabulary import clock

STALE = timedelta(days=35)
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """The outcomes of one release's tests: file → (passed, failed), and when each file was run last."""

    commit: str
    passed: dict[str, int]
    failed: dict[str, int]
    at: dict[str, datetime]


@cache
def release() -> str:
    """Return the commit that runs here, from the configuration or the checkout; empty when it has changes or is unknown."""
    if settings.RELEASE:
        return str(settings.RELEASE)
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return "" if changed is None or changed else (_git("rev-parse", "HEAD") or "")


def _git(*arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", *arguments],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def read(path: Path | None = None) -> Record | None:
    """Return the record, or None when there is none that can be read."""
    try:
        kept: dict[str, Any] = json.loads((path or settings.TEST_RECORD).read_text())
        files: dict[str, dict[str, Any]] = kept["files"]
        return Record(
            str(kept["commit"]),
            {name: int(each["passed"]) for name, each in files.items()},
            {name: int(each["failed"]) for name, each in files.items()},
            {name: datetime.fromisoformat(each["at"]) for name, each in files.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(path: Path, commit: str, outcomes: dict[str, tuple[int, int]], at: datetime) -> None:
    """Add the outcomes of a run, file → (passed, failed), to the record of the same commit, or begin a new one."""
    before = read(path)
    files: dict[str, dict[str, Any]] = {}
    if before is not None and before.commit == commit:
        files = {
            name: {
                "passed": before.passed[name],
                "failed": before.failed[name],
                "at": before.at[name].isoformat(),
            }
            for name in before.passed
        }
    for name, (passed, failed) in outcomes.items():
        files[name] = {"passed": passed, "failed": failed, "at": at.isoformat()}
    whole = {"format": FORMAT, "commit": commit, "files": dict(sorted(files.items()))}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=1) + "\n")


def missing() -> str:
    """Return why this version has no tests on record, in words; empty when it has."""
    record, running = read(), release()
    if record is None:
        return _("No record of its tests came with this version.")
    if not running or record.commit != running:
        return _("The tests on record are of another version.")
    return ""


def evidence(names: Sequence[str]) -> Evidence:
    """Return what the record says of the test files that prove a promise; all of them must have run and passed."""
    record, running = read(), release()
    if record is None or not running or record.commit != running:
        return _unshown("")  # the same for all of them: `missing` says it once
    if failed := sum(record.failed.get(name, 0) for name in names):
        return Evidence(Verdict.BROKEN, told(_("%(n)s tests failed"), n=failed), how=How.TESTED)
    if silent := len([name for name in names if not record.passed.get(name)]):
        return _unshown(told(_("%(n)s of its rehearsals were not run"), n=silent))
    oldest = min(record.at[name] for name in names)
    if clock.now() - oldest > STALE:
        return _unshown(_("The tests on record are too old."))
    passed = sum(record.passed[name] for name in names)
    words = ngettext("%(n)s test passed", "%(n)s tests passed", passed)
    return Evidence(Verdict.KEPT, told(words, n=passed), at=oldest, how=How.TESTED)


def _unshown(words: str) -> Evidence:
    return Evidence(Verdict.UNSHOWN, words, how=How.TESTED)
