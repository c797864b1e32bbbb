"""Previews of announcements: what comes next, posted where it will be, without pinging anybody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import discord

from bot.announcements import permissions
from bot.announcements.outcome import Post, post_link
from bot.announcements.publisher import event_cache
from bot.announcements.publisher.destination import destination
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ANNOUNCED, Subscription
from bot.catalogue.model import Upcoming
from bot.interactions.host import Host
from bot.render.announcement import PostOptions
from bot.render.card import RenderContext
from bot.render.post import post, post_title
from bot.render.post_item import PostItem
from bot.store import events, mentions, subject_roles
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
    roles = await database.read(subject_roles.mentioned, chosen.guild_id, ids)
    matching = await database.read(mentions.matching, chosen.guild_id, ids)
    called = [role_id for id_ in ids for role_id in matching.get((chosen.channel_id, id_), ())]
    context = RenderContext(words(chosen.language), now, notify=roles is not None)
    items = [PostItem(stage, await event_cache.announced(database, item)) for stage, item in told]
    options = PostOptions(
        *(None, chosen.zone, chosen.role_id, permissions.standing(client.get_guild(chosen.guild_id), called)),
        subject_roles=[role_id for id_ in ids for role_id in (roles or {}).get(id_, ())],
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
