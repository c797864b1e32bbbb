"""Reports on announcements for admins, as cards with pages: status, history, what is upcoming, and why.

Their keys begin with the id of the server, in hexadecimal: a button is stateless, and its custom id holds 100
characters.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta

import discord
from discord import ui

from bot.announcements import outlook, permissions
from bot.announcements.channels import find_forum
from bot.announcements.publisher.retry_policy import BROKEN
from bot.announcements.subscription import Subscription
from bot.catalogue.model import Kind, Ref
from bot.discord_internals import spoiler_channels
from bot.errors import GoneError, OutdatedError
from bot.interactions.host import Host
from bot.render import reports
from bot.render.administration import Channel
from bot.render.card import RenderContext
from bot.render.notify import Offered
from bot.store import follows, guild_events, mentions, subject_roles, subscriptions

log = logging.getLogger(__name__)

STATUS, HISTORY, UPCOMING, WHY = "state", "log", "plan", "fate"
"""The names of the cards: short, and distinct from commands that take a name."""

MOST_DAYS = 366
"""How many days ahead anybody can look."""
STATUS_DAYS = 60
"""How many days ahead the status looks for the next posts."""
STATUS_POSTS = 5
"""How many posts it shows, of the past and of the upcoming ones."""
HISTORY_POSTS = 60
"""How many announcements the history goes back."""
ENOUGH = 1.0
"""Seconds that Discord has to say what only completes an answer, which can do without it."""


async def channels(client: Host, guild_id: int, *, look: bool = False) -> list[Channel]:
    """The channels of a server with their settings and problems.

    `look`: ask Discord which of them are spoiler channels, which discord.py does not know.
    """
    chosen = await client.database.read(subscriptions.of_guild, guild_id)
    followed = await client.database.read(follows.of_guild, guild_id)
    lists = await client.database.read(follows.lists, guild_id)
    mentioned = await client.database.read(mentions.of_guild, guild_id)
    roles = await client.database.read(subject_roles.mentionable, guild_id)
    guild = client.get_guild(guild_id)
    hidden = await spoilers(client, guild_id) if look and chosen else set[int]()

    def described(one: Subscription) -> Channel:
        own = [mention for mention in mentioned if mention.channel_id == one.channel_id]
        called = [mention.role_id for mention in own]
        standing = permissions.standing(guild, called)
        return Channel(
            one,
            permissions.missing_for(guild, one, roles, called),
            follows=lists.get(one.channel_id, followed),
            own_list=one.channel_id in lists,
            mentions=own,
            lost=[role_id for role_id in called if role_id not in standing],
            forum=find_forum(guild, one.channel_id),
            spoiler=one.channel_id in hidden,
        )

    return [described(one) for one in chosen]


async def offered(client: Host, guild_id: int, *, count: bool = True) -> Offered:
    """Whether a server offers roles to its members, and which ones it has. With `count`, Discord is asked once."""
    guild = client.get_guild(guild_id)
    return Offered(
        on=await client.database.read(subject_roles.offered, guild_id),
        roles=await client.database.read(subject_roles.of_guild, guild_id),
        allowed=guild is None or permissions.withheld(guild) is None,
        members=await member_counts(guild) if count else {},
    )


async def member_counts(guild: discord.Guild | None) -> Mapping[int, int]:
    """How many members have each role of a server; empty if Discord does not say so at once."""
    if guild is None or not guild.me.guild_permissions.manage_roles:
        return {}
    try:
        async with asyncio.timeout(ENOUGH):
            return {role.id: count for role, count in (await guild.role_member_counts()).items()}
    except (discord.HTTPException, *BROKEN) as error:
        log.info("The members of roles in server %d were not counted: %s", guild.id, error or type(error).__name__)
        return {}


async def spoilers(client: Host, guild_id: int) -> Collection[int]:
    """The ids of a server's spoiler channels; none if Discord does not say so soon: an answer cannot wait for long."""
    try:
        async with asyncio.timeout(ENOUGH):
            return await spoiler_channels(client, guild_id)
    except (discord.DiscordException, *BROKEN) as error:
        log.info("The spoiler channels of server %d are not known: %s", guild_id, error or type(error).__name__)
        return set()


def key_of(guild_id: int, *parts: object) -> str:
    """The key of a report: the server's id, then its days or its entity."""
    return "/".join((f"{guild_id:x}", *map(str, parts)))


def server_of(key: str) -> int:
    """The id of the server in a key. Raises `OutdatedError` if there is none."""
    return _server(key)[0]


def days_in(text: str) -> int:
    """How many days a card looks ahead, as its key says. Raises `OutdatedError` if no command offers that."""
    if re.fullmatch(r"[1-9]\d{0,2}", text) is None or int(text) > MOST_DAYS:
        raise OutdatedError
    return int(text)


def _server(key: str) -> tuple[int, str]:
    """The server's id in a key, and the rest of it."""
    guild_id, _, rest = key.partition("/")
    if re.fullmatch(r"[0-9a-f]{1,16}", guild_id) is None:
        raise OutdatedError
    return int(guild_id, 16), rest


async def _status(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    guild_id, _ = _server(key)
    followed = await client.database.read(follows.of_guild, guild_id)
    lately = await outlook.lately(client.database, guild_id, STATUS_POSTS)
    ahead = await outlook.ahead(client.database, guild_id, context.now, timedelta(days=STATUS_DAYS))
    shown, roles = await channels(client, guild_id, look=True), await offered(client, guild_id, count=False)
    unlisted = await client.database.read(guild_events.without_room, guild_id)
    return reports.status(
        *(context, reports.Report(STATUS, key), shown, followed, lately, ahead[:STATUS_POSTS], roles, unlisted)
    )


async def _history(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    found = await outlook.lately(client.database, _server(key)[0], HISTORY_POSTS)
    return reports.history(context, reports.Report(HISTORY, key), found)


async def _upcoming(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    guild_id, rest = _server(key)
    days = days_in(rest)
    ahead = await outlook.ahead(client.database, guild_id, context.now, timedelta(days=days))
    shown = await channels(client, guild_id)
    guild = client.get_guild(guild_id)
    ahead = [replace(post, roles=permissions.standing(guild, post.roles)) for post in ahead]
    members = await member_counts(guild if any(post.roles for post in ahead) else None)
    return reports.ahead_of(context, reports.Report(UPCOMING, key), days, shown, ahead, members)


async def _why(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    guild_id, name = _server(key)
    ref = Ref.parse(name)
    if ref is None:
        raise GoneError
    if ref.kind is Kind.OCCASION:
        found = await outlook.explained(client.database, guild_id, ref, context.now)
        label = found[0].item.event.subject if found else None
    else:
        entry = await client.lookup.get(ref)
        label = entry.label if entry is not None else None
        found = await outlook.explained(client.database, guild_id, entry.ref, context.now) if entry is not None else []
    if label is None:
        raise GoneError
    return reports.explanation(context, reports.Report(WHY, key), label, found)


REPORTS: Mapping[str, Callable[[Host, str, RenderContext], Awaitable[ui.LayoutView]]] = {
    STATUS: _status,
    HISTORY: _history,
    UPCOMING: _upcoming,
    WHY: _why,
}
