"""The command `move`: from one database to another one, of either engine."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.address import Address
from bot.store.moving import move as carry_over


def move(source: Address, target: Address) -> int:
    """Carry a database over, say what was verified and what is left to do, and return the exit code.

    Raises `StartError` if that cannot be; then the target holds nothing, and the source is as it was in any case.
    """
    rows = carry_over(source, target)
    sys.stdout.write(
        f"Moved {source} to {target}: {sum(rows.values()):,} rows in {len(rows)} tables, each with the same number of"
        " rows and the same checksum on both sides.\n"
        f"{source} is as it was. Set BYEOL_DATABASE to {_named(target)}, then start the bot.\n"
    )
    return 0


def _named(target: Address) -> str:
    return str(target) if isinstance(target, Path) else "the address that you gave"
