"""Previews of announcements: what comes next, posted where it will be, without pinging anybody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import discord

from bot.announcements.outcome import Post, post_link
from bot.announcements.publisher import event_cache
from bot.announcements.publisher.composing import called
from bot.announcements.publisher.destination import destination
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ANNOUNCED, Subscription
from bot.catalogue.model import Upcoming
from bot.interactions.host import Host
from bot.render.announcement import PostOptions
from bot.render.card import RenderContext
from bot.render.post import post, post_title
from bot.render.post_item import PostItem
from bot.store import events
from bot.text import words


async def post_preview(client: Host, chosen: Subscription, ahead: Sequence[Post]) -> str | None:
    """Post a preview of what comes next in a channel. Returns its address, or None if there is nothing to show."""
    now, database = client.clock(), client.database
    coming = next((one for one in ahead if one.channel_id == chosen.channel_id), None)
    latest = None if coming else await database.read(events.latest, now, chosen.guild_id, ANNOUNCED)
    told: list[tuple[Stage, Upcoming]] = list(coming.told) if coming else [(Stage.NOW, latest)] if latest else []
    if not told:
        return None
    ids = [item.event.id for _, item in told]
    roles = await called(database, client.get_guild(chosen.guild_id), chosen.guild_id, chosen.channel_id, ids)
    context = RenderContext(words(chosen.language), now, notify=roles.offered)
    items = [PostItem(stage, await event_cache.announced(database, item)) for stage, item in told]
    options = PostOptions(
        *(None, chosen.zone, chosen.role_id, roles.matching),
        subject_roles=roles.subject,
        preview=True,
    )
    digest = coming is not None and coming.digest
    posted = await destination(client, chosen.guild_id, chosen.channel_id).create(
        post(context, items, options, digest=digest),
        post_title(context, items, options, digest=digest),
        token=secrets.token_hex(10),
        mentions=discord.AllowedMentions.none(),
        tags=chosen.tags,
    )
    return post_link(chosen.guild_id, chosen.channel_id, posted.message_id, posted.thread_id)
