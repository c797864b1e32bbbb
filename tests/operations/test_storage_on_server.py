"""What is said of a database of a PostgreSQL server: how it is, and what its user may do there."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.address import Address, PostgresAddress
from bot.announcements.subscription import Subscription
from bot.catalogue.model import utcnow
from bot.cluster import rules
from bot.errors import StartError
from bot.operations import storage
from bot.operations.finding import Finding, Level
from bot.store import leases, runs, subscriptions
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.leases import Changes, Lease
from bot.store.postgres import schema, start
from tests.helpers import opened
from tests.operations.test_storage import worst
from tests.postgres import Server, free_port, name_of

NEWEST = schema.newest()


@pytest.fixture
def address(postgres: Server) -> Generator[PostgresAddress]:
    """An empty database with this version's schema."""
    address = postgres.database("empty")
    yield address
    postgres.drop(address)


@pytest.fixture
def guest(postgres: Server, address: PostgresAddress) -> Generator[PostgresAddress]:
    """The same database, for somebody who owns nothing of it."""
    database = name_of(address)
    postgres.ask("DROP ROLE IF EXISTS inspector; CREATE ROLE inspector LOGIN")
    postgres.ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database)
    yield PostgresAddress.parse(postgres.url(database, "inspector"))
    postgres.ask("DROP OWNED BY inspector", database)


def said(findings: list[Finding]) -> str:
    return "\n".join(f"{finding.level} {finding.text} {finding.remedy}" for finding in findings)


def test_fine_database_is_well(address: PostgresAddress) -> None:
    findings = storage.examine(address)
    assert worst(findings).level is Level.OK, said(findings)
    assert "all of which can be read" in findings[0].text
    assert f"Its schema is number {NEWEST}, this version's." in said(findings)
    assert storage.subscriptions(address) == []
    assert not storage.synced(address)


def test_empty_database_is_well_and_nothing_is_made_in_it(postgres: Server) -> None:
    address = postgres.database()
    try:
        findings = storage.examine(address)
        assert worst(findings).level is Level.OK, said(findings)
        assert "It is empty" in said(findings)
        assert storage.subscriptions(address) is None
        assert postgres.ask("SELECT to_regclass('schema_version')", name_of(address)) == [(None,)]
        postgres.ask("CREATE TABLE of_another_program (id INTEGER)", name_of(address))
        assert "tables of another program" in worst(storage.examine(address)).text
    finally:
        postgres.drop(address)


async def test_what_it_holds_is_read(address: PostgresAddress) -> None:
    now = utcnow()

    def synced(connection: Connection) -> None:
        runs.finish(connection, runs.begin(connection, "wikidata", "", now, complete=True), now, None)

    async with opened(address) as database:
        chosen = Subscription(5, 55, now)
        assert await database.write(subscriptions.choose, chosen, now)
        await database.write(synced)
        found = await asyncio.to_thread(storage.subscriptions, address)
        assert await asyncio.to_thread(storage.synced, address)
    assert found is not None
    assert [one.channel_id for one in found] == [55]


async def start_says(address: PostgresAddress) -> str:
    """Why a start with this database fails."""
    with pytest.raises(StartError) as raised:
        await Database.open(address)
    return raised.value.problem


async def same_as_at_a_start(address: PostgresAddress) -> str:
    """A problem, which is in the words of a start."""
    findings = await asyncio.to_thread(storage.examine, address)
    problem = next(finding for finding in findings if finding.level is Level.PROBLEM)
    assert f"{problem.text} {problem.remedy}" == await start_says(address)
    return problem.text


async def test_what_cannot_be_opened_is_a_problem_in_the_words_of_a_start(
    address: PostgresAddress, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    away = PostgresAddress.parse(f"postgresql://byeol:secret@127.0.0.1:{port}/byeol")
    assert "Connection refused" in await same_as_at_a_start(away)
    assert storage.subscriptions(away) is None
    assert "not_there" in await same_as_at_a_start(PostgresAddress.parse(postgres.url("not_there")))
    monkeypatch.setattr(start, "OLDEST", 99)
    assert "PostgreSQL 99" in await same_as_at_a_start(address)


async def test_newer_schema_is_a_problem_in_the_words_of_a_start(address: PostgresAddress, postgres: Server) -> None:
    postgres.ask("INSERT INTO schema_version VALUES (9999)", name_of(address))
    assert "made by a newer Byeol" in await same_as_at_a_start(address)
    assert storage.subscriptions(address) is None


def test_older_schema_is_well_and_not_migrated(address: PostgresAddress, postgres: Server) -> None:
    postgres.ask(f"DELETE FROM schema_version WHERE number = {NEWEST}", name_of(address))
    findings = storage.examine(address)
    assert worst(findings).level is Level.OK, said(findings)
    assert f"Its schema is number {NEWEST - 1}: the next start" in said(findings)
    assert postgres.ask("SELECT max(number) FROM schema_version", name_of(address)) == [(NEWEST - 1,)]


def test_row_that_refers_to_what_is_not_there_is_found(address: PostgresAddress, postgres: Server) -> None:
    postgres.ask(
        "SET session_replication_role = replica;"
        " INSERT INTO entity_origin (entity_id, origin) VALUES (12345, 'seed:x')",
        name_of(address),
    )
    assert "entity_origin" in worst(storage.examine(address)).text


async def test_tables_of_another_owner_are_a_problem_in_the_words_of_a_start(guest: PostgresAddress) -> None:
    assert "which belongs to postgres" in await same_as_at_a_start(guest)


def test_who_may_write_but_not_change_tables_is_warned(guest: PostgresAddress, postgres: Server) -> None:
    postgres.ask("GRANT ALL ON ALL TABLES IN SCHEMA public TO inspector", name_of(guest))
    findings = storage.examine(guest)
    warnings = [finding for finding in findings if finding.level is Level.WARNING]
    assert worst(findings).level is Level.WARNING, said(findings)
    assert "may not create tables" in said(warnings)
    assert "belong to postgres" in said(warnings)
    postgres.ask(f"DELETE FROM schema_version WHERE number = {NEWEST}", name_of(guest))
    assert worst(storage.examine(guest)).level is Level.PROBLEM, "the next start would have to change them"


def test_who_may_not_create_tables_in_an_empty_database_has_a_problem(postgres: Server) -> None:
    address = postgres.database()
    postgres.ask("DROP ROLE IF EXISTS inspector; CREATE ROLE inspector LOGIN")
    try:
        postgres.ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC", name_of(address))
        findings = storage.examine(PostgresAddress.parse(postgres.url(name_of(address), "inspector")))
        assert "GRANT USAGE, CREATE ON SCHEMA public" in worst(findings).remedy
        assert worst(findings).level is Level.PROBLEM
    finally:
        postgres.drop(address)


def test_server_that_takes_no_changes_is_a_problem(address: PostgresAddress, postgres: Server) -> None:
    postgres.ask(f"ALTER DATABASE {name_of(address)} SET default_transaction_read_only = on")
    findings = storage.examine(address)
    assert worst(findings).level is Level.PROBLEM
    assert "Name the primary server" in said(findings)


@pytest.mark.parametrize(("apart", "how"), [(3, "ahead of"), (-3, "behind")])
def test_clock_that_is_not_the_servers_is_a_warning(address: PostgresAddress, apart: float, how: str) -> None:
    def clock() -> datetime:
        return utcnow() + timedelta(seconds=apart)

    finding = worst(storage.examine(address, clock))
    assert finding.level is Level.WARNING
    assert f"s {how} the server's" in finding.text
    assert "NTP" in finding.remedy


def hold(connection: Connection, owner: str, names: list[str], until: datetime) -> None:
    def decide(_: object) -> Changes:
        return Changes([Lease(name, owner, until, 1.0, "auto/16") for name in names], [])

    leases.update(connection, owner, decide)


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """An empty database of either engine. A server starts here, since it cannot while a test's event loop runs."""
    return tmp_path / "byeol.db" if request.param == "sqlite" else request.getfixturevalue("address")


async def test_shards_that_nobody_serves_are_a_warning(either: Address) -> None:
    soon = utcnow() + rules.LEASE
    async with opened(either) as database:

        def divide(connection: Connection) -> None:
            connection.execute("UPDATE sharding SET count = 16")

        await database.write(divide)
        assert worst(await asyncio.to_thread(storage.examine, either)).level is Level.OK, "no processes share them"
        await database.write(hold, "one", ["process/one", *(f"shard/{number}" for number in range(9))], soon)
        await database.write(hold, "gone", ["process/gone", "shard/10"], utcnow() - rules.LEASE)
        await database.write(hold, "two", ["process/two", "shard/14"], soon)
        finding = worst(await asyncio.to_thread(storage.examine, either))
        assert finding.level is Level.WARNING
        assert finding.text == "2 processes share the 16 shards, and nobody serves 9-13, 15."
        await database.write(hold, "two", [f"shard/{number}" for number in range(9, 16)], soon)
        findings = await asyncio.to_thread(storage.examine, either)
        assert "2 processes share the 16 shards, and all of these are served." in said(findings)
