"""What a licence asks of whoever shows a statement under it. Standard library only.

The licences are those of Creative Commons (https://creativecommons.org/licenses/), by the names that sources are stored
with: ``CC0 1.0``, ``CC BY-SA 4.0``.
"""

from __future__ import annotations

import re

_CREDITED = re.compile(r"CC (BY(?:-(?:SA|NC|ND))*)\b(?: (\d\.\d))?")
_FREE = "CC0 1.0"


def asks_for_credit(licence: str | None) -> bool:
    """Whether a source under this licence has to be credited wherever one of its statements is shown."""
    return licence is not None and _CREDITED.match(licence) is not None


def address(licence: str) -> str | None:
    """Where the text of a licence is; None for those that this module does not know."""
    if licence == _FREE:
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    known = _CREDITED.fullmatch(licence)
    return f"https://creativecommons.org/licenses/{known[1].lower()}/{known[2]}/" if known and known[2] else None
