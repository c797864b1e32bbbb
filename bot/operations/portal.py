"""A token's application: what Discord says of it, what is set wrong in the developer portal, and the invite link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp
import discord

from bot.announcements.permissions import invited
from bot.catalogue.model import Clock
from bot.discord_internals import UNREACHABLE
from bot.errors import StartError
from bot.operations.finding import Finding, Level
from bot.settings import token_refused

GROUP = "Application"
PORTAL = "https://discord.com/developers/applications"
PATIENCE = 30.0
"""Seconds for Discord to say whose token it is; discord.py by itself would try for minutes."""


@dataclass(slots=True)
class Session:
    """A client that is known to Discord but not connected: it asks and is not told.

    `ahead`: by how many seconds this machine's clock is ahead of Discord's; None if Discord did not say.
    """

    client: discord.Client
    ahead: float | None = field(default=None, init=False)

    @property
    def application(self) -> discord.AppInfo:
        """The application whose token it is."""
        assert self.client.application is not None
        return self.client.application

    @property
    def user(self) -> discord.ClientUser:
        """The bot."""
        assert self.client.user is not None
        return self.client.user


@asynccontextmanager
async def session(token: str, clock: Clock) -> AsyncGenerator[Session]:
    """Ask Discord whose token it is. Raises `SettingError` if it is refused, `StartError` if nobody answers."""
    trace = aiohttp.TraceConfig()
    opened = Session(discord.Client(intents=discord.Intents.none(), http_trace=trace))

    async def compare(_: aiohttp.ClientSession, __: SimpleNamespace, end: aiohttp.TraceRequestEndParams) -> None:
        opened.ahead = _ahead(end.response.headers.get("Date"), clock())

    trace.on_request_end.append(compare)
    async with opened.client:
        try:
            async with asyncio.timeout(PATIENCE):
                await opened.client.login(token)
        except discord.LoginFailure:
            raise token_refused() from None
        except UNREACHABLE as error:
            raise StartError(f"Discord cannot be reached: {error or 'it does not answer.'}") from error
        yield opened


def _ahead(date: str | None, now: datetime) -> float | None:
    try:
        return (now - parsedate_to_datetime(date)).total_seconds() if date else None
    except ValueError:
        return None


def invite_link(application_id: int) -> str:
    """The address at which an admin adds the bot to a server, with the permissions that it needs and no others."""
    return discord.utils.oauth_url(application_id, permissions=invited(), scopes=("bot", "applications.commands"))


def examine(application: discord.AppInfo) -> list[Finding]:
    """What is set wrong, or more widely than Byeol needs. The pages are named as the portal names them."""
    page = f"{PORTAL}/{application.id}"
    found: list[Finding] = []
    if application.interactions_endpoint_url:
        found.append(
            Finding(
                GROUP,
                Level.PROBLEM,
                "An Interactions Endpoint URL is set: Discord sends commands there, and not to the bot.",
                f"Empty it on the page General Information: {page}/information",
            )
        )
    if application.bot_require_code_grant:
        found.append(
            Finding(
                GROUP,
                Level.PROBLEM,
                "“Requires OAuth2 Code Grant” is on: the invite link does not work.",
                f"Switch it off on the page Bot: {page}/bot",
            )
        )
    if not application.bot_public:
        found.append(
            Finding(
                GROUP,
                Level.WARNING,
                "“Public Bot” is off: nobody but you can invite the bot.",
                f"Switch it on, on the page Bot, if others are to invite it: {page}/bot",
            )
        )
    if intents := _privileged(application.flags):
        found.append(
            Finding(
                GROUP,
                Level.WARNING,
                f"Privileged intents that Byeol does not need are on: {', '.join(intents)}.",
                f"Switch them off on the page Bot: {page}/bot",
            )
        )
    return found or [Finding(GROUP, Level.OK, "The settings in the developer portal are as Byeol needs them.")]


def _privileged(flags: discord.ApplicationFlags) -> list[str]:
    # An application has the limited flag until it is verified, and the other from then on.
    on = {
        "Presence": flags.gateway_presence or flags.gateway_presence_limited,
        "Server Members": flags.gateway_guild_members or flags.gateway_guild_members_limited,
        "Message Content": flags.gateway_message_content or flags.gateway_message_content_limited,
    }
    return [name for name, is_on in on.items() if is_on]
