"""What somebody is about to put into a server's schedule: kept from its preview until it is saved or discarded."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.catalogue.model import Kind, Ref
from bot.errors import OutdatedError
from bot.occasions.model import Draft
from bot.occasions.storing import dumped, loaded
from bot.store import occasions
from bot.store.connection import Connection
from bot.store.occurrences import is_over
from bot.store.reading import stamp
from bot.store.subscriptions import remember

KEPT = timedelta(days=1)
"""How long something may be saved after it was shown."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What is about to be saved. `replaces`: the occasion that is edited; None: all of it is new."""

    drafts: Sequence[Draft]
    replaces: Ref | None = None


def keep(connection: Connection, guild_id: int, pending: Pending, now: datetime) -> str:
    """Keep what is about to be saved, and return its token: 16 hexadecimal digits."""
    connection.execute("DELETE FROM pending WHERE made_at < ?", (stamp(now - KEPT),))
    remember(connection, guild_id)
    token = secrets.token_hex(8)
    connection.execute(
        "INSERT INTO pending (token, guild_id, replaces, drafts, made_at) VALUES (?, ?, ?, ?, ?)",
        (token, guild_id, pending.replaces.slug if pending.replaces else None, dumped(pending.drafts), stamp(now)),
    )
    return token


def of_token(connection: Connection, guild_id: int, token: str) -> Pending:
    """What is about to be saved. Raises `OutdatedError` if it was saved, discarded or forgotten."""
    row = connection.execute(
        "SELECT replaces, drafts FROM pending WHERE token = ? AND guild_id = ?", (token, guild_id)
    ).fetchone()
    if row is None:
        raise OutdatedError
    replaces, drafts = row
    return Pending(loaded(drafts), Ref(Kind.OCCASION, replaces) if replaces else None)


def change(connection: Connection, guild_id: int, token: str, draft: Draft) -> Pending:
    """Change the one draft that is about to be saved. Raises `OutdatedError` as `of_token` does."""
    pending = of_token(connection, guild_id, token)
    connection.execute("UPDATE pending SET drafts = ? WHERE token = ?", (dumped([draft]), token))
    return Pending([draft], pending.replaces)


def discard(connection: Connection, guild_id: int, token: str) -> None:
    """Forget what was about to be saved, if it is still there."""
    connection.execute("DELETE FROM pending WHERE token = ? AND guild_id = ?", (token, guild_id))


def save(connection: Connection, guild_id: int, token: str, now: datetime) -> list[Ref]:
    """Put it into the server's schedule, all of it or nothing, and only once. Returns the occasions.

    Of several, those are left out that are over since their preview, unless all are. Raises `OutdatedError` as
    `of_token` does, and what `bot.store.occasions.add` and `edit` raise.
    """
    pending = of_token(connection, guild_id, token)
    discard(connection, guild_id, token)
    if pending.replaces is not None:
        (draft,) = pending.drafts
        occasions.edit(connection, guild_id, pending.replaces.slug, draft, now)
        return [pending.replaces]
    coming = [draft for draft in pending.drafts if not _is_over(draft, now)]
    return [occasions.add(connection, guild_id, draft, now) for draft in coming or pending.drafts]


def _is_over(draft: Draft, now: datetime) -> bool:
    ahead = draft.from_now_on(now)
    return is_over(ahead.when(ahead.day), now)
