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
from bot.render.announcement import PostOptions, mentions
from bot.render.card import Classic, RenderContext
from bot.render.post import post, post_title
from bot.render.post_item import PostItem
from bot.store import mentions as chosen_mentions
from bot.store import subject_roles, threads
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


async def compose(
    database: Database, guild: discord.Guild | None, delivery: Delivery, told: Sequence[PostItem], now: datetime
) -> Composed:
    """Compose the message of a delivery from what its parts tell. Whom it mentions is read at this moment."""
    events = [one.found.item.event.id for one in told]
    roles = await database.read(subject_roles.mentioned, delivery.guild_id, events)
    matching = await database.read(chosen_mentions.matching, delivery.guild_id, events)
    called = [role_id for event in events for role_id in matching.get((delivery.channel_id, event), ())]
    answers = await read_answers(database, guild, delivery, told)
    in_forum = guild is not None and isinstance(guild.get_channel(delivery.channel_id), discord.ForumChannel)
    discussed = shared(delivery) and not in_forum
    options = PostOptions(
        *(delivery.nonce, delivery.zone, delivery.role_id, permissions.standing(guild, called)),
        subject_roles=[role_id for event in events for role_id in (roles or {}).get(event, ())],
        late=now - delivery.send_at > LATE and not delivery.digest,
        counts=answers.counts,
        attendee_roles=answers.roles,
        attendees=answers.people,
        discussed_in=await database.read(threads.standing, delivery.id) if discussed else None,
    )
    context = RenderContext(words(delivery.language or ENGLISH), now, notify=roles is not None)
    return Composed(
        post(context, told, options, digest=delivery.digest),
        post_title(context, told, options, digest=delivery.digest, whole_subject=shared(delivery)),
        mentions(options),
        answers.counts,
    )
