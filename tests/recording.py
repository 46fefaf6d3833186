"""Writes which test files passed and failed into the record that the promise board reads; `bin/test` loads this plugin."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from privacy.promises import recorded

_counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])


def pytest_runtest_logreport(report: Any) -> None:
    """Count a test that passed; whatever fails, in its own part or before or after it, counts as failed."""
    file = str(report.nodeid).partition("::")[0]
    if report.failed:
        _counts[file][1] += 1
    elif report.when == "call" and report.passed:
        _counts[file][0] += 1


def pytest_sessionfinish(session: Any) -> None:
    """Write what was counted, once, and only of a commit: what a changed checkout passes says nothing of any release."""
    commit = recorded.release()
    if commit and not hasattr(session.config, "workerinput"):
        outcomes = {file: (passed, failed) for file, (passed, failed) in _counts.items()}
        path = Path(os.environ["KEEPWELL_TEST_RECORD"])
        recorded.write(path, commit, outcomes, datetime.now(UTC))
