"""Premieres and a server's own events as its scheduled events in Discord: created, moved and deleted with the event.

Each is created only once. Scheduled events have no nonce, so before one is created, the server's events are searched
for the mark in their descriptions. If a process dies between a request and its record, the next claimant searches after
the lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import discord
from discord.http import Route

from bot.announcements.publisher.cycle import Cycle
from bot.announcements.publisher.event_cache import EventCache
from bot.announcements.publisher.retry_policy import BROKEN, SETTLED, wait_after
from bot.discord_internals import request_once
from bot.render.card import RenderContext
from bot.render.guild_event import Listing, bears, listing
from bot.store import guild_events
from bot.store.deliveries import AWAY
from bot.store.guild_events import Differences, GuildEvent, Standing
from bot.text import words

log = logging.getLogger(__name__)

CHUNK = 500
"""Rows per write: few, so that other writers do not wait long."""
BATCH = 20
"""Events handled at the same time: each takes two or three requests, and announcements share the rate limit."""
ATTEMPT = 45.0
"""Seconds before an attempt is aborted: half a lease, so that no request is in flight when the row is claimed again."""
LOOK_AGAIN = timedelta(minutes=10)
"""How often to check, without asking Discord, whether a permission was granted or a server is back."""
MOST = 100
"""Scheduled events that a server can have (https://discord.com/developers/docs/resources/guild-scheduled-event)."""
NO_ROOM = 30038
"""Discord's code for a server that has them: people may schedule some at the same moment
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#json)."""
FULL = timedelta(hours=1)
"""How long to wait for one of them to end."""
REFUSED = timedelta(days=1)
"""How long to wait after a refusal: nothing signals that an admin has fixed its cause."""

_THERE = (discord.EventStatus.scheduled, discord.EventStatus.active)


class GuildEvents(Cycle):
    """Keeps servers' scheduled events in sync with premieres and what they plan themselves."""

    plan_every = timedelta(hours=1)
    patience = 2.5
    pulse = staticmethod(guild_events.pulse)
    welcome = staticmethod(guild_events.welcome)

    async def work(self) -> None:
        """Bring every scheduled event that is due to its wanted state."""
        while not self._closing:
            claimed = await self._database.write(guild_events.claim, self._clock(), BATCH, self._served())
            if not claimed:
                break
            cache = EventCache(self._database)
            async with asyncio.TaskGroup() as keeping:
                for one in claimed:
                    keeping.create_task(self._keep_safely(one, cache))

    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Write what every server should have, regardless of `before`."""
        found = await self._database.read(guild_events.differences, now)
        for start in range(0, max(len(found.wanted), len(found.unwanted)), CHUNK):
            rows = slice(start, start + CHUNK)
            await self._database.write(guild_events.plan, Differences(found.wanted[rows], found.unwanted[rows]), now)
        outdated = await self._outdated(now)
        for start in range(0, len(outdated), CHUNK):
            await self._database.write(guild_events.outdated, outdated[start : start + CHUNK], now)

    async def _outdated(self, now: datetime) -> list[Standing]:
        """The scheduled events whose text is outdated: a title or a network has changed."""
        cache = EventCache(self._database)
        digests: dict[tuple[int, str, str], str | None] = {}
        found: list[Standing] = []
        for one in await self._database.read(guild_events.standing, now):
            key = (one.event_id, one.language, one.mark)
            if key not in digests:
                announced = await cache.of(one.event_id)
                said = listing(RenderContext(words(one.language), now), announced, one.mark) if announced else None
                digests[key] = said.digest if said else None
            if digests[key] not in (None, one.says):
                found.append(one)
        return found

    async def _keep_safely(self, one: GuildEvent, cache: EventCache) -> None:
        try:
            try:
                async with asyncio.timeout(ATTEMPT):
                    await self._keep(one, cache)
            except discord.HTTPException as error:
                # A 404 is retried too: the next attempt finds out what exists.
                if error.code == NO_ROOM:
                    await self._wait(one, FULL, guild_events.NO_ROOM)
                elif error.status >= 500 or error.status in (404, 429):
                    await self._retry(one, f"Discord failed ({error.status})")
                else:
                    log.warning("Server %d refused %s: %s", one.guild_id, one.mark, error)
                    await self._wait(one, REFUSED, error.text or str(error.status))
            except BROKEN as error:
                self._limiter.given_up()
                await self._retry(one, f"no answer: {type(error).__name__}")
        except Exception:
            # It is claimed again after its lease.
            log.exception("The event %s of server %d is left until its lease ends", one.mark, one.guild_id)

    async def _keep(self, one: GuildEvent, cache: EventCache) -> None:
        """Bring a server's scheduled event to its wanted state."""
        now = self._clock()
        if max(one.ends_at, one.stands_until or one.ends_at) <= now:
            await self._database.write(guild_events.settle, one, None, now)  # Discord ends it by itself
            return
        if not self._serves(one.guild_id):
            await self._wait(one, timedelta(), "another process serves the server")
            return
        guild = self._client.get_guild(one.guild_id)
        if guild is None or self._out_of_reach(one.guild_id):
            await self._wait(one, LOOK_AGAIN, AWAY)
            return
        if not guild.me.guild_permissions.create_events:
            await self._wait(one, LOOK_AGAIN, "create_events")
            return
        there = await self._there(guild)
        standing = self._own(there, one)
        if standing is None and one.stands_until is not None and now < one.stands_until:
            log.info("Server %d deleted the event of %s, and it stays so", one.guild_id, one.mark)
            await self._database.write(guild_events.dismiss, one)
            return
        # An event that has begun can be neither created nor moved.
        said = await self._listing(one, cache, now) if one.wanted and now < one.starts_at else None
        if standing is not None and not (one.wanted and _may_stay(standing, one, said, now)):
            await self._limiter.turn()
            if said is not None and standing.status is discord.EventStatus.scheduled:
                await standing.edit(
                    name=said.name,
                    description=said.description,
                    location=said.location,
                    start_time=one.starts_at,
                    end_time=one.ends_at,
                )
            elif await self._database.write(guild_events.begin, one):
                # Deleted, not cancelled: that is idempotent, and Discord does not cancel an event that has begun.
                await standing.delete()
                standing = None
            else:
                return
        if standing is None and said is not None:
            if len(there) >= MOST:
                await self._wait(one, FULL, guild_events.NO_ROOM)
                return
            await self._limiter.turn()
            if not await self._database.write(guild_events.begin, one):
                return
            discord_id = await self._create(one, said)
        else:
            discord_id = standing.id if standing is not None else None
        says = said.digest if said is not None and discord_id is not None else ""
        await self._database.write(guild_events.settle, one, discord_id, self._clock(), says)
        log.info("The event %s %s in server %d", one.mark, "stands" if discord_id else "does not stand", one.guild_id)

    async def _there(self, guild: discord.Guild) -> list[discord.ScheduledEvent]:
        """The scheduled events of a server that are not over, whoever made them."""
        await self._limiter.turn()
        return [event for event in await guild.fetch_scheduled_events(with_counts=False) if event.status in _THERE]

    def _own(self, there: Sequence[discord.ScheduledEvent], one: GuildEvent) -> discord.ScheduledEvent | None:
        """The bot's own one among them, found by its id or its mark; None if there is none."""
        assert self._client.user is not None
        ours = [
            event
            for event in there
            if event.creator_id == self._client.user.id
            and (event.id == one.discord_id or bears(event.description, one.mark))
        ]
        return min(ours, key=lambda event: event.id != one.discord_id, default=None)

    async def _create(self, one: GuildEvent, said: Listing) -> int:
        created = await request_once(
            self._client.http,
            Route("POST", "/guilds/{guild_id}/scheduled-events", guild_id=one.guild_id),
            {
                "name": said.name,
                "description": said.description,
                "entity_type": discord.EntityType.external.value,
                "entity_metadata": {"location": said.location},
                "privacy_level": discord.PrivacyLevel.guild_only.value,
                "scheduled_start_time": one.starts_at.isoformat(),
                "scheduled_end_time": one.ends_at.isoformat(),
            },
        )
        return int(created["id"])

    async def _listing(self, one: GuildEvent, cache: EventCache, now: datetime) -> Listing | None:
        found = await cache.of(one.event_id) if one.event_id is not None else None
        return listing(RenderContext(words(one.language), now), found, one.mark) if found else None

    async def _retry(self, one: GuildEvent, reason: str) -> None:
        log.warning("The event %s of server %d is looked at again: %s", one.mark, one.guild_id, reason)
        await self._wait(one, SETTLED + wait_after(one.attempts), reason)

    async def _wait(self, one: GuildEvent, span: timedelta, reason: str) -> None:
        await self._database.write(guild_events.retry, one, self._clock() + span, reason)


def _may_stay(standing: discord.ScheduledEvent, one: GuildEvent, said: Listing | None, now: datetime) -> bool:
    """Whether an existing event may stay: it shows what it should, or both its start and the wanted one are past."""
    shows = (standing.start_time, standing.end_time) == (one.starts_at, one.ends_at)
    shows = shows and (
        said is None or Listing(standing.name, standing.description or "", standing.location or "") == said
    )
    return shows or max(standing.start_time, one.starts_at) <= now
