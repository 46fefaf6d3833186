"""Sets letters as PDF or as pictures for the screen. Runs in the sandbox alone: `accounts.sandbox` loads it.

request   {"letter": what `letter.typ` sets, "look": "pdf" or "screen"}; the payload is `letter.typ` itself
answer    {"sizes": [bytes of each file]} with the files, one after the other, or {"unprintable": [signs]}
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import typst

ARCHIVE: Final = "a-2a"  # tagged for screen readers, every font inside, fit to be kept
PPI = 120.0
_NO_SIGN = re.compile(r'the text `"(.*?)"` could not be displayed')


def warm() -> None:
    """Load compiler and fonts while files can still be opened."""
    typst.compile(b"= A\n#strong[b]", format="pdf", ignore_system_fonts=True, pdf_standards=ARCHIVE)


def work(request: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
    """Set one letter; what no font can show is named instead, so that nothing is printed as an empty box."""
    told = {"letter": json.dumps(request["letter"])}
    options: dict[str, Any] = {"format": "pdf", "pdf_standards": ARCHIVE}
    if request["look"] == "screen":
        options = {"format": "png", "ppi": PPI}
    try:
        made = typst.compile(payload, sys_inputs=told, ignore_system_fonts=True, **options)
    except typst.TypstError as error:
        signs = _NO_SIGN.findall(str(error))
        if not signs:
            raise
        return {"unprintable": signs}, b""
    files = made if isinstance(made, list) else [made]
    return {"sizes": [len(each) for each in files]}, b"".join(files)
