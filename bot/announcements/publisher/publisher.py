"""The publisher: plans, claims, sends and records what is due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import discord

from bot.announcements import permissions, schedule
from bot.announcements.outcome import GONE
from bot.announcements.publisher import proof
from bot.announcements.publisher.answers import count_again
from bot.announcements.publisher.composing import compose
from bot.announcements.publisher.cycle import Cycle, Served
from bot.announcements.publisher.destination import Destination, Posted, UnusableError, destination
from bot.announcements.publisher.event_cache import EventCache
from bot.announcements.publisher.judging import Judged, judge
from bot.announcements.publisher.post_actions import PostActions
from bot.announcements.publisher.rate_limiter import RateLimiter
from bot.announcements.publisher.retry_policy import BROKEN, FIRST_RETRY, REFUSED_RETRY, passes, refusal, wait_after
from bot.announcements.publisher.threads import of_evening, shared
from bot.announcements.schedule import Due
from bot.catalogue.model import Clock
from bot.metrics import Metrics
from bot.render.post_item import PostItem
from bot.render.reasons import refused
from bot.store import agenda, anniversaries, deliveries, planning, subscriptions, threads
from bot.store.database import Database
from bot.store.deliveries import Delivery
from bot.text import ENGLISH, words

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a claimed delivery belongs to its claimant; then another process may claim it, still in the nonce window."""
PORTION = 2000
"""Deliveries planned in one write, at most, unless one message has more: some tenths of a second's work."""
BATCH = 50
"""Deliveries claimed at once: about a second's worth, so that none waits long while its lease runs."""
SERVERS = 200
"""Servers whose own events are planned before something is sent: about a second's worth."""
IN_FLIGHT = 100
"""Deliveries that may wait for Discord's response at the same time."""
ATTEMPT = 60.0
"""Seconds before an attempt is aborted: well inside its lease, so that no delivery is sent twice at the same time."""
RECORDING = 0.5
"""Seconds to record that attempts were aborted, when the process ends."""


class Publisher(Cycle):
    """Sends the deliveries that are due, and runs post actions."""

    plan_every = timedelta(minutes=1)
    patience = 2.5
    pulse = staticmethod(deliveries.pulse)
    welcome = staticmethod(deliveries.welcome)

    def __init__(
        self,
        client: discord.Client,
        database: Database,
        clock: Clock,
        limiter: RateLimiter,
        served: Served = lambda: None,
        metrics: Metrics | None = None,
    ) -> None:
        super().__init__(client, database, clock, limiter, served)
        self._metrics = metrics or Metrics()
        self._post_actions = PostActions(client, database, clock, limiter, served, self._metrics)
        self._owner = secrets.token_hex(4)
        self._attempts: set[asyncio.Timeout] = set()

    async def work(self) -> None:
        """Plan servers' own events that are near, send everything that is due, and run the post actions that are."""
        await self._plan_own()
        await self._send_due()
        await self._post_actions.do()

    async def close(self) -> None:
        """Start nothing new, and wait for what is being sent; what takes too long is in doubt, and left for later."""
        self._post_actions.closing = True
        await super().close()
        if self._attempts:
            for attempt in [one for one in self._attempts if not one.expired()]:
                attempt.reschedule(asyncio.get_running_loop().time())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECORDING):
                    await self._running.acquire()

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
                self._metrics.beat()  # a large fan-out takes minutes

        async with asyncio.TaskGroup() as sending:
            while not self._closing:
                try:
                    claimed = await self._database.write(
                        deliveries.claim, self._clock(), self._owner, LEASE, BATCH, self._served()
                    )
                except Exception:
                    log.exception("No more can be claimed for now")
                    break  # what is being sent goes on
                if not claimed:
                    break
                for delivery in claimed:
                    if not self._closing:
                        await slots.acquire()
                        await self._limiter.turn()
                    if self._closing:
                        await self._leave_safely(delivery)
                    else:
                        sending.create_task(send(delivery))

    async def plan(self, now: datetime, before: datetime | None = None) -> None:
        """Write the deliveries due around `now` for everyone who wants them, and record those that were missed.

        `before`: when this was last done, if everything due by then is planned already.
        """
        audiences, stages = await self._database.read(subscriptions.wanted)
        if audiences:
            if before is None or before.date() != now.date():
                await self._renew_anniversaries(now)
            found = await self._database.read(planning.candidates, schedule.window(now), schedule.changes(now))
            due = [
                one
                for one in schedule.due(found, audiences, now, stages)
                if before is None or one.near_at > before + schedule.AHEAD
            ]
            if before is None:
                await self._database.write(planning.withdraw, now)
            # One theme and a portion of the channels per write: each message is planned in one transaction, and other
            # writers do not wait long.
            most = max(Counter((one.theme, one.audience) for one in due).values(), default=0)
            portions = await self._database.read(planning.portions, max(PORTION // most, 1)) if most else []
            for _, of_theme in groupby(sorted(due, key=_theme), key=_theme):
                theme = list(of_theme)
                for channels in portions:
                    await self._database.write(planning.plan, theme, channels)
        missed = await self._database.write(deliveries.expire, now)
        if missed:
            self._metrics.settled("missed", missed)
            log.warning("Announcements missed, because they came due while I was away: %d", missed)

    async def _renew_anniversaries(self, now: datetime) -> None:
        if await self._database.read(anniversaries.are_stale, now):
            await self._database.write(anniversaries.renew, now)

    async def _plan_own(self) -> None:
        """Plan the own events of some servers that are to be looked at; of the others, at the next tick."""
        for guild_id in await self._database.read(agenda.due, self._clock(), SERVERS):
            if self._closing:
                break
            try:
                await self._database.write(planning.plan_own, guild_id, self._clock())
            except Exception:
                log.exception("The own events of server %d could not be planned", guild_id)
                await self._database.write(agenda.put_off, guild_id, self._clock() + self.plan_every)

    async def _leave(self, delivery: Delivery, reason: str = "stopped") -> None:
        """Give up the lease of a delivery that was not begun, so that nobody has to wait for its end."""
        await self._database.write(
            *(deliveries.retry, delivery.id, self._owner, self._clock(), reason),
            possibly_sent_since=delivery.possibly_sent_since,
        )

    async def _leave_safely(self, delivery: Delivery) -> None:
        """The same, without ending what is being sent if the database is away: then the lease ends by itself."""
        try:
            await self._leave(delivery)
        except Exception:
            log.exception("Delivery %d keeps its lease until that ends", delivery.id)

    async def _deliver_safely(self, delivery: Delivery, cache: EventCache) -> None:
        """Send one delivery; if it fails, the others go on."""
        attempt = asyncio.timeout(ATTEMPT)
        try:
            async with attempt:
                self._attempts.add(attempt)
                try:
                    await self._deliver(delivery, cache)
                finally:
                    self._attempts.discard(attempt)
        except UnusableError:
            await self._database.write(threads.found_anew, delivery.id)
            await self._again(delivery, timedelta(), "its thread is gone")
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
        found = await judge(delivery, cache, now)
        told = [PostItem(one.part.stage, one.found) for one in found if one.gone is None and one.found is not None]
        overtaken = found[0].gone is not None
        dropped = [(one.part.id, *one.gone) for one in found if one.gone is not None]
        if not self._serves(delivery.guild_id):
            await self._leave(delivery, "another process serves the server")
            return
        sent_maybe = delivery.possibly_sent_since is not None
        if (sent_maybe or not overtaken) and now <= found[0].part.expires_at and self._out_of_reach(delivery.guild_id):
            await self._put_off(delivery, now, deliveries.AWAY)
            return
        place = self._destination(delivery)
        if delivery.possibly_sent_since is not None and (
            dropped or not place.drops_repeat(now - delivery.possibly_sent_since)
        ):
            # Nothing would drop a repeat, or the message would differ now: was it posted?
            if not proof.may_read(self._client, delivery.channel_id):
                await self._settle(delivery, "uncertain", "unreadable")
                return
            try:
                posted = await place.find(self._limiter, delivery.nonce, delivery.possibly_sent_since)
            except proof.UnreadError:
                await self._settle(delivery, "uncertain", "busy")
                return
            if posted is not None:
                await self._record(delivery, posted, place, found)
                await count_again(self._database, delivery, told, None, now)
                return
            if not overtaken:
                # It never arrived: retry it at once, no longer in doubt.
                await self._again(delivery, timedelta(), "not there")
                return
        if dropped:
            await self._database.write(deliveries.drop, delivery.id, self._owner, dropped, now)
            for _, state, _ in dropped:
                self._metrics.settled(state)
        if overtaken:
            return
        delivery = replace(delivery, parts=[one.part for one in found if one.gone is None])
        if not self._serves(delivery.guild_id):
            await self._leave(delivery, "another process serves the server")
            return
        in_forum = isinstance(self._client.get_channel(delivery.channel_id), discord.ForumChannel)
        guild = self._client.get_guild(delivery.guild_id)
        hindrance = permissions.hindrance(guild, delivery.channel_id, delivery.tags)
        if hindrance is not None:
            await self._wait_for_channel(delivery, hindrance)
            return
        if in_forum and shared(delivery):
            joined, thread_id = await self._database.write(threads.join, delivery.id)
            if joined is threads.Join.WAITS:
                await self._again(delivery, FIRST_RETRY, "its thread is to come")
                return
            delivery = replace(delivery, thread_id=thread_id)
            place = self._destination(delivery)
        message = await compose(self._database, guild, delivery, told, now)
        if not await self._database.write(deliveries.begin, delivery.id, self._owner, now):
            return
        await self._limiter.leave()
        posted = await place.create(
            message.content, message.title, token=delivery.nonce, mentions=message.mentions, tags=delivery.tags
        )
        await self._record(delivery, posted, place, found)
        await count_again(self._database, delivery, told, message.counts, self._clock())

    async def _again(self, delivery: Delivery, after: timedelta, reason: str) -> None:
        """Let a delivery that surely stands nowhere be sent after a while."""
        at = self._clock() + after
        await self._database.write(deliveries.retry, delivery.id, self._owner, at, reason, possibly_sent_since=None)

    def _destination(self, delivery: Delivery) -> Destination:
        # To be asked for before a request: when it has ended, another process may serve the server.
        return destination(self._client, delivery.guild_id, delivery.channel_id, delivery.thread_id)

    async def _record(self, delivery: Delivery, posted: Posted, place: Destination, judged: Sequence[Judged]) -> None:
        now = self._clock()
        own = any(one.found is not None and one.found.item.occasion is not None for one in judged)
        evening = of_evening(delivery)
        todo = place.todo(threads=delivery.threads, evening=evening, own=own)
        sent = (delivery.id, posted.message_id, now, todo, posted.thread_id)
        if evening:
            await self._database.write(threads.sent, *sent, delivery.threads)
        else:
            await self._database.write(deliveries.sent, *sent)
        self._metrics.posted(len(delivery.parts), (now - delivery.send_at).total_seconds())
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
        if reason == GONE and delivery.possibly_sent_since is not None:
            # Without the channel, its history cannot be searched, and nothing can be posted there any more.
            await self._settle(delivery, "uncertain", reason)
            return
        now = self._clock()
        await self._put_off(delivery, now, reason)
        if await self._database.write(subscriptions.note_refusal, delivery.channel_id, now):
            log.warning("Channel %d refuses me (%s): what comes due there waits", delivery.channel_id, reason)
            await self._tell_admins(delivery, reason)

    async def _put_off(self, delivery: Delivery, now: datetime, reason: str) -> None:
        await self._database.write(
            *(deliveries.retry, delivery.id, self._owner, now + REFUSED_RETRY, reason),
            possibly_sent_since=delivery.possibly_sent_since,
        )

    async def _tell_admins(self, delivery: Delivery, reason: str) -> None:
        """Tell the admins that a channel refuses, and how to fix it: in the system channel, else the owner by DM."""
        guild = self._client.get_guild(delivery.guild_id)
        if guild is None:
            return
        view = refused(words(delivery.language or ENGLISH), delivery.channel_id, reason)
        hall = guild.system_channel
        told = hall is not None and permissions.hindrance(guild, hall.id) is None and await self._say(hall, view)
        if not told and guild.owner_id is not None:
            await self._say(guild.owner_id, view)

    async def _say(self, to: discord.TextChannel | int, view: discord.ui.LayoutView) -> bool:
        """Post `view` in a channel, or to a user by their id. Returns whether Discord accepted it."""
        try:
            await self._limiter.turn()
            place = await self._client.fetch_user(to) if isinstance(to, int) else to
            await place.send(view=view)
        except (discord.HTTPException, *BROKEN) as error:
            who = "The server's owner" if isinstance(to, int) else f"#{to}"
            log.warning("%s could not be told that a channel refuses: %s", who, error)
            return False
        return True

    async def _retry(self, delivery: Delivery, reason: str, *, heard: bool) -> None:
        """Schedule a retry. `heard`: this attempt may have reached Discord; a delivery already in doubt stays so."""
        possibly_sent_since = delivery.possibly_sent_since or (self._clock() if heard else None)
        at = self._clock() + wait_after(delivery.attempts)
        if heard:
            at += self._destination(delivery).retry_delay
        log.warning("Delivery %d is tried again at %s: %s", delivery.id, at, reason)
        await self._database.write(
            deliveries.retry, delivery.id, self._owner, at, reason, possibly_sent_since=possibly_sent_since
        )

    async def _settle(self, delivery: Delivery, state: str, reason: str) -> None:
        await self._database.write(deliveries.settle, delivery.id, self._owner, state, reason, self._clock())
        self._metrics.settled(state, len(delivery.parts))


def _theme(due: Due) -> int:
    return due.theme
