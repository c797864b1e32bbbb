"""Whether Discord lets the bot do its work: its token, its gateway, its commands, and every channel it announces in.

It asks by REST alone and starts no session of the gateway, so a bot that runs with the same token notices nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

import aiohttp
import discord
from discord import app_commands

from bot.announcements.channels import Announceable, forum_of
from bot.announcements.permissions import STOPPING, missing_in
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.subscription import Subscription
from bot.catalogue.model import Clock
from bot.discord_internals import UNREACHABLE, gateway
from bot.errors import SettingError, StartError
from bot.operations import portal
from bot.operations.finding import Finding, Level, split
from bot.operations.portal import Session
from bot.render.reasons import permission_name
from bot.text import ENGLISH, words

DISCORD, SERVERS = "Discord", "Servers"

RATE = 10.0
"""Requests per second: a fifth of what Discord allows a bot, so that one that runs keeps the rest."""
FEW_STARTS = 50
"""Of the thousand sessions that a bot may start in a day."""
SKEW = 20.0
"""Seconds by which the clock may be wrong: an announcement would be as early or as late."""
HELLO = 10
"""The opcode with which a gateway greets, before it knows who comes."""
PATIENCE = 15.0
"""Seconds for the gateway to greet."""


async def examine(
    token: str,
    chosen: Sequence[Subscription] | None,
    commands: Sequence[str],
    clock: Clock,
    *,
    roles: Mapping[int, Sequence[int]] = MappingProxyType({}),
    dev_guild: int | None = None,
) -> AsyncIterator[Sequence[Finding]]:
    """Ask Discord about everything, a group of findings at a time. It takes three requests a server.

    `chosen`: the channels that are announced in, a server's together; None if they are not known. `roles`: the subject
    roles, by server. `commands`: the names of those that this version registers, in `dev_guild` or everywhere.
    """
    try:
        async with portal.session(token, clock) as session:
            user, application = session.user, session.application
            name = f"The token is that of {user} (application “{application.name}”, {application.id})."
            yield [Finding(DISCORD, Level.OK, name), *_skew(session.ahead)]
            try:
                yield await _gateway(session)
                yield await _commands(session, commands, dev_guild)
                yield portal.examine(application)
                async for some in _servers(session, chosen, roles):
                    yield some
            except UNREACHABLE as error:
                problem = f"Discord stopped answering: {error or 'it was too slow.'}"
                yield [Finding(DISCORD, Level.PROBLEM, problem, "Try again later: https://discordstatus.com")]
    except SettingError as error:
        problem, remedy = split(f"{error.key} {error.problem}")
        yield [Finding(DISCORD, Level.PROBLEM, problem, remedy)]
    except StartError as error:
        remedy = "Check the connection to the internet, and https://discordstatus.com"
        yield [Finding(DISCORD, Level.PROBLEM, error.problem, remedy)]


def not_asked(key: str) -> Finding:
    """What is said where a setting keeps Discord from being asked."""
    return Finding(DISCORD, Level.PROBLEM, f"Discord was not asked: {key} is not valid.", "See Settings, above.")


def _skew(ahead: float | None) -> list[Finding]:
    if ahead is None:
        return []
    if abs(ahead) <= SKEW:
        return [Finding(DISCORD, Level.OK, "The clock agrees with Discord's.")]
    way = "ahead of" if ahead > 0 else "behind"
    problem = f"The clock is {abs(ahead):,.0f} seconds {way} Discord's: announcements come at the wrong time."
    return [Finding(DISCORD, Level.PROBLEM, problem, "Set it by NTP, such as with: timedatectl set-ntp true")]


async def _gateway(session: Session) -> list[Finding]:
    address, left, wait = await gateway(session.client.http)
    if await _greets(address):
        found = Finding(DISCORD, Level.OK, "The gateway can be reached.")
    else:
        remedy = "A firewall or proxy may not let websockets through: allow wss to it."
        found = Finding(DISCORD, Level.PROBLEM, f"The gateway {address} does not answer.", remedy)
    remedy = "Find out why the bot starts so often: Discord resets the token of one that uses up its starts."
    if not left:
        problem = f"The bot has used up its starts of today: the next one is possible in {wait / 3600:.1f} hours."
        return [found, Finding(DISCORD, Level.PROBLEM, problem, remedy)]
    text = f"The bot may start {left:,} more times today."
    return [found, Finding(DISCORD, Level.WARNING, text, remedy) if left < FEW_STARTS else _ok(text)]


def _ok(text: str) -> Finding:
    return Finding(DISCORD, Level.OK, text)


async def _greets(address: str) -> bool:
    try:
        async with (
            asyncio.timeout(PATIENCE),
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{address}?v=10&encoding=json") as socket,
        ):
            message = await socket.receive()
            return message.type is aiohttp.WSMsgType.TEXT and message.json().get("op") == HELLO
    except (aiohttp.ClientError, OSError, ValueError):
        return False


async def _commands(session: Session, expected: Sequence[str], dev_guild: int | None) -> list[Finding]:
    where = discord.Object(dev_guild) if dev_guild is not None else None
    known = {command.name for command in await app_commands.CommandTree(session.client).fetch_commands(guild=where)}
    restart = "Start the bot, or restart it: it registers its commands."
    found: list[Finding] = []
    if lacking := [f"/{name}" for name in expected if name not in known]:
        found.append(
            Finding(
                DISCORD,
                Level.WARNING,
                f"Discord does not know {_listed(lacking)}.",
                f"{restart} If it says that they are unchanged, clear its record (docs/operating.md, “Commands on"
                " Discord”).",
            )
        )
    if extra := [f"/{name}" for name in sorted(known - set(expected))]:
        found.append(
            Finding(DISCORD, Level.WARNING, f"Discord has commands of another version: {_listed(extra)}.", restart)
        )
    return found or [_ok(f"All {len(expected)} commands are registered.")]


async def _servers(
    session: Session, chosen: Sequence[Subscription] | None, roles: Mapping[int, Sequence[int]]
) -> AsyncIterator[Sequence[Finding]]:
    if chosen is None:
        yield [Finding(SERVERS, Level.WARNING, "The channels were not looked at: the database cannot be read.")]
        return
    here = {guild.id async for guild in session.client.fetch_guilds(limit=None, with_counts=False)}
    limiter = RateLimiter(session.client, lambda: RATE)
    sound = 0
    for guild_id, group in groupby(chosen, key=lambda one: one.guild_id):
        channels = list(group)
        mentioned = roles.get(guild_id, ())
        found = await _server(session, limiter, guild_id, channels, mentioned) if guild_id in here else None
        if found is None:
            yield [_left(session, guild_id, len(channels))]
            continue
        sound += len(channels) - len(found)
        if found:
            yield found
    text = f"The bot is in {_counted(len(here), 'server')}, and has all it needs in {_counted(sound, 'channel')}."
    yield [Finding(SERVERS, Level.OK, text)]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _left(session: Session, guild_id: int, channels: int) -> Finding:
    text = f"The bot was removed from server {guild_id}, which had chosen {_counted(channels, 'channel')}."
    link = portal.invite_link(session.application.id)
    remedy = f"To let it carry on there, an admin invites it again within 30 days: {link}&guild_id={guild_id}"
    return Finding(SERVERS, Level.WARNING, text, remedy)


async def _server(
    session: Session,
    limiter: RateLimiter,
    guild_id: int,
    chosen: Iterable[Subscription],
    subject_roles: Sequence[int],
) -> list[Finding] | None:
    """What is wrong with a server's channels, at most one finding each; None if the bot is not in the server."""
    client = session.client
    try:
        await limiter.turn()
        guild = await client.fetch_guild(guild_id, with_counts=False)
        await limiter.turn()
        me = await guild.fetch_member(session.user.id)
        await limiter.turn()
        channels = {channel.id: channel for channel in await guild.fetch_channels()}
    except (discord.NotFound, discord.Forbidden):
        return None
    found: list[Finding] = []
    for one in chosen:
        channel = channels.get(one.channel_id)
        if isinstance(channel, Announceable):
            lacking = missing_in(channel, me, one, subject_roles)
            name = f"#{channel.name}"
            tagless = isinstance(channel, discord.ForumChannel) and forum_of(channel, me).lacks_tag(one.tags)
            if tagless and not lacking:
                found.append(_tagless(f"“{guild.name}”, {name}"))
                continue
        else:
            await limiter.turn()
            lacking = await _unlisted(client, one.channel_id)
            name = f"channel {one.channel_id}"
        if (finding := _channel(f"“{guild.name}”, {name}", lacking)) is not None:
            found.append(finding)
    return found


def _tagless(place: str) -> Finding:
    problem = f"{place}: nothing can be posted. Its posts need a tag, and none that is there was chosen."
    return Finding(SERVERS, Level.PROBLEM, problem, "An admin of the server chooses one in /announcements panel.")


async def _unlisted(client: discord.Client, channel_id: int) -> list[str] | None:
    """What the bot lacks in a channel that its server does not list; None if it is gone, or not one for posts."""
    try:
        await client.fetch_channel(channel_id)
    except discord.Forbidden:
        return ["view_channel"]
    except discord.NotFound:
        return None
    return None


def _channel(place: str, lacking: list[str] | None) -> Finding | None:
    if lacking is None:
        remedy = "An admin of the server chooses another with /announcements setup, or /announcements off."
        return Finding(SERVERS, Level.PROBLEM, f"{place}: the channel is gone.", remedy)
    if not lacking:
        return None
    t = words(ENGLISH)
    stops = any(name in STOPPING for name in lacking)
    names = _listed([permission_name(t, name) for name in lacking])
    remedy = "An admin of the server grants that to the bot's role, in the settings of the channel or of the role."
    effect = "nothing can be posted" if stops else "posts are not all that was chosen"
    text = f"{place}: {effect}. The bot lacks {names}."
    return Finding(SERVERS, Level.PROBLEM if stops else Level.WARNING, text, remedy)


def _listed(names: Sequence[str]) -> str:
    return words(ENGLISH).join_list(list(names))
