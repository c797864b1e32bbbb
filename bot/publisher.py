"""Deliveries to Discord: planned, claimed, sent and recorded, so that each arrives once.

Every request of a delivery carries the same nonce, which Discord drops a repeat of for a few minutes
(https://discord.com/developers/docs/resources/message#create-message, ``enforce_nonce``), and the message bears it in
its buttons. Where a request may have been heard without our knowing, it is repeated inside that window; later, the
channel's history is read for the mark; and where that cannot be read, nothing is posted again.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot import schedule
from bot.database import Database
from bot.model import Clock, EventKind, Kind, Role, Upcoming, billed
from bot.render.administration import paused
from bot.render.announcement import Announced, announcement, mentions, outdated
from bot.render.card import Scene
from bot.store import deliveries, events, subscriptions, works
from bot.store.deliveries import Delivery
from bot.text import ENGLISH, words

if TYPE_CHECKING:
    from bot.client import Byeol

log = logging.getLogger(__name__)

NONCE_WINDOW = timedelta(minutes=2)
"""How long a repeat is sure to be dropped by Discord; it says "a few minutes", this stays well inside."""
LEASE = timedelta(seconds=90)
"""How long a claimed delivery is its sender's; then another process may take it, still inside the nonce's window."""
BATCH = 50
"""Deliveries that are claimed at once: about a second's worth, so that none waits long with its lease running."""
IN_FLIGHT = 100
"""Deliveries that may wait for Discord's answer at the same time."""
RATE = 47.5
"""Requests a second: Discord allows a bot 50 in any second, and a few may leave late and close together
(https://discord.com/developers/docs/topics/rate-limits#global-rate-limit; answers to interactions do not count)."""
SLACK = 0.25
"""How much of a turn that was missed may be made up for."""
ATTEMPT = 60.0
"""Seconds after which a sender gives up waiting; well inside its lease, so that two never send the same."""
PLAN_EVERY = timedelta(minutes=1)
"""How often is planned what nothing but the clock has brought near."""
FIRST_RETRY, LAST_RETRY = timedelta(seconds=5), timedelta(minutes=10)

GONE = ("withdrawn", "changed")
"""The state and the reason of a delivery that is no longer true."""

_BROKEN = (OSError, aiohttp.ClientError, asyncio.TimeoutError)
"""What a request raises whose answer never came: it may have been heard."""


class Publisher:
    """Sends what is due. One of them runs in a process; several processes may share a database."""

    def __init__(self, client: Byeol, database: Database, clock: Clock) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._owner = secrets.token_hex(4)
        self._running = asyncio.Lock()
        self._closing = False
        self._next_turn = 0.0
        self._planned: tuple[int, int] | None = None
        self._planned_at = datetime.min.replace(tzinfo=UTC)

    async def tick(self) -> None:
        """Plan and send what is due; where nothing is, this costs one query."""
        async with self._running:
            now = self._clock()
            pulse = await self._database.read(deliveries.pulse)
            if pulse.revisions != self._planned or abs(now - self._planned_at) >= PLAN_EVERY:
                # Where nothing but the clock has moved on, only what that brought near is new.
                moved_on = pulse.revisions == self._planned and now > self._planned_at
                await self._plan(now, self._planned_at if moved_on else None)
                self._planned, self._planned_at = pulse.revisions, now
            elif pulse.next_try is None or pulse.next_try > now:
                return
            await self._send_due()
            await self._amend(now)

    async def _send_due(self) -> None:
        """Send everything that is due, many at a time, as fast as Discord lets one bot."""
        shown = _Shown(self)
        slots = asyncio.Semaphore(IN_FLIGHT)

        async def send(delivery: Delivery) -> None:
            try:
                await self._deliver_safely(delivery, shown)
            except Exception:
                # It could not even be recorded: when its lease is over, it is taken up again, in doubt.
                log.exception("Delivery %d is left until its lease ends", delivery.id)
            finally:
                slots.release()

        async with asyncio.TaskGroup() as sending:
            while not self._closing:
                try:
                    claimed = await self._database.write(deliveries.claim, self._clock(), self._owner, LEASE, BATCH)
                except Exception:
                    log.exception("No more can be claimed for now")
                    break  # and what is being sent goes on
                if not claimed:
                    break
                for delivery in claimed:
                    await slots.acquire()
                    await self._turn()
                    sending.create_task(send(delivery))

    async def _turn(self) -> None:
        """Wait until one more request may leave; after Discord refused everything for a while, for the end of that."""
        # discord.py lets each request wait for this by itself, and then all of them leave at once.
        refused_until: object = getattr(self._client.http, "_global_over", None)
        if isinstance(refused_until, asyncio.Event):
            await refused_until.wait()
        now = asyncio.get_running_loop().time()
        # On an absolute schedule: who comes a little late does not make all others later.
        turn = max(self._next_turn, now - SLACK / RATE)
        self._next_turn = turn + 1 / RATE
        await asyncio.sleep(max(turn - now, 0))

    async def _plan(self, now: datetime, before: datetime | None) -> None:
        """Write down what is due about now, for everyone who wants it; and what was missed.

        `before` is when it was last done, if all that was due by then is planned already.
        """
        audiences, stages = await self._database.read(subscriptions.wanted)
        if audiences:
            found = await self._database.read(deliveries.candidates, schedule.window(now), schedule.changes(now))
            due = [
                one
                for one in schedule.due(found, audiences, now, stages)
                if before is None or one.at > before + schedule.AHEAD
            ]
            # One event at a time: nobody else has to wait for all of them.
            for _, of_event in groupby(due, key=lambda one: one.event_id):
                await self._database.write(deliveries.plan, list(of_event), now)
        missed = await self._database.write(deliveries.expire, now)
        if missed:
            log.warning("Announcements missed, because they came due while I was away: %d", missed)

    async def close(self) -> None:
        """Send no more, and wait for what is being sent."""
        self._closing = True
        try:
            async with asyncio.timeout(10):
                await self._running.acquire()
        except TimeoutError:
            log.warning("Leaving while announcements are being sent; they are sorted out at the next start")

    async def _deliver_safely(self, delivery: Delivery, shown: _Shown) -> None:
        """One delivery that fails is that one's trouble: the others go on."""
        try:
            async with asyncio.timeout(ATTEMPT):
                await self._deliver(delivery, shown)
        except discord.HTTPException as error:
            await self._refused(delivery, error)
        except discord.RateLimited as error:
            await self._retry(delivery, f"rate limited for {error.retry_after:.0f} s", heard=False)
        except _BROKEN as error:
            await self._retry(delivery, f"no answer: {type(error).__name__}", heard=True)
        except Exception:
            log.exception("Delivery %d failed", delivery.id)
            await self._retry(delivery, "an error in the bot, see its log", heard=True)

    async def _deliver(self, delivery: Delivery, shown: _Shown) -> None:
        now = self._clock()
        found = await shown.of(delivery.event_id)
        overtaken = _overtaken(found, delivery, now)
        if delivery.doubt_since is not None and (overtaken is not None or now - delivery.doubt_since > NONCE_WINDOW):
            # The nonce would not tell any more, or there is nothing to repeat: is the message there?
            if not await self._may_read(delivery):
                await self._settle(delivery, "uncertain", "unreadable")
                return
            posted = await self._posted(delivery)
            if posted is not None:
                await self._record(delivery, posted)
                return
            if overtaken is None:
                # It never arrived: it is a first try again, and taken up at once.
                await self._database.write(
                    deliveries.retry, delivery.id, self._owner, now, "not there", doubt_since=None
                )
                return
        if overtaken is not None or found is None:
            await self._settle(delivery, *(overtaken or GONE))
            return
        scene = Scene(words(delivery.language or ENGLISH), now)
        late = now - delivery.send_at > timedelta(minutes=5)
        view = announcement(
            scene, found, stage=delivery.stage, mark=delivery.nonce, role_id=delivery.role_id, late=late
        )
        if not await self._database.write(deliveries.begin, delivery.id, self._owner, now):
            return
        channel = self._client.get_partial_messageable(delivery.channel_id, guild_id=delivery.guild_id)
        message = await channel.send(view=view, nonce=delivery.nonce, allowed_mentions=mentions(delivery.role_id))
        await self._publish(message, delivery)
        await self._record(delivery, message.id)

    async def _record(self, delivery: Delivery, message_id: int) -> None:
        await self._database.write(deliveries.sent, delivery.id, message_id, self._clock())
        log.info("Announced event %d in channel %d", delivery.event_id, delivery.channel_id)

    async def _publish(self, message: discord.Message, delivery: Delivery) -> None:
        """In a news channel, hand the message on to the servers that follow it."""
        channel = self._client.get_channel(delivery.channel_id)
        if isinstance(channel, discord.TextChannel) and channel.is_news():
            try:
                await message.publish()
            except (discord.HTTPException, *_BROKEN) as error:
                log.warning("The announcement in channel %d was not published: %s", delivery.channel_id, error)

    async def _may_read(self, delivery: Delivery) -> bool:
        # Without the permission Discord answers with no messages at all, which would look like "not there".
        channel = self._client.get_channel(delivery.channel_id)
        if not isinstance(channel, discord.abc.GuildChannel):
            return False
        allowed = channel.permissions_for(channel.guild.me)
        return allowed.view_channel and allowed.read_message_history

    async def _posted(self, delivery: Delivery) -> int | None:
        """The message of a delivery that is in doubt, if it stands in the channel."""
        assert delivery.doubt_since is not None
        assert self._client.user is not None
        channel = self._client.get_partial_messageable(delivery.channel_id, guild_id=delivery.guild_id)
        since = delivery.doubt_since - timedelta(minutes=1)
        async for message in channel.history(after=since, limit=500, oldest_first=True):
            if message.author.id == self._client.user.id and _bears(message.components, delivery.nonce):
                return message.id
        return None

    async def _refused(self, delivery: Delivery, error: discord.HTTPException) -> None:
        if error.status >= 500:
            await self._retry(delivery, f"Discord failed ({error.status})", heard=True)
        elif error.status == 429:
            await self._retry(delivery, "rate limited", heard=False)
        else:
            log.warning("Channel %d refused an announcement: %s", delivery.channel_id, error)
            # Refused now; but an earlier try may have been heard.
            state = "failed" if delivery.doubt_since is None else "uncertain"
            reason = error.text or str(error.status)
            await self._settle(delivery, state, reason)
            if await self._database.write(subscriptions.pause_if_refused, delivery.channel_id, self._clock()):
                await self._tell_admins(delivery, reason)

    async def _tell_admins(self, delivery: Delivery, reason: str) -> None:
        """Say once, where it can be read, that a channel is given up and how to mend it."""
        log.warning("Channel %d refused too often: announcements there are paused", delivery.channel_id)
        guild = self._client.get_guild(delivery.guild_id)
        if guild is None:
            return
        view = paused(words(delivery.language or ENGLISH), delivery.channel_id, reason)
        place = guild.system_channel
        try:
            if place is not None and place.permissions_for(guild.me).send_messages:
                await place.send(view=view)
            elif guild.owner_id is not None:
                await (await self._client.fetch_user(guild.owner_id)).send(view=view)
        except (discord.HTTPException, *_BROKEN) as error:
            log.warning("The admins of server %d could not be told: %s", guild.id, error)

    async def _retry(self, delivery: Delivery, reason: str, *, heard: bool) -> None:
        """Try again later. `heard`: this try may have been heard; earlier ones may have been in any case."""
        doubt_since = delivery.doubt_since or (self._clock() if heard else None)
        wait = min(FIRST_RETRY * 2 ** min(delivery.attempts - 1, 10), LAST_RETRY)
        at = self._clock() + wait * random.uniform(0.75, 1.25)  # noqa: S311
        log.warning("Delivery %d is tried again at %s: %s", delivery.id, at, reason)
        await self._database.write(deliveries.retry, delivery.id, self._owner, at, reason, doubt_since=doubt_since)

    async def _settle(self, delivery: Delivery, state: str, reason: str) -> None:
        await self._database.write(deliveries.settle, delivery.id, self._owner, state, reason, self._clock())

    async def announced_event(self, event_id: int) -> Announced | None:
        """What an event's announcement shows; None where the event is no more."""
        found = await self._database.read(events.with_context, [event_id])
        return await self.announced(found[0]) if found else None

    async def _amend(self, now: datetime) -> None:
        """Let the posts about a date that no longer holds say so."""
        for post in await self._database.read(deliveries.outdated, now - schedule.BEHIND, BATCH):
            found = await self.announced_event(post.event_id)
            if found is not None:
                correction = f"https://discord.com/channels/{post.guild_id}/{post.channel_id}/{post.correction_id}"
                view = outdated(Scene(words(post.language), now), found.item, post.nonce, correction)
                channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
                await self._turn()
                try:
                    await channel.get_partial_message(post.message_id).edit(view=view)
                except discord.HTTPException as error:
                    if error.status >= 500 or error.status == 429:
                        continue  # the next tick that has something to do tries again
                    log.info("The post %d cannot be edited any more: %s", post.message_id, error)
                except _BROKEN as error:
                    log.warning("The post %d is not edited yet: %s", post.message_id, error)
                    continue
            await self._database.write(deliveries.amended, post.id, now)

    async def announced(self, item: Upcoming) -> Announced:
        """An event with what its announcement shows."""
        before = await self._database.read(deliveries.date_before, item.event.id, item.event.revision)
        return replace(await self._described(item), before=before)

    async def _described(self, item: Upcoming) -> Announced:
        subject = item.event.subject.ref
        if item.event.kind is EventKind.OST_RELEASE or subject.kind is not Kind.WORK:
            links = await self._database.read(events.links, subject)
            return Announced(item, None, (), links)
        work = await self._database.read(works.work, subject.slug)
        cast = await self._database.read(works.cast, subject.slug)
        credits_ = billed(cast.credits if cast else [])
        leads = [credit.person for credit in credits_ if credit.role is Role.LEAD] or [c.person for c in credits_[:4]]
        return Announced(item, work, list(dict.fromkeys(leads)))


class _Shown:
    """What the announcements of one fan-out show: read once for each event, however many channels it goes to."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._events: dict[int, asyncio.Task[Announced | None]] = {}

    async def of(self, event_id: int) -> Announced | None:
        """What an event's announcement shows; None where the event is no more."""
        if event_id not in self._events:
            self._events[event_id] = asyncio.create_task(self._publisher.announced_event(event_id))
        return await asyncio.shield(self._events[event_id])


def _overtaken(found: Announced | None, delivery: Delivery, now: datetime) -> tuple[str, str] | None:
    """The state and the reason of a delivery that is not to be sent any more; None where it is."""
    if delivery.language is None:
        return "withdrawn", "off"
    event = found.item.event if found else None
    if event is None or event.revision != delivery.revision or not schedule.still_due(event, delivery.stage):
        return GONE
    return ("missed", "late") if now > delivery.expires_at else None


def _bears(components: Sequence[Any], mark: str) -> bool:
    """Whether a message's components bear the mark of a delivery."""
    for component in components:
        if str(getattr(component, "custom_id", None) or "").endswith(f":{mark}"):
            return True
        if _bears(getattr(component, "children", ()), mark):
            return True
    return False
