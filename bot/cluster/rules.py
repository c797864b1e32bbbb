"""What a process does next, from all leases: pure rules, which every process applies to itself.

`decide` runs in a transaction that no other process decides in, at least every `RENEW`. A process takes a shard only
together with the turn to identify it, so a shard waits free rather than held and unserved; and it gives one up only
once another can identify it at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.errors import StartError
from bot.settings import ShardChoice, shard_choice
from bot.store.leases import Changes, Lease

RATE = 47.5
"""Requests per second, of all processes together: Discord allows a bot 50 in any second, and a few may leave late and
close together (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit; responses to interactions do
not count)."""
LEASE = timedelta(seconds=30)
"""How long others wait for a process that does not renew what it holds."""
MARGIN = timedelta(seconds=5)
"""How long before the end a process gives up what it could not renew: by so much its clock may be behind others'."""
RENEW = timedelta(seconds=5)
"""How often everything is renewed."""
POLL = timedelta(seconds=0.5)
"""How often a process looks whether others have given up what it is to take."""
IDENTIFY = timedelta(seconds=5.25)
"""Between two identifies that take turns: Discord asks for five seconds, and one may arrive sooner than the one before
(https://discord.com/developers/docs/events/gateway#sharding-max-concurrency)."""
CONNECT = timedelta(seconds=15)
"""How long a turn to identify is kept for who is still connecting."""

LEADER = "leader"

_JOINING = "joining"
"""What the detail of a process ends with that takes no shards yet."""
_LEAVING = "leaving"
"""The same for a process that takes none any more; and the detail of a shard that is being given up."""
_LATER = datetime.max.replace(tzinfo=UTC)


def process(id_: str) -> str:
    """The name of the lease by which a process lives."""
    return f"process/{id_}"


def shard(number: int) -> str:
    """The name of a shard's lease."""
    return f"shard/{number}"


def turn(number: int, concurrency: int) -> str:
    """The name of the lease for a turn to identify, which all shards of the same remainder share."""
    return f"identify/{number % concurrency}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How Discord limits identifies: how many shards may at once, and how many times more today."""

    concurrency: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Process:
    """What a process knows of itself. `held`: the shards that it is connected to, or is connecting.

    `rate`: how many requests a second it makes at present. `limits`: None while it takes no shards. `drains`: whether
    it is to end once others have its shards. `leaves`: whether it is about to end in any case.
    """

    id: str
    choice: ShardChoice
    held: frozenset[int]
    rate: float
    limits: Limits | None
    drains: bool = False
    leaves: bool = False


@dataclass(frozen=True, slots=True)
class Decision(Changes):
    """What a process is to do now, besides the leases that are written.

    `until`: when everything it holds ends. `rate`: at most so many requests a second from now on. `take`: shards to
    connect, each with a turn to identify. `excess`: shards to give up and then to release. `lost`: shards that others
    hold by now. `wants`: whether there are shards to take or to give up, now or soon, if Discord allows an identify.
    `drained`: whether a process that drains has nothing left that others may take. `again`: when to decide again.
    """

    until: datetime
    leads: bool
    rate: float
    take: Sequence[int]
    excess: Sequence[int]
    lost: frozenset[int]
    wants: bool
    drained: bool
    again: datetime


def decide(me: Process, leases: Sequence[Lease], now: datetime) -> Decision:
    """What `me` is to do. Raises `StartError` if the others divide the shards differently."""
    live = [lease for lease in leases if lease.until > now]
    others = [lease for lease in live if lease.name.startswith("process/") and lease.owner != me.id]
    check(me.choice, others)
    until = now + LEASE
    share, rate = _rate(me, leases, others, now)
    shards = _shards(me, leases, others, now)
    ends = me.drains or me.leaves
    leads = not ends and all(lease.name != LEADER or lease.owner == me.id for lease in live)
    hold = sorted({*me.held, *shards.take} - shards.lost)
    turns = [Lease(turn(number, _concurrency(me)), f"{me.id}/{number}", now + CONNECT) for number in shards.take]
    heirs = _servable(lease for lease in others if not lease.detail.endswith(_LEAVING))
    state = f" {_LEAVING}" if ends else "" if me.limits else f" {_JOINING}"
    return Decision(
        write=[
            Lease(process(me.id), me.id, until, share, f"{me.choice}{state}"),
            *([Lease(LEADER, me.id, until)] if leads else []),
            *(Lease(shard(n), me.id, until, detail=_LEAVING if n in shards.excess else "") for n in hold),
            *turns,
        ],
        release=[*shards.stale, *([LEADER] if ends else [])],
        until=until,
        leads=leads,
        rate=rate,
        take=shards.take,
        excess=shards.excess,
        lost=shards.lost,
        wants=shards.wants,
        drained=me.drains and heirs.isdisjoint(n for n in hold if n not in shards.excess),
        # What it no longer uses is for others as soon as it is written down.
        again=now if share > rate else min(now + RENEW, shards.again),
    )


def check(choice: ShardChoice, others: Iterable[Lease]) -> None:
    """Raise `StartError` if processes that are alive divide the shards by another setting."""
    for other in others:
        theirs = _choice(other)
        if not choice.agrees(theirs):
            raise StartError(
                f"BYEOL_SHARDS is {choice}, but another process that uses this database runs with {theirs}."
                " Give all of them the same number of shards, and either ranges or auto; or stop the others first."
            )


def fair_share(count: int, processes: int) -> int:
    """The most shards that one of so many processes serves."""
    return -(-count // processes)


def _choice(process: Lease) -> str:
    """Which shards a process serves, as its setting says."""
    return process.detail.partition(" ")[0]


def _servable(processes: Iterable[Lease]) -> set[int]:
    """The shards that some of these processes may serve."""
    return {number for one in processes for number in shard_choice(_choice(one)).numbers}


def _rate(me: Process, leases: Sequence[Lease], others: Sequence[Lease], now: datetime) -> tuple[float, float]:
    """The share of the budget to write, and the one to use: as much of it as the process has of the shards.

    A newcomer takes what nobody has, so what shrinks stays written until it is no longer used.
    """
    own = [lease.share for lease in leases if lease.name == process(me.id) and lease.until > now]
    holders = Counter(lease.owner for lease in leases if lease.name.startswith("shard/") and lease.until > now)
    # Who holds no shard yet counts as if it held one, so that it has something to begin with.
    mine, theirs = max(holders[me.id], 1), sum(max(holders[lease.owner], 1) for lease in others)
    rate = max(min(RATE * mine / (mine + theirs), RATE - sum(lease.share for lease in others)), 0.0)
    return max(rate, min(me.rate, *own)) if own else rate, rate


@dataclass(frozen=True, slots=True)
class _Shards:
    take: Sequence[int]
    excess: Sequence[int]
    lost: frozenset[int]
    stale: Sequence[str]
    wants: bool
    again: datetime


def _shards(me: Process, leases: Sequence[Lease], others: Sequence[Lease], now: datetime) -> _Shards:
    owners = {lease.name: lease for lease in leases}
    numbers = me.choice.numbers
    # One's own that ended is one's own still: if anybody had taken it, it would be theirs, or nobody's.
    mine = frozenset(n for n in me.held if (lease := owners.get(shard(n))) is not None and lease.owner == me.id)
    lost = me.held - mine
    theirs = {
        n: lease
        for n in range(me.choice.count)
        if (lease := owners.get(shard(n))) is not None and lease.until > now and lease.owner != me.id
    }
    free = [n for n in numbers if n not in mine and n not in lost and n not in theirs]
    stale = [name for name, lease in owners.items() if name.startswith("shard/") and lease.owner == me.id]
    if me.limits is None:
        return _Shards(
            (), (), lost, [name for name in stale if name not in map(shard, mine)], wants=False, again=_LATER
        )
    takers = [lease for lease in others if not lease.detail.endswith((_JOINING, _LEAVING))]
    if me.drains:
        most = 0
    else:
        most = len(numbers) if me.choice.ids is not None else fair_share(me.choice.count, len(takers) + 1)
    ends = {n: owners[name].until for n in numbers if (name := turn(n, me.limits.concurrency)) in owners}
    wanted = min(most - len(mine), me.limits.remaining)
    take, waits = _in_turn(free, ends, me.limits.concurrency, now)
    take = take[: max(wanted, 0)]
    excess: list[int] = []
    if len(mine) > most:
        movable = _movable(me, mine, theirs, takers, owners.get(process(me.id)))
        excess, waits = _in_turn(movable, ends, me.limits.concurrency, now)
        excess = excess[: min(len(mine) - most, me.limits.remaining)]
    held = Counter(theirs[n].owner for n in numbers if n in theirs)
    gives = any(held[lease.owner] > (0 if lease.detail.endswith(_LEAVING) else most) for lease in others)
    again = _LATER
    if wanted > len(take) or len(mine) - most > len(excess):
        soon = [now + POLL] if wanted > 0 and gives and not free else []
        again = min([_LATER, *waits, *soon])
    kept = {shard(n) for n in (*mine, *take)}
    return _Shards(
        take,
        excess,
        lost,
        [name for name in stale if name not in kept],
        wants=len(mine) > most or (len(mine) < most and (gives or bool(free))),
        again=again,
    )


def _movable(
    me: Process, mine: frozenset[int], theirs: Mapping[int, Lease], takers: Sequence[Lease], known: Lease | None
) -> list[int]:
    """The shards of `mine` that one of `takers` can take before any other. `known`: what they see of this process."""
    if me.drains and (known is None or not known.detail.endswith(_LEAVING)):
        return []  # Once they know that it drains, by their next decision, they look often for what it gives up.
    servable = _servable(takers)
    waiting = {n for n in servable - mine if n not in theirs or theirs[n].detail == _LEAVING}
    turns = {turn(n, _concurrency(me)) for n in waiting}
    return [n for n in sorted(mine & servable, reverse=True) if turn(n, _concurrency(me)) not in turns]


def _in_turn(
    numbers: Iterable[int], ends: dict[int, datetime], concurrency: int, now: datetime
) -> tuple[list[int], list[datetime]]:
    """The shards that can be identified now, one a turn, and when the turns of the others are free."""
    ready: dict[int, int] = {}
    waits: list[datetime] = []
    for n in numbers:
        if ends.get(n, now) > now:
            waits.append(ends[n])
        elif ready.setdefault(n % concurrency, n) != n:
            waits.append(now + IDENTIFY)
    return list(ready.values()), waits


def _concurrency(me: Process) -> int:
    return me.limits.concurrency if me.limits is not None else 1
