"""Whether the database is whole, of this version's schema, and has room, or is on a server that suits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from rich.filesize import decimal

from bot.address import Address
from bot.announcements.subscription import Subscription
from bot.catalogue.model import Clock, utcnow
from bot.catalogue.origin import PROVIDERS
from bot.operations.finding import Finding, Level, split
from bot.store import health, leases, runs
from bot.store import subject_roles as roles
from bot.store import subscriptions as stored
from bot.store.examined import Examined, ExaminedFile, ExaminedServer
from bot.store.sqlite.engine import DAMAGED, READ_ONLY, too_new

GROUP = "Database"
LEAST_FREE = 50 * 10**6
"""Bytes: with less, a bot will soon have to stop."""
LARGE_LOG = 256 * 10**6
"""Bytes: SQLite writes its log back every 4 MB, unless somebody keeps it from that."""
MOST_APART = 1.0
"""Seconds between two clocks that NTP keeps: leases of several processes bear five."""


def examine(address: Address, clock: Clock = utcnow) -> list[Finding]:
    """Look at a database from end to end, without changing it."""
    return [*judge(str(address), health.examine(address, clock)), *_processes(address, clock())]


def subscriptions(address: Address) -> list[Subscription] | None:
    """The channels that are announced in; None if they cannot be read, for a reason that `examine` names."""
    return health.read(address, stored.every)


def subject_roles(address: Address) -> Mapping[int, Sequence[int]]:
    """The roles by which members are told of something, by server, as far as can be read."""
    return health.read(address, roles.every) or {}


def synced(address: Address) -> bool:
    """Whether open data was ever taken in, as far as can be read."""
    return any(outcome.provider in PROVIDERS for outcome in health.read(address, runs.outcomes) or ())


def judge(name: str, found: ExaminedFile | ExaminedServer) -> list[Finding]:
    """What it means that the database `name` was found so."""
    if isinstance(found, ExaminedServer):
        return [*_on_server(name, found), *_rights(found)]
    return [*_contents(name, found), *_surroundings(name, found)]


def _on_server(name: str, found: ExaminedServer) -> list[Finding]:
    if found.failure is not None:
        return [_problem(*found.failure)]
    text = f"{name}: PostgreSQL {found.version}, {decimal(found.size)}, {found.rows:,} rows"
    findings = [_ok(f"{text}, all of which can be read." if found.kept is None else f"{text} that can be read.")]
    if found.kept is not None:
        findings.append(_problem(*split(found.kept)))
    if found.schema is not None:
        findings += _schema(found)
    seconds = found.ahead.total_seconds()
    if abs(seconds) > MOST_APART:
        text = (
            f"The clock of this machine is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} the server's."
        )
        findings.append(_warning(text, "Keep both right with NTP: several processes rely on it."))
    else:
        findings.append(_ok("The clocks of this machine and of the server agree."))
    return [*findings, *_references(found)]


def _rights(found: ExaminedServer) -> list[Finding]:
    """What the user may not do. Without its own tables, or new ones, Byeol runs, but no later version can."""
    if found.failure is not None:
        return []
    findings: list[Finding] = []
    if found.read_only:
        findings.append(_problem("The database takes no changes.", "Name the primary server in BYEOL_DATABASE."))
    say = _warning if found.schema == found.known else _problem
    if not found.may_create:
        remedy = "Let it: GRANT USAGE, CREATE ON SCHEMA public TO …; or make it the owner of the database."
        findings.append(say("This user may not create tables.", remedy))
    if found.owners:
        text = f"Tables of Byeol's belong to {', '.join(found.owners)}, so this user cannot bring them up to date."
        findings.append(say(text, "Let it own them: ALTER TABLE … OWNER TO …, as their owner or the administrator."))
    return findings


def _processes(address: Address, now: datetime) -> list[Finding]:
    """How the processes that share the shards divide them, if there are any."""
    found = health.read(address, partial(leases.division, now=now))
    if found is None or not found.processes:
        return []
    many = f"{found.processes} processes share" if found.processes > 1 else "One process has"
    if not found.free:
        return [_ok(f"{many} the {found.count} shards, and all of these are served.")]
    text = f"{many} the {found.count} shards, and nobody serves {_numbers(found.free)}."
    return [_warning(text, "Look again in a minute if a process has just started or ended; otherwise start one more.")]


def _numbers(numbers: Sequence[int]) -> str:
    """Numbers of shards, with ranges for those that follow one another."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][-1] == number - 1:
            ranges[-1][1:] = [number]
        else:
            ranges.append([number])
    return ", ".join("-".join(map(str, each)) for each in ranges)


def _contents(name: str, found: ExaminedFile) -> list[Finding]:
    if found.failure is not None:
        return [_problem(*found.failure)]
    if not found.exists:
        return [_ok(f"There is no database yet: the first start makes {name}.")]
    if found.faults:
        return [_problem(f"{name} is not whole: {found.faults[0]}.", DAMAGED)]
    log = f", and a write-ahead log of {decimal(found.log_size)}" if found.log_size else ""
    return [_ok(f"{name}: {decimal(found.size)}{log}, whole from end to end."), *_schema(found), *_references(found)]


def _schema(found: Examined) -> list[Finding]:
    schema = found.schema or 0
    if schema > found.known:
        problem, _, remedy = too_new(schema, found.known).partition(". ")
        return [_problem(f"{problem}.", remedy)]
    if found.foreign:
        text = "It holds tables of another program, and none of Byeol's: the next start would add them."
        return [_warning(text, "Set BYEOL_DATABASE to another one, unless that is meant.")]
    if schema == 0:
        return [_ok("It is empty: the next start fills it.")]
    if schema < found.known:
        return [_ok(f"Its schema is number {schema}: the next start brings it to {found.known}, and keeps a copy.")]
    return [_ok(f"Its schema is number {schema}, this version's.")]


def _references(found: Examined) -> list[Finding]:
    if not found.dangling:
        return []
    return [
        _problem(
            f"Rows of {', '.join(found.dangling)} refer to what is not there.",
            "Restore a backup. If Byeol alone wrote to the database, this is a bug of Byeol's.",
        )
    ]


def _surroundings(name: str, found: ExaminedFile) -> list[Finding]:
    if found.failure is not None and not found.free:
        return []
    findings: list[Finding] = []
    if not found.writable:
        findings.append(_problem(f"This user may not write to {name} or to its folder.", READ_ONLY))
    if found.log_size > LARGE_LOG:
        findings.append(
            _warning(
                f"The write-ahead log is large ({decimal(found.log_size)}): something keeps it from being emptied.",
                "Close other programs that have the database open, then restart the bot.",
            )
        )
    return [*findings, _space(found)]


def _space(found: ExaminedFile) -> Finding:
    free = f"{decimal(found.free)} are free on its disk"
    if found.free < LEAST_FREE:
        return _problem(f"Only {free}.", "Free some disk space.")
    if found.free < 2 * found.size:
        text = f"Only {free}: a copy, which an update or a backup makes, may not fit."
        return _warning(text, "Free some disk space.")
    return _ok(f"{free}.")


def _ok(text: str) -> Finding:
    return Finding(GROUP, Level.OK, text)


def _warning(text: str, remedy: str) -> Finding:
    return Finding(GROUP, Level.WARNING, text, remedy)


def _problem(text: str, remedy: str) -> Finding:
    return Finding(GROUP, Level.PROBLEM, text, remedy)
