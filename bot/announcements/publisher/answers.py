"""What a post says of who comes: the counts on its buttons, and whom it reminds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.announcements import permissions
from bot.announcements.channels import Announceable
from bot.announcements.schedule import Stage
from bot.catalogue.model import Upcoming
from bot.occasions.rsvp import Headcount
from bot.render.post_item import PostItem
from bot.store import rsvp
from bot.store.database import Database
from bot.store.deliveries import Delivery

REMINDING = (Stage.HOUR_AHEAD, Stage.NOW)
"""The stages whose posts may remind."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How many come, where the post asks; and whom it reminds, by which roles and by name."""

    counts: Headcount | None
    roles: Sequence[int]
    people: Sequence[int]


async def read_answers(
    database: Database, guild: discord.Guild | None, delivery: Delivery, told: Sequence[PostItem]
) -> Answers:
    """What the post of a delivery that is about to be sent says of who comes."""
    counts = await _counts(database, delivery, told)
    if delivery.digest or not any(one.stage in REMINDING and _asks(one.found.item) for one in told):
        return Answers(counts, (), ())
    reminded = await database.write(rsvp.remind, [part.id for part in delivery.parts])
    known = dict.fromkeys(one.role_id for one in reminded if one.role_id is not None)
    roles = [role_id for role_id in known if _pings(guild, delivery.channel_id, role_id)]
    return Answers(counts, roles, list(dict.fromkeys(one.user_id for one in reminded if one.role_id not in roles)))


async def count_again(
    database: Database, delivery: Delivery, told: Sequence[PostItem], shown: Headcount | None, now: datetime
) -> None:
    """Let a post that was just recorded be counted again if members answered meanwhile: until then nobody knew of it.

    `shown`: what it says; None if that is not known.
    """
    counts = await _counts(database, delivery, told)
    if counts is not None and counts != shown:
        await database.write(rsvp.recount, told[0].found.item.event.id, now)


async def read_counts(database: Database, item: Upcoming) -> Headcount | None:
    """How many come to an event; None if nobody is asked."""
    return await database.read(rsvp.counts, item.event.id) if _asks(item) else None


async def _counts(database: Database, delivery: Delivery, told: Sequence[PostItem]) -> Headcount | None:
    # A post about several events has no room for the buttons of each.
    return await read_counts(database, told[0].found.item) if len(told) == 1 and not delivery.digest else None


def _asks(item: Upcoming) -> bool:
    return item.occasion is not None and item.occasion.rsvp


def _pings(guild: discord.Guild | None, channel_id: int, role_id: int) -> bool:
    """Whether the bot is sure to reach those who have a role by it."""
    channel, role = (guild.get_channel(channel_id), guild.get_role(role_id)) if guild is not None else (None, None)
    return isinstance(channel, Announceable) and role is not None and permissions.pingable(channel, role)
