"""Which role stands for a subject in a server: claimed by one at a time, once, and let go when nobody has it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.address import Address
from bot.announcements.subject_role import MAX_ROLES, UNUSED
from bot.catalogue.model import Kind, Ref
from bot.store import merging, subject_roles, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.subject_roles import EVERY, LEASE, RoleRow, State, Verdict
from tests.helpers import apply, opened, utc, write

NOW = utc("2031-03-01 00:00")
DRAMA, SINGER, ACTOR, GROUP = (
    Ref(Kind.WORK, "moon"),
    Ref(Kind.PERSON, "singer"),
    Ref(Kind.PERSON, "actor"),
    Ref(Kind.GROUP, "band"),
)
WORLD = """
[[sources]]
slug = "herald"
publisher = "The Herald"
title = "A title"
url = "https://example.com/1"

[[groups]]
slug = "band"
sources = ["herald"]
names = ["Band"]

[[people]]
slug = "singer"
sources = ["herald"]
names = ["Singer"]
groups = ["band"]

[[people]]
slug = "actor"
sources = ["herald"]
names = ["Actor"]

[[works]]
slug = "moon"
type = "drama"
sources = ["herald"]
names = ["Moon"]
cast = [{ person = "actor" }]
events = [{ kind = "premiere", date = "2031-04-05 21:20", status = "confirmed" }]

[[tracks]]
slug = "home"
sources = ["herald"]
names = ["Home"]
performers = ["singer"]
ost = [{ work = "moon" }]
events = [{ kind = "ost_release", date = "2031-04-12", status = "confirmed" }]
"""


@pytest.fixture
async def store(address: Address, tmp_path: Path) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        await apply(database, write(tmp_path / "world", all=WORLD))
        yield database


async def want(
    store: Database, ref: Ref = DRAMA, *, guild: int = 1, name: str | None = None, after: timedelta = timedelta()
) -> RoleRow | Verdict:
    return await store.write(subject_roles.want, guild, ref, name or str(ref), NOW + after)


async def claimed(store: Database, ref: Ref = DRAMA, *, guild: int = 1, after: timedelta = timedelta()) -> RoleRow:
    """The claim to make a role."""
    found = await want(store, ref, guild=guild, after=after)
    assert isinstance(found, RoleRow)
    assert found.state is State.MAKING
    return found


async def stands(store: Database, role_id: int, ref: Ref = DRAMA, *, guild: int = 1) -> None:
    """Let a role that Byeol made stand."""
    await store.write(subject_roles.settle, await claimed(store, ref, guild=guild), role_id, NOW)


def event(connection: Connection, kind: str) -> int:
    (id_,) = connection.execute("SELECT id FROM event WHERE kind = ?", (kind,)).fetchone()
    return id_


async def test_one_makes_the_role_and_the_others_wait_for_it(store: Database, address: Address) -> None:
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(opened(address)) for _ in range(3)]
        found = await asyncio.gather(*(want(one) for _ in range(5) for one in [store, *others]))
    (claim,) = (one for one in found if isinstance(one, RoleRow))
    assert found.count(Verdict.BUSY) == 19
    await store.write(subject_roles.settle, claim, 77, NOW)
    again = await want(store)
    assert isinstance(again, RoleRow)
    assert (again.state, again.role_id) == (State.STANDING, 77)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == [77]


async def test_who_is_not_heard_of_loses_the_claim_and_what_was_there_before_is_kept(store: Database) -> None:
    first = await claimed(store)
    assert await store.write(subject_roles.begin, first, 500)
    assert await want(store, after=LEASE - timedelta(seconds=1)) is Verdict.BUSY
    second = await claimed(store, after=LEASE)
    assert (second.id, second.name, second.after_id) == (first.id, first.name, 500)
    assert await store.write(subject_roles.begin, second, 900)
    assert not await store.write(subject_roles.begin, first, 900)
    await store.write(subject_roles.settle, first, 66, NOW)
    await store.write(subject_roles.forget, first)
    await store.write(subject_roles.put_off, first, NOW)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == []
    third = await claimed(store, after=2 * LEASE)
    assert third.after_id == 500, "the role may be older than the second request"


async def test_what_was_interrupted_is_claimed_after_the_lease_and_can_be_forgotten(store: Database) -> None:
    first = await claimed(store)
    assert (await store.read(subject_roles.pulse)).next_try == NOW + LEASE
    assert await store.write(subject_roles.claim, NOW, 25) == []
    (taken,) = await store.write(subject_roles.claim, NOW + LEASE, 25)
    assert taken.id == first.id
    assert await want(store, after=LEASE) is Verdict.BUSY
    await store.write(subject_roles.forget, taken)
    assert (await store.read(subject_roles.pulse)).next_try is None
    await claimed(store, after=LEASE)


async def test_two_roles_of_one_name_are_made_one_after_the_other(store: Database) -> None:
    first = await want(store, DRAMA, name="Moon")
    assert isinstance(first, RoleRow)
    assert await want(store, SINGER, name="Moon") is Verdict.BUSY
    assert isinstance(await want(store, SINGER, guild=2, name="Moon"), RoleRow)
    await store.write(subject_roles.settle, first, 77, NOW)
    second = await want(store, SINGER, name="Moon")
    assert isinstance(second, RoleRow)
    assert await store.read(subject_roles.others, second) == {77}


async def test_a_server_has_a_hundred_at_most(store: Database) -> None:
    def fill(connection: Connection) -> None:
        connection.executemany(
            "INSERT INTO subject_role (guild_id, entity_id, own, state, role_id, name)"
            " SELECT 1, id, 1, 'standing', ?, '' FROM entity WHERE slug = 'band'",
            [(number,) for number in range(1, MAX_ROLES)],
        )

    await store.write(fill)
    await claimed(store, DRAMA)
    assert await want(store, SINGER) is Verdict.FULL
    assert not await store.write(subject_roles.choose, 1, SINGER, 5)
    assert isinstance(await want(store, SINGER, guild=2), RoleRow)


async def test_posts_mention_the_drama_its_singers_and_their_groups_and_the_cast_last(store: Database) -> None:
    for role_id, ref in enumerate((ACTOR, DRAMA, GROUP, SINGER), 1):
        await stands(store, role_id, ref)
    await stands(store, 9, DRAMA, guild=2)
    await claimed(store, DRAMA, guild=3)
    premiere, song = [await store.read(event, kind) for kind in ("premiere", "ost_release")]
    ids = [premiere, song]
    assert await store.read(subject_roles.mentioned, 1, ids) == {premiere: [2, 1], song: [2, 3, 4]}
    assert await store.read(subject_roles.mentioned, 2, ids) == {premiere: [9], song: [9]}
    assert await store.read(subject_roles.mentioned, 3, ids) == {}
    assert await store.read(subject_roles.mentionable, 1) == [1, 2, 3, 4]
    await store.write(subject_roles.offer, 1, on=False)
    assert await store.read(subject_roles.mentioned, 1, ids) is None
    assert await store.read(subject_roles.mentionable, 1) == []
    await store.write(subject_roles.offer, 1, on=True)
    assert await store.read(subject_roles.mentioned, 1, [premiere]) == {premiere: [2, 1]}


async def test_a_role_goes_once_it_was_unused_for_long_enough(store: Database) -> None:
    await stands(store, 77)
    (due,) = await store.write(subject_roles.claim, NOW + EVERY, 25)
    assert (due.state, due.role_id) == (State.STANDING, 77)

    async def count(members: dict[int, int], after: timedelta) -> list[RoleRow]:
        await store.write(subject_roles.counted, 1, members, NOW + after)
        return await store.write(subject_roles.claim, NOW + after, 25)

    assert await count({}, EVERY) == []
    assert await count({77: 1}, 2 * EVERY) == []
    assert await count({}, 3 * EVERY) == []
    assert await count({}, 3 * EVERY + UNUSED - timedelta(seconds=1)) == []
    (due,) = await count({}, 3 * EVERY + UNUSED)
    assert (due.state, due.role_id) == (State.REMOVING, 77)
    later = 3 * EVERY + UNUSED
    assert await want(store, after=later) is Verdict.BUSY
    await store.write(subject_roles.forget, due)
    await claimed(store, after=later)


async def test_a_role_that_somebody_wants_is_not_unused(store: Database) -> None:
    await stands(store, 77)
    await store.write(subject_roles.counted, 1, {}, NOW)
    await want(store, after=UNUSED)
    await store.write(subject_roles.counted, 1, {}, NOW + UNUSED)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == [77]


async def test_a_role_that_cannot_be_removed_stays(store: Database) -> None:
    await stands(store, 77)
    for after in (timedelta(), UNUSED):
        await store.write(subject_roles.counted, 1, {}, NOW + after)
    (due,) = await store.write(subject_roles.claim, NOW + UNUSED, 25)
    await store.write(subject_roles.keep, due, NOW + UNUSED)
    await store.write(subject_roles.counted, 1, {}, NOW + UNUSED)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == [77]


async def test_a_role_of_the_servers_own_comes_first_and_never_goes(store: Database) -> None:
    await stands(store, 77)
    assert await store.write(subject_roles.choose, 1, DRAMA, 5)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == [5, 77]
    assert await store.write(subject_roles.choose, 1, DRAMA, 6)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == [6, 77]
    for after in (timedelta(), UNUSED):
        await store.write(subject_roles.counted, 1, {}, NOW + after)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == [6]
    assert await store.write(subject_roles.choose, 1, DRAMA, None)
    assert await store.read(subject_roles.of_subject, 1, DRAMA) == []


async def test_a_role_may_stand_for_several_and_is_gone_for_all(store: Database) -> None:
    for ref in (DRAMA, SINGER):
        await store.write(subject_roles.choose, 1, ref, 5)
    (one,) = await store.read(subject_roles.of_guild, 1)
    assert (one.role_id, [subject.ref for subject in one.subjects], one.own) == (5, [DRAMA, SINGER], False)
    await store.write(subject_roles.gone, 1, 5)
    assert await store.read(subject_roles.of_guild, 1) == []


async def test_roles_of_a_server_that_the_bot_left_are_forgotten_with_it(store: Database) -> None:
    await stands(store, 77)
    await store.write(subscriptions.sync_guild_membership, [], NOW)
    await store.write(subscriptions.sync_guild_membership, [], NOW + timedelta(days=31))
    assert await store.read(subject_roles.of_guild, 1) == []


async def test_what_is_taken_out_of_the_catalogue_stays_while_members_are_told_of_it(
    store: Database, tmp_path: Path
) -> None:
    await stands(store, 77, GROUP)
    rest = WORLD.replace('groups = ["band"]\n', "")
    rest = rest[: rest.index("[[groups]]")] + rest[rest.index("[[people]]") :]
    changes = await apply(store, write(tmp_path / "world", all=rest))
    assert any("members of 1 servers are told of it" in change.why for change in changes)


async def test_merged_subjects_have_the_roles_of_both_and_part_again(store: Database) -> None:
    await stands(store, 1, SINGER)
    await stands(store, 2, ACTOR)
    premiere = await store.read(event, "premiere")
    merge = await store.write(merging.merge, ACTOR, SINGER, NOW)
    assert await store.read(subject_roles.of_subject, 1, ACTOR) == [1, 2]
    assert await store.read(subject_roles.mentioned, 1, [premiere]) == {premiere: [1, 2]}
    await store.write(merging.unmerge, merge.id, NOW)
    assert await store.read(subject_roles.of_subject, 1, ACTOR) == [2]
    assert await store.read(subject_roles.of_subject, 1, SINGER) == [1]


async def test_a_merge_of_an_older_version_can_be_undone(store: Database) -> None:
    merge = await store.write(merging.merge, ACTOR, SINGER, NOW)

    def as_before(connection: Connection) -> None:
        (moved,) = connection.execute("SELECT moved FROM merged").fetchone()
        later = ("subject_role", "channel_follow", "mention")
        kept = {key: value for key, value in json.loads(moved).items() if not key.startswith(later)}
        connection.execute("UPDATE merged SET moved = ?", (json.dumps(kept),))

    await store.write(as_before)
    assert await store.write(merging.unmerge, merge.id, NOW) == merge
