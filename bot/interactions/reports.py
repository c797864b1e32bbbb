"""Reports on announcements for admins, as cards with pages: status, history, what is upcoming, and why.

Their keys begin with the id of the server, in hexadecimal: a button is stateless, and its custom id holds 100
characters.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from discord import ui

from bot.announcements import outlook, permissions
from bot.catalogue.model import Ref
from bot.errors import GoneError
from bot.interactions.host import Host
from bot.render import administration
from bot.render.administration import Channel, Report
from bot.render.card import RenderContext
from bot.store import follows, subscriptions

STATUS, HISTORY, UPCOMING, WHY = "state", "log", "plan", "fate"
"""The names of the cards: short, and distinct from commands that take a name."""

STATUS_DAYS = 60
"""How many days ahead the status looks for the next posts."""
STATUS_POSTS = 5
"""How many posts it shows, of the past and of the upcoming ones."""
HISTORY_POSTS = 60
"""How many announcements the history goes back."""


async def channels(client: Host, guild_id: int) -> list[Channel]:
    """The channels of a server with their settings and problems."""
    chosen = await client.database.read(subscriptions.of_guild, guild_id)
    followed = bool(await client.database.read(follows.of_guild, guild_id))
    guild = client.get_guild(guild_id)
    return [
        Channel(one, permissions.missing_for(guild, one), follows_nothing=one.followed_only and not followed)
        for one in chosen
    ]


def key_of(guild_id: int, *parts: object) -> str:
    """The key of a report: the server's id, then its days or its entity."""
    return "/".join((f"{guild_id:x}", *map(str, parts)))


def _server(key: str) -> tuple[int, str]:
    """The server's id in a key, and the rest of it."""
    guild_id, _, rest = key.partition("/")
    return int(guild_id, 16), rest


async def _status(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    guild_id, _ = _server(key)
    followed = await client.database.read(follows.of_guild, guild_id)
    lately = await outlook.lately(client.database, guild_id, STATUS_POSTS)
    ahead = await outlook.ahead(client.database, guild_id, context.now, timedelta(days=STATUS_DAYS))
    shown = await channels(client, guild_id)
    return administration.status(context, Report(STATUS, key), shown, followed, lately, ahead[:STATUS_POSTS])


async def _history(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    found = await outlook.lately(client.database, _server(key)[0], HISTORY_POSTS)
    return administration.history(context, Report(HISTORY, key), found)


async def _upcoming(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    guild_id, rest = _server(key)
    days = int(rest)
    ahead = await outlook.ahead(client.database, guild_id, context.now, timedelta(days=days))
    shown = await channels(client, guild_id)
    return administration.ahead_of(context, Report(UPCOMING, key), days, shown, ahead)


async def _why(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    guild_id, name = _server(key)
    ref = Ref.parse(name)
    entry = (await client.lookup.index()).get(ref) if ref else None
    if entry is None:
        raise GoneError
    found = await outlook.explained(client.database, guild_id, entry.ref, context.now)
    return administration.explanation(context, Report(WHY, key), entry.label, found)


REPORTS: Mapping[str, Callable[[Host, str, RenderContext], Awaitable[ui.LayoutView]]] = {
    STATUS: _status,
    HISTORY: _history,
    UPCOMING: _upcoming,
    WHY: _why,
}
