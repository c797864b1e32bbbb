"""What will be announced in a server, what was, and why not: for reports to admins.

The future is found by planning as the publisher does, without storing the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from bot.announcements import schedule
from bot.announcements.outcome import DeliveryStatus, Explained, Outcome, Post
from bot.announcements.schedule import AnnouncementReason
from bot.announcements.subscription import Subscription
from bot.catalogue.model import Ref, Upcoming
from bot.store import events, follows, mentions, outcomes, planning, subject_roles, subscriptions
from bot.store.database import Database


async def ahead(database: Database, guild_id: int, now: datetime, span: timedelta) -> list[Post]:
    """Exactly what will be posted in a server within `span`, as far as is known now; earliest first."""
    chosen = await database.read(subscriptions.of_guild, guild_id)
    audiences = sorted({one.audience for one in chosen})
    stages = {stage for one in chosen for stage in one.stages}
    found = await database.read(planning.ahead, guild_id, audiences, stages, now, span)
    plans = [plan for plan in found if now < plan.send_at <= now + span]
    items = await _items(database, (plan.event_id for plan in plans))
    mentioned = await database.read(subject_roles.mentioned, guild_id, list(items)) or {}
    matching = await database.read(mentions.matching, guild_id, list(items))
    own = {one.channel_id: one.role_id for one in chosen}
    posts: list[Post] = []
    for (send_at, channel_id, group_key), of_post in groupby(
        plans, key=lambda plan: (plan.send_at, plan.channel_id, plan.group_key)
    ):
        told = [(plan.stage, items[plan.event_id]) for plan in of_post]
        ids = [item.event.id for _, item in told]
        roles = [
            own.get(channel_id),
            *(role_id for id_ in ids for role_id in matching.get((channel_id, id_), ())),
            *(role_id for id_ in ids for role_id in mentioned.get(id_, ())),
        ]
        pinged = [role_id for role_id in dict.fromkeys(roles) if role_id is not None]
        posts.append(Post(channel_id, send_at, told, group_key.startswith(schedule.DIGEST), pinged))
    return posts


async def lately(database: Database, guild_id: int, limit: int) -> list[Outcome]:
    """The outcomes of a server's last `limit` announcements, latest first."""
    settled = await database.read(outcomes.lately, guild_id, limit)
    items = await _items(database, (one.event_id for one in settled))
    return [Outcome(items[one.event_id], one) for one in settled]


async def explained(database: Database, guild_id: int, ref: Ref, now: datetime) -> list[Explained]:
    """Whether each date that concerns an entity is announced in each channel, and why; upcoming first.

    Of the episodes that follow from a slot, it is the next one.
    """
    chosen = await database.read(subscriptions.of_guild, guild_id)
    dated = _without_what_follows(await database.read(events.concerning, ref, guild_id), now)
    ids = [item.event.id for item in dated]
    known = await database.read(outcomes.of_events, guild_id, ids)
    told = await database.read(follows.told, guild_id, ids)
    return [
        _explained(item, one, known.get((item.event.id, one.channel_id)), told=(one.channel_id, item.event.id) in told)
        for item in _nearest_first(dated, now)
        for one in chosen
    ]


def _without_what_follows(dated: list[Upcoming], now: datetime) -> list[Upcoming]:
    """The dates without the episodes that follow from a slot, but for the next one of each drama: it stands for all."""
    ahead = [item for item in dated if item.event.follows and item.event.when.latest is not None]
    coming = {item.event.subject.ref: item for item in reversed(ahead) if (item.event.when.latest or now) >= now}
    return [item for item in dated if not item.event.follows or item is coming.get(item.event.subject.ref)]


def _nearest_first(dated: list[Upcoming], now: datetime) -> list[Upcoming]:
    """Upcoming dates, soonest first; then past dates, latest first."""
    past = [item for item in dated if (latest := item.event.when.latest) is not None and latest < now]
    return [*(item for item in dated if item not in past), *reversed(past)]


def _explained(item: Upcoming, chosen: Subscription, known: DeliveryStatus | None, *, told: bool) -> Explained:
    if known is not None:
        return Explained(item, chosen.channel_id, known, known.send_at if known.state == "planned" else None)
    why = schedule.why(item.event, chosen.kinds, chosen.zone, chosen.since, followed=told, expected=chosen.expected)
    at = schedule.due_at(item.event.when, chosen.zone) if why is AnnouncementReason.TO_COME else None
    return Explained(item, chosen.channel_id, why, at and schedule.posted_at(item.event, at, chosen.audience))


async def _items(database: Database, ids: Iterable[int]) -> dict[int, Upcoming]:
    found = await database.read(events.with_context, list(dict.fromkeys(ids)))
    return {item.event.id: item for item in found}
