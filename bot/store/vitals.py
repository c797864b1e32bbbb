"""What an operator watches: whether the database answers, and what of the outbox is still to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store import dialect
from bot.store.connection import Connection
from bot.store.deliveries import HELD
from bot.store.reading import instant

WAITING = "waiting"
"""The standing of a delivery whose channel does not take it: for an admin of that server to mend."""
STANDINGS = ("planned", "sending", "retrying", WAITING)
"""What a message that is not settled may be."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """The messages that are not settled, counted by their standing, one of `STANDINGS`.

    `oldest`: when the one that should have been sent first was to be sent; None if there is none. Those that wait for
    their channel do not count.
    """

    counts: Mapping[str, int]
    oldest: datetime | None


def answers(connection: Connection) -> None:
    """Read one row: it returns at all if the database can be read."""
    connection.execute("SELECT revision FROM catalogue").fetchone()


def size(connection: Connection) -> int:
    """How many bytes the database takes, without logs."""
    return connection.execute(dialect.size(connection)).fetchone()[0]


def outbox(connection: Connection) -> Outbox:
    """Count what is not settled. What is settled costs nothing, however much there is of it."""
    found = connection.execute(
        f"SELECT CASE WHEN {HELD} THEN '{WAITING}' ELSE state END AS standing, count(*), min(send_at)"
        " FROM delivery WHERE try_at IS NOT NULL GROUP BY standing"
    ).fetchall()
    counts = {standing: count for standing, count, _ in found}
    oldest = min((at for standing, _, at in found if standing != WAITING), default=None)
    return Outbox(counts, instant(oldest))
