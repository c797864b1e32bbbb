"""Mentions: the roles that a channel's posts mention besides its own, each of what it is for. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalogue.model import EventKind, Label

MAX_MENTIONS = 10
"""The most mentions of a channel: with more, nobody knows any more who hears of what."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A role that posts about events of some kinds mention; with a `subject`, only if they concern it."""

    id: int
    channel_id: int
    role_id: int
    kinds: Sequence[EventKind]
    subject: Label | None = None
