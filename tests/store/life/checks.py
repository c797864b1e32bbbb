"""What must hold while a story is told, and when it has come to its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.announcements import schedule
from bot.announcements.schedule import Stage
from bot.store import planning, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.reading import stamp
from tests.store.life.steps import CHANNELS, MARKS, START, THINGS
from tests.store.life.world import World


@dataclass(frozen=True)
class Row:
    """A delivery as it is stored."""

    id: int
    event: int
    revision: int
    thing: int
    stage: Stage
    day: str
    channel: int
    state: str
    nonce: str
    lead: int | None
    message: int | None
    reason: str | None


def rows(connection: Connection) -> list[Row]:
    found = connection.execute(
        "SELECT d.id, d.event_id, d.revision,"
        " CASE event.kind WHEN 'ost_release' THEN entity.slug ELSE event.kind END, stage, day, channel_id,"
        " state, nonce, primary_id, message_id, reason FROM delivery d JOIN event ON event.id = event_id"
        " JOIN entity ON entity.id = entity_id ORDER BY d.id"
    )
    return [
        Row(id_, event_, revision, THINGS.index(thing), Stage(stage), *rest)
        for id_, event_, revision, thing, stage, *rest in found
    ]


def chores_left(connection: Connection) -> int:
    (count,) = connection.execute("SELECT count(*) FROM post_action").fetchone()
    return count


def paused_channels(connection: Connection) -> set[int]:
    paused = connection.execute("SELECT channel_id FROM subscription WHERE paused_at IS NOT NULL").fetchall()
    return {channel for (channel,) in paused}


def check_always(world: World, found: list[Row]) -> None:
    """What holds at any time, whatever is under way."""
    by_nonce = {one.nonce: one for one in found}
    for messages in world.messages.values():
        for nonce, count in Counter(message.nonce for message in messages.values()).items():
            assert count == 1, f"posted twice: {by_nonce[nonce]}"
    told = [one for one in found if one.state == "sent"]
    for row in told:
        assert row.message is not None
        message = world.messages[row.channel][row.message]
        assert MARKS[row.thing] in message.posted, f"recorded as told, and was not: {row} in {message.posted!r}"
    counted = Counter(
        (row.channel, row.event, row.stage, row.day) for row in told if row.stage not in schedule.CORRECTIONS
    )
    assert not {key: count for key, count in counted.items() if count > 1}, "told twice"
    maybe = [*told, *(one for one in found if one.state == "uncertain")]
    for row in told:
        of_event = [one for one in maybe if (one.channel, one.event) == (row.channel, row.event)]
        before = [one for one in of_event if one.revision < row.revision]
        if row.stage is Stage.MOVED and row.day and before:
            assert max(before, key=lambda one: one.revision).day != row.day, f"moved, but not: {row}"


def grouped(told: Iterable[Row]) -> Iterable[list[Row]]:
    """What was told of each event in each channel, in the order of the posts."""
    found: dict[tuple[int, int], list[Row]] = {}
    for row in sorted(told, key=lambda row: row.message or 0):
        found.setdefault((row.channel, row.event), []).append(row)
    return found.values()


def check_end(world: World, found: list[Row], left: int) -> None:
    """What holds when everything is over."""
    check_always(world, found)
    stuck = [row for row in found if row.state in ("planned", "sending", "retrying")]
    assert not stuck
    assert not left, "post actions that nobody does"
    by_id = {row.id: row for row in found}
    for row in found:
        assert row.state == "sent" or row.reason, f"no reason: {row}"
        lead = by_id[row.lead] if row.lead is not None else row
        assert lead.state == row.state, f"{row} beside {lead}"
    settled = {row.nonce: row for row in found}
    for messages in world.messages.values():
        for message in messages.values():
            assert settled[message.nonce].state in ("sent", "uncertain"), f"stands: {settled[message.nonce]}"
    for of_event in grouped(row for row in found if row.state == "sent"):
        for number, row in enumerate(of_event):
            overtaken = any(
                later.stage is Stage.MOVED and later.revision > row.revision and later.day != row.day
                for later in of_event
            ) or any(later.stage is Stage.CANCELLED for later in of_event[number + 1 :])
            message = world.messages[row.channel][row.message or 0]
            corrected = "no longer right" in message.text or message.nonce in world.refused
            assert corrected or not overtaken, f"left standing: {row} of {of_event}"


def check_every_day_was_told(world: World, found: list[Row], paused: set[int]) -> None:
    """What nobody touched any more before its day was told on it, or it is known why not."""
    known = {(row.channel, row.thing, row.day) for row in found if row.stage is Stage.NOW and row.state in KNOWN}
    for channel in set(CHANNELS) - world.touched - paused:
        for thing, (say, said_at) in enumerate(zip(world.dates, world.said_at, strict=True)):
            day = START + timedelta(days=say.day)
            at = day + timedelta(minutes=(540 if say.minute is None else say.minute) - 540)  # Seoul is nine hours ahead
            if say.status == "confirmed" and said_at < at:
                assert (channel, thing, f"{day:%Y-%m-%d}") in known, f"lost: {THINGS[thing]} in {channel}"


KNOWN = ("sent", "uncertain", "failed", "missed")


class LeaveItError(Exception):
    """Nothing of a transaction is to be kept."""


async def check_nothing_was_forgotten(world: World, store: Database) -> None:
    """What a publisher that begins anew would plan is planned already."""
    audiences, stages = await store.read(subscriptions.wanted)
    now = world.now
    dated = await store.read(planning.candidates, schedule.window(now), schedule.changes(now))
    due = list(schedule.due(dated, audiences, now, stages))

    def forgotten(connection: Connection) -> None:
        before = {row.id: row.state for row in rows(connection)}
        planning.withdraw(connection, now)
        planning.plan(connection, due)
        raise LeaveItError([row for row in rows(connection) if before.get(row.id) != row.state])

    with pytest.raises(LeaveItError) as left:
        await store.write(forgotten)
    assert left.value.args == ([],), f"never planned, at {stamp(now)}"
