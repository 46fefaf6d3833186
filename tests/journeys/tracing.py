"""What a browser's main thread did while a test acted: counted from Chromium's own trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import CDPSession

CATEGORIES = ["devtools.timeline", "toplevel", "disabled-by-default-devtools.timeline"]
SCRIPT = ("FunctionCall", "EventDispatch", "FireAnimationFrame")


@dataclass(slots=True)
class Trace:
    """The events of the page's main thread."""

    events: list[dict[str, Any]] = field(default_factory=list)

    def named(self, *names: str) -> list[dict[str, Any]]:
        """Return the finished events of these names."""
        return [each for each in self.events if each["name"] in names and each.get("ph") == "X"]

    @property
    def forced_layouts(self) -> int:
        """How often a script read something that made the browser lay out the page at once."""
        scripts = [(each["ts"], each["ts"] + each["dur"]) for each in self.named(*SCRIPT)]
        return sum(
            1
            for each in self.named("Layout", "UpdateLayoutTree")
            if any(start < each["ts"] < end for start, end in scripts)
        )

    @property
    def restyled(self) -> int:
        """How many elements got their style anew."""
        found = self.named("UpdateLayoutTree")
        return sum(each.get("args", {}).get("elementCount", 0) for each in found)

    @property
    def longest(self) -> float:
        """The most processor time that one task took, in milliseconds; waiting for a busy machine isn't counted."""
        return max((each.get("tdur", 0) / 1000 for each in self.named("RunTask")), default=0)


@contextmanager
def traced(cdp: CDPSession) -> Iterator[Trace]:
    """Record what the main thread does while the block runs; the trace is filled as it ends."""
    events: list[dict[str, Any]] = []
    done: list[Any] = []
    cdp.on("Tracing.dataCollected", lambda some: events.extend(some["value"]))
    cdp.on("Tracing.tracingComplete", lambda each: done.append(each))
    config = {"includedCategories": CATEGORIES, "excludedCategories": ["*"]}
    cdp.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    trace = Trace()
    yield trace
    cdp.send("Tracing.end")
    while not done:
        cdp.send("Runtime.evaluate", {"expression": "0"})
    main = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    trace.events = [each for each in events if (each["pid"], each["tid"]) in main]
