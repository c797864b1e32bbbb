"""The publisher: plans, claims, sends and records what is due."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import discord

from bot.announcements import permissions, schedule
from bot.announcements.publisher import proof
from bot.announcements.publisher.cycle import Cycle
from bot.announcements.publisher.event_cache import EventCache
from bot.announcements.publisher.post_actions import PostActions
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import BROKEN, REFUSED_RETRY, passes, refusal, wait_after
from bot.announcements.schedule import Due
from bot.catalogue.model import Clock
from bot.render.announcement import PostOptions, mentions
from bot.render.card import RenderContext
from bot.render.post import post
from bot.render.post_item import Announced, PostItem
from bot.render.reasons import refused
from bot.store import deliveries, planning, post_actions, subscriptions
from bot.store.database import Database
from bot.store.deliveries import Delivery, Part
from bot.text import ENGLISH, words

log = logging.getLogger(__name__)

NONCE_WINDOW = timedelta(minutes=2)
"""How long Discord is sure to drop a repeated nonce; it says "a few minutes", this stays well inside."""
LEASE = timedelta(seconds=90)
"""How long a claimed delivery belongs to its claimant; then another process may claim it, still in the nonce window."""
BATCH = 50
"""Deliveries claimed at once: about a second's worth, so that none waits long while its lease runs."""
IN_FLIGHT = 100
"""Deliveries that may wait for Discord's response at the same time."""
ATTEMPT = 60.0
"""Seconds before an attempt is aborted: well inside its lease, so that no delivery is sent twice at the same time."""
LATE = timedelta(minutes=5)
"""A post that is later than this says so."""

GONE = ("withdrawn", "changed")
"""The state and the reason of a delivery that no longer holds."""


class Publisher(Cycle):
    """Sends the deliveries that are due, and runs post actions."""

    plan_every = timedelta(minutes=1)
    patience = 10.0
    pulse = staticmethod(deliveries.pulse)

    def __init__(self, client: discord.Client, database: Database, clock: Clock, limiter: RateLimiter) -> None:
        super().__init__(client, database, clock, limiter)
        self._post_actions = PostActions(client, database, clock, limiter)
        self._owner = secrets.token_hex(4)

    async def work(self) -> None:
        """Send everything that is due, and run the post actions that are."""
        await self._send_due()
        await self._post_actions.do()

    async def close(self) -> None:
        """Start nothing new, and wait for what is being sent."""
        self._post_actions.closing = True
        await super().close()

    async def _send_due(self) -> None:
        """Send everything that is due, concurrently, as fast as the rate limit allows."""
        cache = EventCache(self._database)
        slots = asyncio.Semaphore(IN_FLIGHT)

        async def send(delivery: Delivery) -> None:
            try:
                await self._deliver_safely(delivery, cache)
            except Exception:
                # Not even the outcome could be recorded: it is claimed again after its lease, in doubt.
                log.exception("Delivery %d is left until its lease ends", delivery.id)
            finally:
                slots.release()

        async with asyncio.TaskGroup() as sending:
            while not self._closing:
                try:
                    claimed = await self._database.write(deliveries.claim, self._clock(), self._owner, LEASE, BATCH)
                except Exception:
                    log.exception("No more can be claimed for now")
                    break  # what is being sent goes on
                if not claimed:
                    break
                for delivery in claimed:
                    await slots.acquire()
                    await self._limiter.turn()
                    sending.create_task(send(delivery))

    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Write the deliveries due around `now` for everyone who wants them, and record those that were missed.

        `before`: when this was last done, if everything due by then is planned already.
        """
        audiences, stages = await self._database.read(subscriptions.wanted)
        if audiences:
            found = await self._database.read(planning.candidates, schedule.window(now), schedule.changes(now))
            due = [
                one
                for one in schedule.due(found, audiences, now, stages)
                if before is None or one.near_at > before + schedule.AHEAD
            ]
            # One theme per write: each message is planned in one transaction, and other writers do not wait long.
            for _, of_theme in groupby(sorted(due, key=_theme), key=_theme):
                await self._database.write(planning.plan, list(of_theme), now)
        missed = await self._database.write(deliveries.expire, now)
        if missed:
            log.warning("Announcements missed, because they came due while I was away: %d", missed)

    async def _deliver_safely(self, delivery: Delivery, cache: EventCache) -> None:
        """Send one delivery; if it fails, the others go on."""
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._deliver(delivery, cache)
        except discord.HTTPException as error:
            await self._refused(delivery, error)
        except BROKEN as error:
            self._limiter.given_up()
            await self._retry(delivery, f"no answer: {type(error).__name__}", heard=True)
        except Exception:
            log.exception("Delivery %d failed", delivery.id)
            await self._retry(delivery, "an error in the bot, see its log", heard=True)

    async def _deliver(self, delivery: Delivery, cache: EventCache) -> None:
        now = self._clock()
        found = await _judged(delivery, cache, now)
        told = [PostItem(one.part.stage, one.found) for one in found if one.gone is None and one.found is not None]
        overtaken = found[0].gone is not None
        dropped = [(one.part.id, *one.gone) for one in found if one.gone is not None]
        if delivery.possibly_sent_since is not None and (dropped or now - delivery.possibly_sent_since > NONCE_WINDOW):
            # The nonce has expired, or the message would differ now: was it posted?
            if not proof.may_read(self._client, delivery.channel_id):
                await self._settle(delivery, "uncertain", "unreadable")
                return
            try:
                posted = await proof.find(
                    *(self._client, self._limiter, delivery.guild_id, delivery.channel_id),
                    *(delivery.nonce, delivery.possibly_sent_since),
                )
            except proof.UnreadError:
                await self._settle(delivery, "uncertain", "busy")
                return
            if posted is not None:
                await self._record(delivery, posted)
                return
            if not overtaken:
                # It never arrived: retry it at once, no longer in doubt.
                await self._database.write(
                    deliveries.retry, delivery.id, self._owner, now, "not there", possibly_sent_since=None
                )
                return
        if dropped:
            await self._database.write(deliveries.drop, delivery.id, self._owner, dropped, now)
        if overtaken:
            return
        lacking = permissions.stops_posting(self._client.get_guild(delivery.guild_id), delivery.channel_id)
        if lacking is None:
            await self._wait_for_channel(delivery, "gone")
            return
        if lacking:
            await self._wait_for_channel(delivery, f"refused: {','.join(lacking)}")
            return
        context = RenderContext(words(delivery.language or ENGLISH), now)
        late = now - delivery.send_at > LATE and not delivery.digest
        options = PostOptions(delivery.nonce, delivery.zone, delivery.role_id, late)
        message = post(context, told, options, digest=delivery.digest)
        if not await self._database.write(deliveries.begin, delivery.id, self._owner, now):
            return
        channel = self._client.get_partial_messageable(delivery.channel_id, guild_id=delivery.guild_id)
        posted = await channel.send(
            message.content,
            embed=message.embed,
            view=message.view,
            nonce=delivery.nonce,
            allowed_mentions=mentions(delivery.role_id),
        )
        await self._record(delivery, posted.id)

    async def _record(self, delivery: Delivery, message_id: int) -> None:
        channel = self._client.get_channel(delivery.channel_id)
        is_news = isinstance(channel, discord.TextChannel) and channel.is_news()
        todo = [*([post_actions.PUBLISH] if is_news else []), *([post_actions.THREAD] if delivery.threads else [])]
        await self._database.write(deliveries.sent, delivery.id, message_id, self._clock(), todo)
        events = ", ".join(str(part.event_id) for part in delivery.parts)
        log.info("Announced event %s in channel %d", events, delivery.channel_id)

    async def _refused(self, delivery: Delivery, error: discord.HTTPException) -> None:
        reason = refusal(error)
        if reason is not None:
            log.warning("Channel %d refused an announcement: %s", delivery.channel_id, error)
            await self._wait_for_channel(delivery, reason)
        elif passes(error):
            # A server error may come after Discord accepted the message; other errors come before.
            await self._retry(delivery, f"Discord failed ({error.status})", heard=error.status >= 500)
        else:
            # A bad request would be refused in every channel: it says nothing about this one.
            log.error("Discord did not understand the announcement for channel %d: %s", delivery.channel_id, error)
            state = "failed" if delivery.possibly_sent_since is None else "uncertain"
            await self._settle(delivery, state, "bug")

    async def _wait_for_channel(self, delivery: Delivery, reason: str) -> None:
        """Hold a delivery until its channel accepts posts, as long as its grace allows; admins are notified once."""
        if reason == "gone" and delivery.possibly_sent_since is not None:
            # Without the channel, its history cannot be searched, and nothing can be posted there any more.
            await self._settle(delivery, "uncertain", reason)
            return
        now = self._clock()
        await self._database.write(
            *(deliveries.retry, delivery.id, self._owner, now + REFUSED_RETRY, reason),
            possibly_sent_since=delivery.possibly_sent_since,
        )
        if await self._database.write(subscriptions.note_refusal, delivery.channel_id, now):
            log.warning("Channel %d refuses me (%s): what comes due there waits", delivery.channel_id, reason)
            await self._tell_admins(delivery, reason)

    async def _tell_admins(self, delivery: Delivery, reason: str) -> None:
        """Tell the admins that a channel refuses, and how to fix it: in the system channel, else the owner by DM."""
        guild = self._client.get_guild(delivery.guild_id)
        if guild is None:
            return
        view = refused(words(delivery.language or ENGLISH), delivery.channel_id, reason)
        hall = guild.system_channel
        told = hall is not None and not permissions.stops_posting(guild, hall.id) and await self._say(hall, view)
        if not told and guild.owner_id is not None:
            await self._say(guild.owner_id, view)

    async def _say(self, to: discord.TextChannel | int, view: discord.ui.LayoutView) -> bool:
        """Post `view` in a channel, or to a user by their id. Returns whether Discord accepted it."""
        try:
            await self._limiter.turn()
            place = await self._client.fetch_user(to) if isinstance(to, int) else to
            await place.send(view=view)
        except (discord.HTTPException, *BROKEN) as error:
            log.warning("%s could not be told that a channel refuses: %s", to, error)
            return False
        return True

    async def _retry(self, delivery: Delivery, reason: str, *, heard: bool) -> None:
        """Schedule a retry. `heard`: this attempt may have reached Discord; a delivery already in doubt stays so."""
        possibly_sent_since = delivery.possibly_sent_since or (self._clock() if heard else None)
        at = self._clock() + wait_after(delivery.attempts)
        log.warning("Delivery %d is tried again at %s: %s", delivery.id, at, reason)
        await self._database.write(
            deliveries.retry, delivery.id, self._owner, at, reason, possibly_sent_since=possibly_sent_since
        )

    async def _settle(self, delivery: Delivery, state: str, reason: str) -> None:
        await self._database.write(deliveries.settle, delivery.id, self._owner, state, reason, self._clock())


@dataclass(frozen=True, slots=True)
class _Judged:
    """A part of a delivery with what it shows; `gone`: new state and reason, if it is not to be posted any more."""

    part: Part
    found: Announced | None
    gone: tuple[str, str] | None


async def _judged(delivery: Delivery, cache: EventCache, now: datetime) -> list[_Judged]:
    """Which parts of a delivery are still to be announced, and which are not."""
    found = [(part, await cache.of(part.event_id)) for part in delivery.parts]
    return [_Judged(part, one, _overtaken(one, part, delivery, now)) for part, one in found]


def _overtaken(found: Announced | None, part: Part, delivery: Delivery, now: datetime) -> tuple[str, str] | None:
    """The new state and the reason of a part that is not to be announced any more; None if it still is."""
    if delivery.language is None:
        return "withdrawn", "off"
    event = found.item.event if found else None
    if event is None or event.revision != part.revision or not schedule.still_due(event, part.stage):
        return GONE
    if now <= part.expires_at:
        return None
    waited = delivery.reason or ""
    return "missed", waited if waited == "gone" or waited.startswith("refused") else "late"


def _theme(due: Due) -> int:
    return due.theme
