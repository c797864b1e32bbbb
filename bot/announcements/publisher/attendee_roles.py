"""Attendee roles in Discord: given to who is in, and taken when that is over.

To give a role that somebody has, or to take one that they have not, changes nothing. So a request whose answer was lost
is simply repeated.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from functools import cached_property

import discord

from bot.announcements import permissions
from bot.announcements.publisher.cycle import Cycle
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import BROKEN, SETTLED
from bot.announcements.publisher.subject_roles import UNKNOWN_ROLE
from bot.catalogue.model import Clock
from bot.errors import RoleError, RoleTrouble
from bot.store import attendee_roles, rsvp
from bot.store.attendee_roles import RoleTask
from bot.store.database import Database

log = logging.getLogger(__name__)

REASON = "RSVP"
"""What a server's audit log says of each change."""
ATTEMPT = 45.0
"""Seconds before an attempt is aborted: half a lease, so that no request is in flight when the row is claimed again."""
BATCH = 20
"""Rows claimed at once. They are done one by one: announcements share the rate limit."""
LOOK_AGAIN = timedelta(hours=1)
"""When to try again where the bot may not give a role, or the server is out of reach."""


class RoleGiver:
    """Gives roles that were claimed in the store to members, or takes them."""

    def __init__(self, client: discord.Client, database: Database, limiter: RateLimiter, clock: Clock) -> None:
        self._client = client
        self._database = database
        self._limiter = limiter
        self._clock = clock

    async def do(self, task: RoleTask) -> None:
        """Give or take a role, and record that. Raises `RoleError` if that cannot be now: it is tried again later."""
        trouble = self._trouble(task)
        if trouble is not None:
            await self._put_off(task, LOOK_AGAIN)
            raise RoleError(trouble, task.role_id)
        change = self._client.http.add_role if task.wanted else self._client.http.remove_role
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._limiter.turn()
                await change(task.guild_id, task.user_id, task.role_id, reason=REASON)
        except discord.NotFound as error:
            await self._not_found(task, error)
        except (discord.DiscordServerError, *BROKEN) as error:
            if not isinstance(error, discord.HTTPException):
                self._limiter.given_up()
            await self._put_off(task, SETTLED)
            raise RoleError(RoleTrouble.NO_ANSWER, task.role_id) from error
        except discord.HTTPException as error:
            log.warning("Role %d of server %d is tried again later: %s", task.role_id, task.guild_id, error)
            await self._put_off(task, LOOK_AGAIN)
            forbidden = isinstance(error, discord.Forbidden)
            raise RoleError(RoleTrouble.FORBIDDEN if forbidden else RoleTrouble.NO_ANSWER, task.role_id) from error
        else:
            await self._database.write(attendee_roles.settle, task, self._clock())

    def _trouble(self, task: RoleTask) -> RoleTrouble | None:
        """Why a role cannot be given or taken, as far as that is known before it is asked for."""
        guild = self._client.get_guild(task.guild_id)
        if guild is None or guild.unavailable:
            return RoleTrouble.NO_ANSWER
        role = guild.get_role(task.role_id)
        if task.wanted and role is not None and permissions.powerful(role):
            return RoleTrouble.POWERFUL
        return permissions.withheld(guild, task.role_id)

    async def _not_found(self, task: RoleTask, error: discord.NotFound) -> None:
        now: datetime = self._clock()
        if error.code == UNKNOWN_ROLE:
            await self._database.write(attendee_roles.gone, task.guild_id, task.role_id)
        else:
            await self._database.write(rsvp.left, task.guild_id, task.user_id, now)

    async def _put_off(self, task: RoleTask, span: timedelta) -> None:
        await self._database.write(attendee_roles.put_off, task, self._clock() + span)


class AttendeeRoles(Cycle):
    """Does what was interrupted, or could not be done, and takes the roles of what is over."""

    plan_every = timedelta(days=1)
    patience = 2.5
    pulse = staticmethod(attendee_roles.pulse)
    welcome = staticmethod(attendee_roles.welcome)

    @cached_property
    def _giver(self) -> RoleGiver:
        return RoleGiver(self._client, self._database, self._limiter, self._clock)

    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Nothing is planned: members answer, and servers' own events are planned with the announcements."""

    async def work(self) -> None:
        """Do everything that is due."""
        while not self._closing:
            claimed = await self._database.write(attendee_roles.claim, self._clock(), BATCH, self._served())
            if not claimed:
                break
            for task in claimed:
                await self._do_safely(task)

    async def _do_safely(self, task: RoleTask) -> None:
        if self._closing or not self._serves(task.guild_id):
            await self._database.write(attendee_roles.put_off, task, self._clock())
            return
        self._out_of_reach(task.guild_id)
        try:
            await self._giver.do(task)
        except RoleError as error:
            log.info("Role %d of server %d waits: %s", task.role_id, task.guild_id, error.trouble.name)
        except Exception:
            # It is claimed again after its lease.
            log.exception("Role %d of server %d is left until the lease ends", task.role_id, task.guild_id)
