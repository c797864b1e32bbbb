"""Composes the message of a delivery that is about to be sent: what it says, and whom it mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from bot.announcements import permissions
from bot.announcements.publisher.answers import read_answers
from bot.announcements.publisher.threads import shared
from bot.occasions.rsvp import Headcount
from bot.render.announcement import PostOptions
from bot.render.announcement import mentions as allowed
from bot.render.card import Classic, RenderContext
from bot.render.post import post, post_title
from bot.render.post_item import PostItem
from bot.store import mentions, subject_roles, threads
from bot.store.database import Database
from bot.store.deliveries import Delivery
from bot.text import ENGLISH, words

LATE = timedelta(minutes=5)
"""A post that is later than this says so."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A message as it is sent now. `title` is for a forum; `counts`: how many it says that come, if it asks."""

    content: Classic
    title: str
    mentions: discord.AllowedMentions
    counts: Headcount | None


@dataclass(frozen=True, slots=True)
class Called:
    """The roles that a post calls besides its channel's own: those of its mentions, and those that members chose.

    `offered`: members of the server can choose some.
    """

    matching: Sequence[int]
    subject: Sequence[int]
    offered: bool


async def called(
    database: Database, guild: discord.Guild | None, guild_id: int, channel_id: int, events: Sequence[int]
) -> Called:
    """Whom a post about some events calls in a channel, as of now."""
    subject = await database.read(subject_roles.mentioned, guild_id, events)
    matching = await database.read(mentions.matching, guild_id, events)
    return Called(
        permissions.standing(guild, [role for event in events for role in matching.get((channel_id, event), ())]),
        [role for event in events for role in (subject or {}).get(event, ())],
        subject is not None,
    )


async def compose(
    database: Database, guild: discord.Guild | None, delivery: Delivery, told: Sequence[PostItem], now: datetime
) -> Composed:
    """Compose the message of a delivery from what its parts tell. Whom it mentions is read at this moment."""
    events = [one.found.item.event.id for one in told]
    roles = await called(database, guild, delivery.guild_id, delivery.channel_id, events)
    answers = await read_answers(database, guild, delivery, told)
    in_forum = guild is not None and isinstance(guild.get_channel(delivery.channel_id), discord.ForumChannel)
    discussed = shared(delivery) and not in_forum
    options = PostOptions(
        *(delivery.nonce, delivery.zone, delivery.role_id, roles.matching),
        subject_roles=roles.subject,
        late=now - delivery.send_at > LATE and not delivery.digest,
        counts=answers.counts,
        attendee_roles=answers.roles,
        attendees=answers.people,
        discussed_in=await database.read(threads.standing, delivery.id) if discussed else None,
    )
    context = RenderContext(words(delivery.language or ENGLISH), now, notify=roles.offered)
    return Composed(
        post(context, told, options, digest=delivery.digest),
        post_title(context, told, options, digest=delivery.digest, whole_subject=shared(delivery)),
        allowed(options),
        answers.counts,
    )
