"""Who serves which shard, who leads and how fast each may send, whatever happens in whichever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cluster import rules
from bot.cluster.rules import Limits, Process, decide, fair_share
from bot.errors import StartError
from bot.settings import ShardChoice
from bot.store.leases import Lease
from tests.cluster.world import GOODBYE, NOW, World

AUTO = ShardChoice(16, None)


@pytest.mark.parametrize(
    ("count", "processes", "most"), [(16, 1, 16), (16, 2, 8), (16, 3, 6), (16, 16, 1), (16, 17, 1), (1, 3, 1)]
)
def test_fair_share(count: int, processes: int, most: int) -> None:
    assert fair_share(count, processes) == most


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def lease(name: str, owner: str, ends: float = 20, share: float = 0.0, detail: str = "") -> Lease:
    return Lease(name, owner, NOW + seconds(ends), share, detail)


def other(id_: str = "b", ends: float = 20, share: float = 0.0, detail: str = "auto/4") -> Lease:
    return lease(f"process/{id_}", id_, ends, share, detail)


ONE = Limits(1, 1000)


def me(*held: int, rate: float = 0.0, choice: str = "auto", limits: Limits | None = ONE) -> Process:
    ids = None if choice == "auto" else range(int(choice[0]), int(choice[2]) + 1)
    return Process("a", ShardChoice(4, ids), frozenset(held), rate, limits)


def shards(owner: str, *numbers: int, ends: float = 20) -> list[Lease]:
    return [lease(f"shard/{number}", owner, ends) for number in numbers]


CASES: dict[str, tuple[Process, list[Lease], list[int], list[int]]] = {
    "alone, one at a time": (me(), [], [0], []),
    "as many as may identify at once": (me(limits=Limits(16, 1000)), [], [0, 1, 2, 3], []),
    "no more than Discord allows today": (me(limits=Limits(16, 2)), [], [0, 1], []),
    "none while it is another's turn": (me(), [lease("identify/0", "b/3")], [], []),
    "the next once a turn is over": (me(0), [*shards("a", 0), lease("identify/0", "a/0", 0)], [1], []),
    "none before it is connected to Discord": (me(limits=None), [], [], []),
    "up to the fair share": (me(0, 1), [*shards("a", 0, 1), other()], [], []),
    "what one who died held": (me(0, 1), [*shards("a", 0, 1), *shards("b", 2, 3, ends=-1), other(ends=-1)], [2], []),
    "nothing of one whose lease lasts": (me(0, 1), [*shards("a", 0, 1), *shards("b", 2, 3)], [], []),
    "above the fair share, one at a time": (me(0, 1, 2, 3), [*shards("a", 0, 1, 2, 3), other()], [], [3]),
    "above the fair share, as many as may identify": (
        *(me(0, 1, 2, 3, limits=Limits(16, 1000)), [*shards("a", 0, 1, 2, 3), other()], [], [3, 2]),
    ),
    "none given up while one waits to be taken": (me(0, 1, 2), [*shards("a", 0, 1, 2), other()], [], []),
    "none given up while another gives one up": (
        me(0, 1, 2),
        [*shards("a", 0, 1, 2), lease("shard/3", "b", detail="leaving"), other(), other("c"), other("d")],
        [],
        [],
    ),
    "none given up that cannot be identified today": (
        *(me(0, 1, 2, 3, limits=Limits(1, 0)), [*shards("a", 0, 1, 2, 3), other()], [], []),
    ),
    "none given up before it can be identified": (
        *(me(0, 1, 2, 3), [*shards("a", 0, 1, 2, 3), other(), lease("identify/0", "b/9")], [], []),
    ),
    "none for one who takes no shards yet": (
        *(me(0, 1, 2, 3), [*shards("a", 0, 1, 2, 3), other(detail="auto/4 joining")], [], []),
    ),
    "a range and nothing else": (me(2, choice="2-3"), [*shards("a", 2), other(detail="0-1/4")], [3], []),
    "a range that another still serves": (me(choice="2-3"), [*shards("b", 2, 3), other(detail="2-3/4")], [], []),
}


@pytest.mark.parametrize("case", CASES)
def test_shards_taken_and_given_up(case: str) -> None:
    process, leases, take, excess = CASES[case]
    decided = decide(process, leases, NOW)
    assert (list(decided.take), list(decided.excess)) == (take, excess)
    assert {f"identify/{n % (process.limits or Limits(1, 0)).concurrency}" for n in take} <= {
        one.name for one in decided.write
    }


SERVED = shards("a", 0, 1, 2, 3)
DRAINS: dict[str, tuple[Process, list[Lease], list[int], bool]] = {
    "one at a time": (me(0, 1, 2, 3), [*SERVED, other()], [3], False),
    "as many as may identify": (me(0, 1, 2, 3, limits=Limits(16, 9)), [*SERVED, other()], [3, 2, 1, 0], True),
    "none before it can be identified": (me(0, 1, 2, 3), [*SERVED, other(), lease("identify/0", "b/9")], [], False),
    "none while one waits to be taken": (me(0, 1, 2), [*shards("a", 0, 1, 2), other()], [], False),
    "none that cannot be identified today": (me(0, 1, 2, 3, limits=Limits(1, 0)), [*SERVED, other()], [], False),
    "none before another takes shards": (me(0, 1, 2, 3), [*SERVED, other(detail="auto/4 joining")], [], False),
    "the last, and then it ends": (me(0), [*shards("a", 0), *shards("b", 1, 2, 3), other()], [0], True),
    "it has none": (me(), [*shards("b", 0, 1, 2, 3), other()], [], True),
    "it has none yet": (me(limits=None), [other()], [], True),
    "nobody is there": (me(0, 1, 2, 3), [*SERVED, other(ends=-1)], [], True),
    "nobody stays": (me(0, 1, 2, 3), [*SERVED, other(detail="auto/4 leaving")], [], True),
    "who may serve its range": (me(2, 3, choice="2-3"), [*shards("a", 2, 3), other(detail="2-3/4")], [3], False),
    "who may serve a part": (me(2, 3, choice="2-3"), [*shards("a", 2, 3), other(detail="0-2/4")], [2], True),
    "what is free is for nobody": (me(2, choice="2-3"), [*shards("a", 2), other(detail="0-2/4")], [2], True),
    "nobody else has its range": (me(2, 3, choice="2-3"), [*shards("a", 2, 3), other(detail="0-1/4")], [], True),
}


@pytest.mark.parametrize("case", DRAINS)
def test_who_drains_takes_nothing_and_gives_up_what_another_can_take_at_once(case: str) -> None:
    process, leases, excess, drained = DRAINS[case]
    serving = {"0-2/4": shards("b", 0, 1), "0-1/4": shards("b", 0, 1), "2-3/4": []}
    known = [lease for one in leases for lease in serving.get(one.detail, [])]
    known.append(lease("process/a", "a", detail=f"{process.choice} leaving"))
    decided = decide(replace(process, drains=True), [*leases, *known], NOW)
    assert (list(decided.take), list(decided.excess), decided.drained) == ([], excess, drained)
    assert not decide(process, [*leases, *known], NOW).drained


def test_who_drains_gives_up_nothing_before_others_know_that_it_drains() -> None:
    process, known = replace(me(0, 1, 2, 3), drains=True), [*SERVED, other(), lease("process/a", "a", detail="auto/4")]
    decided = decide(process, known, NOW)
    assert (decided.excess, decided.drained, decided.again) == ([], False, NOW + rules.RENEW)
    assert "auto/4 leaving" in {one.detail for one in decided.write}


def test_what_one_who_drains_gives_up_is_looked_for_often_and_shared_by_those_who_stay() -> None:
    draining = [*shards("b", 0, 1), *shards("c", 3), other(detail="auto/4 leaving"), other("c")]
    decided = decide(me(2), [*shards("a", 2), *draining], NOW)
    assert (decided.take, decided.again) == ([], NOW + rules.POLL)
    assert decide(me(2, limits=Limits(1, 0)), [*shards("a", 2), *draining], NOW).wants, "Discord is asked in time"
    decided = decide(me(2), [*shards("a", 2), *draining[1:]], NOW)
    assert decided.take == [0]
    decided = decide(me(0, 2), [*shards("a", 0, 2), *draining[1:]], NOW)
    assert (decided.take, decided.excess) == ([], [])


def test_what_ended_is_still_ones_own_if_nobody_took_it() -> None:
    decided = decide(me(0, 1), [*shards("a", 0, ends=-1), *shards("b", 1)], NOW)
    assert decided.lost == {1}
    assert "shard/0" in {one.name for one in decided.write}
    assert "shard/1" not in {one.name for one in decided.write}


def test_what_a_process_holds_without_being_connected_is_taken_anew_or_released() -> None:
    decided = decide(me(), shards("a", 1, 2), NOW)
    assert decided.take == [0]
    assert set(decided.release) == {"shard/1", "shard/2"}


@pytest.mark.parametrize(
    ("leases", "rate", "share", "use"),
    [
        pytest.param([], 0, 47.5, 47.5, id="all of it, alone"),
        pytest.param([other(share=47.5)], 0, 0, 0, id="a newcomer takes nothing that another has"),
        pytest.param([other(share=30)], 0, 17.5, 17.5, id="a newcomer takes what nobody has"),
        pytest.param([other(share=10)], 0, 23.75, 23.75, id="no more than is fair"),
        pytest.param(
            [other(share=0), lease("process/a", "a", share=47.5)], 47.5, 47.5, 23.75, id="what is used is still taken"
        ),
        pytest.param(
            [other(share=0), lease("process/a", "a", share=47.5)], 23.75, 23.75, 23.75, id="what is no more is free"
        ),
        pytest.param([other(share=47.5, ends=-1)], 0, 47.5, 47.5, id="what a dead one had, once its lease is over"),
        pytest.param([other(share=40), lease("process/a", "a", -1, share=20)], 20, 7.5, 7.5, id="its own has ended"),
    ],
)
def test_request_budget(leases: list[Lease], rate: float, share: float, use: float) -> None:
    decided = decide(me(rate=rate), leases, NOW)
    (own,) = [one for one in decided.write if one.name == "process/a"]
    assert (own.share, decided.rate) == (share, use)
    assert (decided.again == NOW) == (share > use)


def test_one_leads() -> None:
    assert decide(me(), [], NOW).leads
    assert decide(me(), [lease("leader", "b", -1)], NOW).leads
    assert decide(me(), [lease("leader", "a")], NOW).leads
    assert not decide(me(), [lease("leader", "b")], NOW).leads


@pytest.mark.parametrize("detail", ["auto/8", "0-1/4", "auto/8 joining", "auto/14"])
def test_processes_that_divide_shards_differently_do_not_share_a_database(detail: str) -> None:
    with pytest.raises(StartError, match=rf"BYEOL_SHARDS is auto/4, .* runs with {detail.split()[0]}\. .*stop"):
        decide(me(), [other(detail=detail)], NOW)
    decide(me(), [other(detail=detail, ends=-1)], NOW)


def test_three_divide_sixteen_shards_and_no_two_identify_within_five_seconds() -> None:
    world = World(16)
    for id_ in "abc":
        world.join(id_)
    world.settle()
    assert sorted(len(one.held) for one in world.members.values()) == [4, 6, 6]
    times = sorted(at for at, _ in world.identified)
    assert all(later - sooner >= seconds(5) for sooner, later in pairwise(times))
    assert times[-1] - times[0] < 16 * seconds(6)


def test_newcomer_gets_its_share_one_by_one_and_nobody_else_identifies_anew() -> None:
    world = World(16)
    world.join("a")
    world.join("b")
    world.settle()
    before = {one.id: set(one.held) for one in world.members.values()}
    world.identified.clear()
    newcomer = world.join("c")
    world.settle()
    assert len(newcomer.held) == 4
    assert all(world.members[id_].held < held for id_, held in before.items())
    assert len(world.identified) == 4
    shares = [rules.RATE * len(one.held) / 16 for one in world.members.values()]
    assert [one.rate for one in world.members.values()] == pytest.approx(shares)


def test_shards_that_many_have_to_give_up_are_unserved_for_one_identify_at_most() -> None:
    world = World(40)
    for id_ in "abcd":
        world.join(id_)
    world.settle()
    newcomer = world.join("e")
    world.settle()
    assert len(newcomer.held) == len(world.gaps) == 8
    assert max(world.gaps) <= GOODBYE + rules.POLL


def test_restart_of_all_by_draining_leaves_no_shard_unserved_for_longer_than_one_identify() -> None:
    world = World(16)
    for id_ in "abc":
        world.join(id_)
    world.settle()
    world.identified.clear()
    for id_ in "abc":
        had = set(world.members[id_].held)
        world.drain(id_)
        world.settle()
        assert id_ not in world.members
        assert {number for _, number in world.identified} == had
        assert [len(one.held) for one in world.members.values()] == [8, 8]
        (leader,) = [one.owner for one in world.leases.values() if one.name == "leader"]
        assert leader in world.members
        world.join(f"{id_} anew")
        world.settle()
        world.identified.clear()
    assert max(world.gaps) <= GOODBYE + rules.POLL


def test_shards_of_one_who_drains_go_straight_to_one_who_starts_in_its_place() -> None:
    world = World(16)
    for id_ in "abc":
        world.join(id_)
    world.settle()
    had = len(world.members["a"].held)
    world.identified.clear()
    world.join("d")
    world.drain("a")
    world.settle()
    assert sorted(len(one.held) for one in world.members.values()) == [4, 6, 6]
    assert len(world.identified) == had


@pytest.mark.parametrize("how", ["leave", "die"])
def test_shards_of_one_who_left_or_died_are_taken_by_the_others(how: str) -> None:
    world = World(16, concurrency=16)
    for id_ in "abc":
        world.join(id_)
    world.settle()
    begun = world.now
    world.identified.clear()
    getattr(world, how)("a")
    world.settle()
    assert sorted(len(one.held) for one in world.members.values()) == [8, 8]
    late = max(at for at, _ in world.identified) - begun
    assert late <= rules.RENEW if how == "leave" else rules.LEASE - rules.RENEW <= late <= rules.LEASE + rules.RENEW


IDS = st.sampled_from("abcd")
STEPS = st.one_of(
    st.tuples(st.sampled_from(["join", "leave", "drain", "die", "stall", "stall", "beat"]), IDS, st.just(0.0)),
    st.tuples(st.just("run"), st.just(""), st.floats(0, 40)),
)
SKEW = rules.MARGIN.total_seconds() / 2


@settings(max_examples=60, deadline=None)
@given(
    begun=st.sets(IDS, min_size=1),
    steps=st.lists(STEPS, max_size=30),
    concurrency=st.sampled_from([1, 2, 16]),
    skews=st.lists(st.floats(-SKEW, SKEW), min_size=4, max_size=4),
)
def test_whatever_happens_no_shard_is_served_twice_and_in_the_end_all_are(
    begun: set[str], steps: list[tuple[str, str, float]], concurrency: int, skews: list[float]
) -> None:
    world = World(6, concurrency)
    joined = 0
    known: dict[str, str] = {}
    for what, name, span in [*(("join", name, 0.0) for name in sorted(begun)), ("run", "", 20.0), *steps]:
        id_ = known.get(name)
        if what == "run":
            world.run(seconds(span))
        elif what == "join" and id_ not in world.members:
            joined += 1  # a process that starts again is another one
            known[name] = f"{name}{joined}"
            world.join(known[name], skew=seconds(skews["abcd".index(name)]))
        elif what != "join" and id_ is not None and id_ in world.members:
            getattr(world, what)(id_)
    world.settle()
    assert not any(one.drains for one in world.members.values())
    if world.members:
        held = sorted(number for one in world.members.values() for number in one.held)
        assert held == list(range(6))
        assert max(len(one.held) for one in world.members.values()) <= fair_share(6, len(world.members))
        assert sum(one.rate for one in world.members.values()) == pytest.approx(rules.RATE)
        assert len([one for one in world.leases.values() if one.name == "leader" and one.until > world.now]) == 1
