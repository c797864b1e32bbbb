"""Subject roles in Discord: made when a member wants one, each only once, and removed when nobody has them any more.

Roles have no nonce. So before one is made again, the server's roles are searched for the one that an interrupted
request made: it has the name that was asked for, and is newer than any role that was there before. If a process dies
between a request and its record, the next claimant searches after the lease.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import attrgetter

import discord
from discord.http import Route

from bot.announcements.publisher.cycle import Cycle
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import BROKEN, SETTLED
from bot.catalogue.model import Clock
from bot.discord_internals import request_once
from bot.errors import RoleError, RoleTrouble
from bot.store import subject_roles
from bot.store.database import Database
from bot.store.subject_roles import EVERY, RoleRow, State

log = logging.getLogger(__name__)

REASON = "Notify me"
"""What a server's audit log says of each change."""
MOST = 250
"""How many roles a server can have, that of everybody among them
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#json, code 30005)."""
FULL = 30005
"""Discord's error code for a server that has as many."""
UNKNOWN_ROLE = 10011
"""Discord's error code for a role that was deleted."""
BATCH = 20
"""Rows claimed at once. They are looked at one by one: nobody waits, and announcements share the rate limit."""
ATTEMPT = 45.0
"""Seconds before an attempt is aborted: half a lease, so that no request is in flight when the row is claimed again."""
LOOK_AGAIN = timedelta(hours=1)
"""When to look again at a server that is out of reach, or that Discord said nothing about."""


class RoleMaker:
    """Makes roles in Discord that were claimed in the store."""

    def __init__(self, client: discord.Client, database: Database, limiter: RateLimiter, clock: Clock) -> None:
        self._client = client
        self._database = database
        self._limiter = limiter
        self._clock = clock

    async def make(self, guild: discord.Guild, claimed: RoleRow) -> None:
        """Make a role, unless an interrupted attempt made it already, and record it.

        Raises `RoleError` if Discord does not answer or allows no more roles, and `discord.HTTPException` if it
        refuses.
        """
        try:
            async with asyncio.timeout(ATTEMPT):
                role_id = await self._found_or_made(guild, claimed)
        except (discord.HTTPException, *BROKEN) as error:
            if not isinstance(error, discord.HTTPException):
                self._limiter.given_up()
            elif _refused(error):
                raise
            await self._database.write(subject_roles.put_off, claimed, self._clock() + SETTLED)
            raise RoleError(RoleTrouble.NO_ANSWER) from error
        if role_id is not None:
            await self._record(claimed, role_id)

    async def finish(self, guild: discord.Guild, claimed: RoleRow) -> None:
        """Record the role that an interrupted attempt made, or that there is none: whoever wanted it was told so."""
        role_id = await self._find(await self._roles(guild), claimed)
        if role_id is not None:
            await self._record(claimed, role_id)
        else:
            await self._database.write(subject_roles.forget, claimed)

    async def _found_or_made(self, guild: discord.Guild, claimed: RoleRow) -> int | None:
        """The id of the role; None if the claim was lost."""
        roles = await self._roles(guild)
        found = await self._find(roles, claimed)
        if found is not None:
            return found
        if len(roles) >= MOST:
            await self._database.write(subject_roles.forget, claimed)
            raise RoleError(RoleTrouble.SERVER_FULL)
        await self._limiter.turn()
        if not await self._database.write(subject_roles.begin, claimed, max(role.id for role in roles)):
            return None
        try:
            made = await request_once(
                self._client.http,
                Route("POST", "/guilds/{guild_id}/roles", guild_id=guild.id),
                {"name": claimed.name, "permissions": "0", "hoist": False, "mentionable": False},
                reason=REASON,
            )
        except discord.HTTPException as error:
            if _refused(error):
                await self._database.write(subject_roles.forget, claimed)
            if error.code == FULL:
                raise RoleError(RoleTrouble.SERVER_FULL) from error
            raise
        return int(made["id"])

    async def _roles(self, guild: discord.Guild) -> Sequence[discord.Role]:
        await self._limiter.turn()
        return await guild.fetch_roles()

    async def _find(self, roles: Sequence[discord.Role], claimed: RoleRow) -> int | None:
        """The role that an earlier attempt made, if there was one."""
        if claimed.after_id is None:
            return None
        others = await self._database.read(subject_roles.others, claimed)
        found = [
            role.id
            for role in roles
            if role.id > claimed.after_id
            and role.id not in others
            and role.name.split() == claimed.name.split()
            and not role.permissions
            and not role.managed
        ]
        return min(found, default=None)

    async def _record(self, claimed: RoleRow, role_id: int) -> None:
        await self._database.write(subject_roles.settle, claimed, role_id, self._clock())
        log.info("Made role %d in server %d", role_id, claimed.guild_id)


def _refused(error: discord.HTTPException) -> bool:
    """Whether Discord surely did not do what was asked."""
    return error.status < 500 and error.status != 429


class SubjectRoles(Cycle):
    """Finishes what was interrupted, and removes roles that Byeol made and nobody has."""

    plan_every = timedelta(days=1)
    patience = 2.5
    pulse = staticmethod(subject_roles.pulse)
    welcome = staticmethod(subject_roles.welcome)

    @cached_property
    def _maker(self) -> RoleMaker:
        return RoleMaker(self._client, self._database, self._limiter, self._clock)

    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Nothing is planned: members ask."""

    async def work(self) -> None:
        """Look at every role that is due, a server at a time."""
        while not self._closing:
            claimed = await self._database.write(subject_roles.claim, self._clock(), BATCH, self._served())
            if not claimed:
                break
            for guild_id, of_guild in groupby(sorted(claimed, key=_SERVER), key=_SERVER):
                await self._keep_safely(guild_id, list(of_guild))

    async def _keep_safely(self, guild_id: int, claimed: Sequence[RoleRow]) -> None:
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._keep(guild_id, claimed)
        except (discord.HTTPException, *BROKEN) as error:
            if not isinstance(error, discord.HTTPException):
                self._limiter.given_up()
            log.warning("The roles of server %d are looked at again: %s", guild_id, error or type(error).__name__)
            await self._put_off(claimed, LOOK_AGAIN)
        except Exception:
            # They are claimed again after their lease.
            log.exception("The roles of server %d are left until their lease ends", guild_id)

    async def _keep(self, guild_id: int, claimed: Sequence[RoleRow]) -> None:
        if self._closing or not self._serves(guild_id):
            await self._put_off(claimed, timedelta())
            return
        guild = self._client.get_guild(guild_id)
        if guild is None or self._out_of_reach(guild_id):
            await self._put_off(claimed, LOOK_AGAIN)
            return
        for one in claimed:
            if one.state is State.MAKING:
                await self._maker.finish(guild, one)
        there = [one for one in claimed if one.state is not State.MAKING]
        if not there:
            return
        if not guild.me.guild_permissions.manage_roles:
            await self._put_off(there, EVERY)
            return
        await self._limiter.turn()
        members = {role.id: count for role, count in (await guild.role_member_counts()).items()}
        for one in there:
            if one.state is State.REMOVING:
                await self._remove(guild, one, members)
        await self._database.write(subject_roles.counted, guild_id, members, self._clock())

    async def _remove(self, guild: discord.Guild, one: RoleRow, members: Mapping[int, int]) -> None:
        """Remove a role that nobody has; if somebody has got it meanwhile, or Discord refuses, it stays."""
        assert one.role_id is not None
        if members.get(one.role_id):
            await self._database.write(subject_roles.keep, one, self._clock())
            return
        await self._limiter.turn()
        try:
            with contextlib.suppress(discord.NotFound):
                await self._client.http.delete_role(guild.id, one.role_id, reason=REASON)
        except discord.Forbidden as error:
            log.warning("Role %d of server %d cannot be removed: %s", one.role_id, guild.id, error)
            await self._database.write(subject_roles.keep, one, self._clock())
        else:
            await self._database.write(subject_roles.forget, one)
            log.info("Removed role %d of server %d: nobody had it", one.role_id, guild.id)

    async def _put_off(self, claimed: Sequence[RoleRow], span: timedelta) -> None:
        """Look again later. What cannot be removed now stays, and what is made is not kept from members for long."""
        for one in claimed:
            if one.state is State.REMOVING:
                await self._database.write(subject_roles.keep, one, self._clock())
            else:
                wait = min(span, SETTLED) if one.state is State.MAKING else span
                await self._database.write(subject_roles.put_off, one, self._clock() + wait)


_SERVER = attrgetter("guild_id")
