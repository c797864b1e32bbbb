"""Processes that share leases, without a database, a Discord, or time that passes by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.cluster import rules
from bot.cluster.rules import Decision, Limits, Process
from bot.settings import ShardChoice
from bot.store.leases import Lease

NOW = datetime(2025, 1, 1, tzinfo=UTC)
GOODBYE = timedelta(seconds=0.3)
"""How long a shard takes to be disconnected before it is released: meanwhile others decide."""


@dataclass
class Member:
    """A process. `skew`: how far its clock is ahead."""

    id: str
    choice: ShardChoice
    skew: timedelta = timedelta()
    held: set[int] = field(default_factory=set[int])
    rate: float = 0.0
    until: datetime = NOW
    again: datetime = NOW
    stalled: bool = False
    drains: bool = False


class World:
    """Members, and the leases that they see. Every invariant is checked after each step."""

    def __init__(self, count: int, concurrency: int = 1) -> None:
        self.now = NOW
        self.count = count
        self.leases: dict[str, Lease] = {}
        self.members: dict[str, Member] = {}
        self.identified: list[tuple[datetime, int]] = []
        self.given: dict[int, datetime] = {}
        self.gaps: list[timedelta] = []
        """For how long shards that were given up were nobody's."""
        self.limits = Limits(concurrency, 1000)

    def join(self, id_: str, choice: ShardChoice | None = None, skew: timedelta = timedelta()) -> Member:
        """Let a process start."""
        self.members[id_] = Member(id_, choice or ShardChoice(self.count, None), skew)
        self.beat(id_)
        return self.members[id_]

    def leave(self, id_: str) -> None:
        """Let a process stop in order."""
        del self.members[id_]
        self.leases = {name: lease for name, lease in self.leases.items() if lease.owner != id_}

    def drain(self, id_: str) -> None:
        """Let a process give everything to others before it stops."""
        self.members[id_].drains = True
        self.members[id_].again = self.now

    def die(self, id_: str) -> None:
        """Let a process be gone."""
        del self.members[id_]

    def beat(self, id_: str) -> Decision:
        """Let a process decide, and do what it decided."""
        member = self.members[id_]
        own_now = self.now + member.skew
        if own_now >= member.until - rules.MARGIN:
            member.held, member.rate = set(), 0.0
        me = Process(id_, member.choice, frozenset(member.held), member.rate, self.limits, member.drains)
        decided = rules.decide(me, list(self.leases.values()), own_now)
        for lease in decided.write:
            self.leases[lease.name] = lease
        # Others may decide before this one sends more slowly.
        assert self.leases[rules.process(id_)].share >= member.rate - 1e-9
        for name in decided.release:
            if name in self.leases and self.leases[name].owner == id_:
                del self.leases[name]
        member.held = (member.held | {*decided.take}) - decided.lost - {*decided.excess}
        member.rate, member.until, member.again = decided.rate, decided.until, decided.again
        if decided.excess:
            member.again = min(decided.again, own_now + GOODBYE)
            self.given |= dict.fromkeys(decided.excess, self.now)
        self.identified += [(self.now, number) for number in decided.take]
        self.gaps += [self.now - self.given.pop(number) for number in decided.take if number in self.given]
        for number in decided.take:
            # Connected at once: its turn to identify ends so much later.
            name = rules.turn(number, self.limits.concurrency)
            self.leases[name] = replace(self.leases[name], until=own_now + rules.IDENTIFY)
        self.check()
        if decided.drained:
            self.leave(id_)
        return decided

    def stall(self, id_: str) -> None:
        """Let a process do nothing for a while, or go on: it is frozen, or the database is out of its reach."""
        self.members[id_].stalled = not self.members[id_].stalled

    def serving(self) -> list[Member]:
        """Who still believes in what it holds."""
        return [one for one in self.members.values() if self.now + one.skew < one.until - rules.MARGIN]

    def check(self) -> None:
        """No shard is served by two, and together they send no faster than Discord allows."""
        held = Counter(number for one in self.serving() for number in one.held)
        assert [number for number, times in held.items() if times > 1] == []
        assert sum(one.rate for one in self.serving()) <= rules.RATE + 1e-9

    def run(self, span: timedelta) -> None:
        """Let time pass, in which all do what they want who are not stalled."""
        end = self.now + span
        while running := [one for one in self.members.values() if not one.stalled]:
            due = min(running, key=lambda one: one.again - one.skew)
            if due.again - due.skew > end:
                break
            self.now = max(self.now, due.again - due.skew)
            self.beat(due.id)
        self.now = end
        self.check()

    def settle(self) -> None:
        """Let nobody be stalled any more, and everything come to rest."""
        for one in self.members.values():
            one.stalled = False
        self.run(timedelta(minutes=10))
