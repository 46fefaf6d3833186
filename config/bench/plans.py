"""What a plan of PostgreSQL says: the buffers it touches, and the tables that it walks through instead of looking up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

type Node = dict[str, Any]

SCANS = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
# Rows of others that a sequential scan may pass: a table of a few pages is faster walked than looked up
FEW = 1000


def nodes(plan: Node) -> Iterator[Node]:
    """Yield a plan's nodes, those of its subplans too."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def buffers(found: Iterable[Node]) -> int:
    """Return how many shared buffers statements touched."""
    return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in found)


def walks(found: Iterable[Node]) -> list[str]:
    """Return the tables of which a sequential scan passed more rows for nothing than a few, and than it found."""
    return [
        node["Relation Name"]
        for plan in found
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan"
        and node.get("Rows Removed by Filter", 0) > max(FEW, node["Actual Rows"])
    ]


def looked_up_by_nothing(plan: Node) -> list[str]:
    """Return the tables that a plan reads from end to end: in order, or by an index of which it names no part."""
    return [
        str(node.get("Relation Name") or node["Index Name"])
        for node in nodes(plan)
        if node["Node Type"] == "Seq Scan"
        or (node["Node Type"] in SCANS and "Index Cond" not in node)
    ]
