"""Log lines made of an allow-list of fields; nothing personal, no values of database errors (DC-7)."""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")

ALLOWED = (
    "event",
    "status",
    "method",
    "route",
    "cell",
    "job",
    "attempt",
    "error",
    "code",
    "count",
    "ms",
    "processor",
    "purpose",
    "role",
    "name",
)
_PERSONAL = re.compile(r"[^\s@]+@[^\s@]+")


class LineFormatter(logging.Formatter):
    """Writes one JSON line: time, level, logger, request, the allowed extra fields and, for errors, where it happened.

    Exception messages are left out, because PostgreSQL and validators put values into them.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if request_id.get():
            line["request"] = request_id.get()
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _innermost(record)
            line["text"] = str(record.msg) if isinstance(record.msg, str) else ""
        else:
            line["text"] = _PERSONAL.sub("‹address›", record.getMessage())[:500]
        line.update(
            {
                name: getattr(record, name)
                for name in ALLOWED
                if name != "name" and hasattr(record, name)
            }
        )
        return json.dumps(line, ensure_ascii=False, default=str)


def _innermost(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    where = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        where = f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}"
        trace = trace.tb_next
    return where
