"""PostgreSQL: one writer at a time whatever happens to connections, and what an operator is told when nothing works."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast
from unittest import mock

import psycopg
import pytest

from bot import logs, settings
from bot.address import PostgresAddress, secrets_of
from bot.catalogue.model import Kind
from bot.errors import DatabaseUnavailableError, SettingError, StartError
from bot.store import lookup as following
from bot.store.connection import Connection
from bot.store.database import Database, alone, copied
from bot.store.lookup import Lookup
from bot.store.postgres import connection as connections
from bot.store.postgres import engine, schema, start
from bot.store.postgres.connection import connect
from bot.store.postgres.locks import LEASES, WRITING
from tests.helpers import apply, opened, write
from tests.postgres import Server, free_port, name_of, running
from tests.store.contents import contents
from tests.store.dated import seed

pytestmark = pytest.mark.slow


@pytest.fixture
def address(postgres: Server) -> Generator[PostgresAddress]:
    address = postgres.database("empty")
    yield address
    postgres.drop(address)


@pytest.fixture
async def database(address: PostgresAddress) -> AsyncGenerator[Database]:
    async with opened(address) as database:
        yield database


def note(connection: Connection, slug: str) -> None:
    connection.execute("INSERT INTO source (slug, publisher, origin) VALUES (?, 'Herald', 'test')", (slug,))


def notes(connection: Connection) -> list[str]:
    return [slug for (slug,) in connection.execute("SELECT slug FROM source ORDER BY slug")]


def count_up(connection: Connection) -> None:
    """What goes wrong if two do it at once."""
    (number,) = connection.execute("SELECT revision FROM catalogue").fetchone()
    connection.execute("UPDATE catalogue SET revision = ?", (number + 1,))


def revision(connection: Connection) -> int:
    return connection.execute("SELECT revision FROM catalogue").fetchone()[0]


# Transactions


async def test_a_write_that_fails_leaves_nothing_and_takes_nothing_of_others(database: Database) -> None:
    def fail(connection: Connection) -> None:
        note(connection, "half")
        raise LookupError

    outcomes = await asyncio.gather(
        database.write(note, "before"), database.write(fail), database.write(note, "after"), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [type(None), LookupError, type(None)]
    assert await database.read(notes) == ["after", "before"]


async def test_a_query_that_is_wrong_leaves_its_connection_usable(database: Database) -> None:
    def wrong(connection: Connection) -> None:
        connection.execute("SELECT * FROM no_such_table")

    for run in (database.read, database.write):
        for _ in range(engine.READERS + 1):
            with pytest.raises(psycopg.errors.UndefinedTable):
                await run(wrong)
    assert await database.read(notes) == []


async def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        await database.read(note, "sneaked in")


async def test_a_read_sees_one_snapshot_while_others_write(database: Database) -> None:
    begun, written = threading.Event(), threading.Event()

    def read_twice(connection: Connection) -> tuple[list[str], list[str]]:
        first = notes(connection)
        begun.set()
        assert written.wait(60)
        return first, notes(connection)

    reading = asyncio.ensure_future(database.read(read_twice))
    assert await asyncio.to_thread(begun.wait, 60)
    await database.write(note, "meanwhile")
    written.set()
    assert await reading == ([], [])
    assert await database.read(notes) == ["meanwhile"]


async def test_two_processes_never_write_at_once(database: Database, address: PostgresAddress) -> None:
    async with opened(address) as other:
        await asyncio.gather(*(one.write(count_up) for _ in range(20) for one in (database, other)))
    assert await database.read(revision) == 40


async def test_two_processes_never_coordinate_at_once(database: Database, address: PostgresAddress) -> None:
    async with opened(address) as other:
        await asyncio.gather(*(one.coordinate(count_up) for _ in range(20) for one in (database, other)))
    assert await database.read(revision) == 40


async def test_who_coordinates_does_not_wait_for_who_writes_nor_the_other_way_round(
    database: Database, address: PostgresAddress
) -> None:
    for held, runs in ((WRITING, database.coordinate), (LEASES, database.write)):
        with closing(connect(address)) as other:
            other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({held})".encode())
            async with asyncio.timeout(60):
                await runs(note, f"beside {held}")
    assert len(await database.read(notes)) == 2


async def test_writes_see_each_other_whatever_isolation_the_server_prefers(postgres: Server) -> None:
    address = postgres.database()
    postgres.ask(f"ALTER DATABASE {name_of(address)} SET default_transaction_isolation = 'serializable'")
    async with opened(address) as one, opened(address) as other:
        await asyncio.gather(*(database.write(count_up) for _ in range(20) for database in (one, other)))
        assert await one.read(revision) == 40


async def test_a_read_that_is_given_up_does_not_lose_its_reader(database: Database) -> None:
    go = threading.Event()
    try:
        waiting = [asyncio.ensure_future(database.read(lambda _: go.wait(60))) for _ in range(6)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    finally:
        go.set()
    assert await asyncio.gather(*(database.read(notes) for _ in range(6))) == [[]] * 6


async def test_what_only_a_user_could_type_is_looked_for_and_not_found(database: Database) -> None:
    def look(connection: Connection) -> list[object]:
        return connection.execute("SELECT 1 FROM source WHERE slug = ?", ("a\0b",)).fetchall()

    assert await database.read(look) == []


async def test_a_list_of_nothing_holds_nothing(database: Database) -> None:
    def ask(connection: Connection) -> tuple[int, int]:
        return connection.execute(
            "SELECT (SELECT count(*) FROM catalogue WHERE id IN ()),"
            " (SELECT count(*) FROM catalogue WHERE id NOT IN ())"
        ).fetchone()

    assert await database.read(ask) == (0, 1)


# Lost connections


class Proxy:
    """Stands between the bot and the server, and cuts every connection at a chosen moment, once."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.cut: tuple[bytes, str] | None = None
        """What a client says before it is cut off; and whether the server hears that: ``unheard`` or ``heard``."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, database: str) -> PostgresAddress:
        return PostgresAddress.parse(f"postgresql://test:test@127.0.0.1:{self.port}/{database}")

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._server.port))
            for one, other, says in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(one, other), kwargs={"says": says}, daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, *, says: bool) -> None:
        with one, other:
            try:
                while data := one.recv(65536):
                    if says and self.cut is not None and self.cut[0] in data:
                        how, self.cut = self.cut[1], None
                        if how == "heard":
                            other.sendall(data)
                            time.sleep(0.2)  # it does what it was told, and nobody hears the answer
                        for each in (one, other):
                            each.shutdown(socket.SHUT_RDWR)
                        return
                    other.sendall(data)
            except OSError:
                return


@pytest.fixture
def proxy(postgres: Server) -> Generator[Proxy]:
    if not postgres.ask("SELECT 1 FROM pg_roles WHERE rolname = 'test'"):
        postgres.ask("CREATE ROLE test SUPERUSER LOGIN PASSWORD 'test'")
    proxy = Proxy(postgres)
    yield proxy
    proxy.close()


@pytest.mark.parametrize("said", [b"COMMIT", b"INSERT INTO source", b"pg_advisory_xact_lock"])
@pytest.mark.parametrize("how", ["heard", "unheard"])
@pytest.mark.parametrize("kind", ["write", "coordinate"])
async def test_a_write_whose_connection_is_lost_is_done_once(
    address: PostgresAddress, proxy: Proxy, said: bytes, how: str, kind: str
) -> None:
    async with opened(proxy.address(name_of(address))) as database:
        run = database.write if kind == "write" else database.coordinate
        await run(note, "before")
        proxy.cut = (said, how)
        await run(note, "once")  # twice would break the key
        assert proxy.cut is None, "nothing was cut"
        assert await database.read(notes) == ["before", "once"]


@pytest.mark.parametrize("last", [False, True], ids=["before more", "before the end"])
async def test_a_write_that_the_server_ended_because_nothing_came_is_done_once(
    address: PostgresAddress, last: bool
) -> None:
    hung: list[bool] = []

    def hang_once(connection: Connection, name: str) -> None:
        if last:
            note(connection, name)
        if not hung:
            hung.append(True)
            time.sleep(1.3)  # as if what it says next were held up on its way
        if not last:
            note(connection, name)

    with mock.patch.object(connections, "IDLE_TIMEOUT", 1):
        async with opened(address) as database:
            await database.write(hang_once, "once")
            assert await database.read(notes) == ["once"]


async def test_a_read_whose_connection_is_lost_is_answered(address: PostgresAddress, proxy: Proxy) -> None:
    async with opened(proxy.address(name_of(address))) as database:
        await database.write(note, "one")
        for _ in range(engine.READERS):
            await database.read(notes)
        proxy.cut = (b"SELECT slug", "heard")
        assert await database.read(notes) == ["one"]
        assert proxy.cut is None


async def test_connections_that_the_server_ended_are_made_anew(database: Database, postgres: Server) -> None:
    await database.write(note, "one")
    await database.read(notes)
    postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'byeol'")
    await database.write(note, "two")
    assert await asyncio.gather(*(database.read(notes) for _ in range(5))) == [["one", "two"]] * 5


async def test_a_connection_that_can_do_no_more_is_made_anew(database: Database) -> None:
    """What psycopg leaves if the server ends a connection in the middle of `executemany`, and it is not closed yet."""
    tries: list[None] = []

    def lose_once(connection: Connection) -> None:
        note(connection, "one")
        tries.append(None)
        if len(tries) == 1:
            held = cast("psycopg.Cursor[object]", connection.execute("SELECT 1")).connection.pgconn
            held.enter_pipeline_mode()
            held.send_query_params(b"SELECT 1", None)
            held.exit_pipeline_mode()

    await database.write(lose_once)
    assert await database.read(notes) == ["one"]
    await database.write(note, "two")


async def everybody(database: Database) -> set[type[object]]:
    """Use every connection at once, and return what kinds of outcomes there are."""
    outcomes = await asyncio.gather(
        *(database.read(notes) for _ in range(engine.READERS)),
        database.write(revision),
        database.coordinate(revision),
        return_exceptions=True,
    )
    return {type(outcome) for outcome in outcomes}


def said_of_the_server(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().partition(":")[0] for record in caplog.records if "The database" in record.getMessage()]


async def test_a_server_that_stops_is_said_to_once_and_taken_up_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.3)
    caplog.set_level("INFO")
    with running() as server:
        async with opened(server.database()) as database:
            await database.write(note, "before")
            assert DatabaseUnavailableError not in await everybody(database)
            server.stop()
            with pytest.raises(DatabaseUnavailableError):
                await database.write(note, "lost")
            server.start()
            await database.write(note, "after")
            await everybody(database)  # the others notice only now
            assert await database.read(notes) == ["after", "before"]
            assert said_of_the_server(caplog) == ["The database does not answer", "The database answers again"]
            caplog.clear()
            server.stop()
            for _ in range(2):
                assert await everybody(database) == {DatabaseUnavailableError}
            server.start()
            assert DatabaseUnavailableError not in await everybody(database)
            assert said_of_the_server(caplog) == ["The database does not answer", "The database answers again"]


async def test_a_server_that_came_back_as_a_standby_is_read_and_written_once_it_is_promoted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    with running() as server:
        async with opened(server.database()) as database:
            await database.write(note, "before")
            await everybody(database)
            server.stop()
            server.stand_by()
            server.start()
            for run in (database.write, database.coordinate):
                with pytest.raises(DatabaseUnavailableError, match="during recovery"):
                    await run(note, "refused")
            assert await database.read(notes) == ["before"]
            server.ask("SELECT pg_promote()")
            for name, run in (("written", database.write), ("coordinated", database.coordinate)):
                await run(note, name)
            assert await database.read(notes) == ["before", "coordinated", "written"]
    lines = said_of_the_server(caplog)
    assert lines.count("The database takes no changes") == 1
    assert lines[-1] == "The database answers again"


async def test_a_write_on_a_connection_that_has_become_read_only_is_done_on_another(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    left = 4

    def meet(connection: Connection, name: str) -> None:
        nonlocal left
        if left:
            left -= 1
            connection.execute("SET TRANSACTION READ ONLY")
        note(connection, name)

    with pytest.raises(DatabaseUnavailableError, match="read-only"):
        await database.write(meet, "refused three times")
    await database.write(meet, "refused once")
    assert await database.read(notes) == ["refused once"]
    assert said_of_the_server(caplog) == ["The database takes no changes", "The database answers again"]


@pytest.mark.parametrize("hangs", [False, True], ids=["takes long", "hangs"])
async def test_who_closes_a_database_does_not_wait_for_a_statement_that_takes_long(hangs: bool) -> None:
    begun = threading.Event()

    def take_long(connection: Connection) -> None:
        begun.set()
        connection.execute("SELECT pg_sleep(60)")

    with running() as server:
        database = await Database.open(server.database())
        asked = [asyncio.ensure_future(run(take_long)) for run in (database.read, database.write, database.write)]
        assert await asyncio.to_thread(begun.wait, 60)
        if hangs:
            server.pause()
        try:
            told = time.monotonic()
            await database.close()
            took = time.monotonic() - told
        finally:
            if hangs:
                server.go_on()
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailableError}
        assert took < 5
        if not hangs:
            server.ask(f"SET lock_timeout = '20s'; SELECT pg_advisory_lock({WRITING})")  # others may write


async def test_who_closes_a_database_that_is_away_does_not_wait_for_all_that_was_asked(
    address: PostgresAddress, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying, go = threading.Event(), threading.Event()
    attempts = 0

    def away(_: PostgresAddress) -> psycopg.Connection:
        nonlocal attempts
        attempts += 1
        trying.set()
        assert go.wait(60)
        raise psycopg.OperationalError("timeout expired")

    database = await Database.open(address)
    monkeypatch.setattr(engine, "connect", away)
    postgres.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'byeol'")
    writes = [asyncio.ensure_future(database.write(note, f"{number}")) for number in range(20)]
    assert await asyncio.to_thread(trying.wait, 60)
    closing_down = asyncio.ensure_future(database.close())
    await asyncio.sleep(0)  # it has begun
    go.set()
    await closing_down
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailableError}
    assert attempts == 1


async def test_a_process_that_hangs_does_not_keep_others_from_writing(
    database: Database, address: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "IDLE_TIMEOUT", 1)
    with closing(connect(address)) as hangs:
        hangs.execute(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})".encode())
        await database.write(note, "after a second")
    assert await database.read(notes) == ["after a second"]


async def test_who_writes_for_too_long_is_not_waited_for(
    address: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LOCK_TIMEOUT", 1)
    async with opened(address) as database:
        with closing(connect(address)) as other:
            other.execute(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})".encode())
            with pytest.raises(DatabaseUnavailableError):
                await database.write(note, "never")
        await database.write(note, "then")
        assert await database.read(notes) == ["then"]


# Beginnings


async def refused(address: PostgresAddress) -> str:
    with pytest.raises(StartError) as raised:
        await Database.open(address)
    problem = raised.value.problem
    assert "secret" not in problem
    assert len(problem.splitlines()) == 1
    return problem


def on_port(server: Server, user: str, database: str = "postgres") -> PostgresAddress:
    return PostgresAddress.parse(f"postgresql://{user}@127.0.0.1:{server.port}/{database}")


async def test_a_server_that_is_not_there_is_refused_with_what_to_do() -> None:
    address = PostgresAddress.parse(f"postgresql://byeol:secret@127.0.0.1:{free_port()}/byeol")
    problem = await refused(address)
    assert "Is the server running" in problem
    assert "127.0.0.1" in problem


async def test_a_parameter_that_there_is_not_is_refused(address: PostgresAddress) -> None:
    assert "Correct BYEOL_DATABASE" in await refused(PostgresAddress.parse(f"{address.url}&sslmod=require"))


async def test_a_wrong_password_is_refused(postgres: Server) -> None:
    assert "Check the user and the password" in await refused(on_port(postgres, "postgres:secret"))


async def test_a_database_that_is_not_there_is_refused(postgres: Server) -> None:
    problem = await refused(PostgresAddress.parse(postgres.url("not_there")))
    assert "not_there" in problem
    assert "Create it" in problem


async def test_who_may_not_create_tables_is_told_what_to_grant(postgres: Server) -> None:
    postgres.ask("DROP ROLE IF EXISTS guest")
    postgres.ask("CREATE ROLE guest LOGIN")
    address = postgres.database()
    try:
        postgres.ask("REVOKE CREATE ON SCHEMA public FROM PUBLIC", name_of(address))
        problem = await refused(PostgresAddress.parse(postgres.url(name_of(address), "guest")))
        assert "GRANT USAGE, CREATE ON SCHEMA public" in problem
    finally:
        postgres.drop(address)


@pytest.mark.parametrize(
    "granted", ["", "GRANT SELECT ON schema_version TO guest", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest"]
)
async def test_who_may_not_write_the_tables_of_another_one_is_told_whose_they_are(
    address: PostgresAddress, postgres: Server, granted: str
) -> None:
    database = name_of(address)
    postgres.ask("DROP ROLE IF EXISTS guest")
    postgres.ask("CREATE ROLE guest LOGIN")
    try:
        postgres.ask(granted, database)
        problem = await refused(PostgresAddress.parse(postgres.url(database, "guest")))
        assert "ALTER TABLE … OWNER TO …" in problem
    finally:
        postgres.drop(address)


async def test_another_encoding_is_refused(postgres: Server) -> None:
    postgres.ask("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    assert "LATIN1" in await refused(PostgresAddress.parse(postgres.url("latin")))


async def test_too_old_a_server_is_refused(address: PostgresAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "OLDEST", 99)
    assert "PostgreSQL 99 or newer" in await refused(address)


async def test_a_newer_schema_is_refused_and_left_alone(address: PostgresAddress, postgres: Server) -> None:
    postgres.ask("INSERT INTO schema_version VALUES (9999)", name_of(address))
    assert "newer Byeol (its schema is number 9999" in await refused(address)


async def test_a_missing_library_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bot.store.postgres", None)
    address = PostgresAddress.parse("postgresql://byeol:secret@localhost/byeol")
    assert "pip install -r requirements/postgres.txt" in await refused(address)


async def test_two_that_begin_at_once_make_the_schema_once(postgres: Server) -> None:
    address = postgres.database()
    try:
        first, second = await asyncio.gather(Database.open(address), Database.open(address))
        assert await first.read(notes) == await second.read(notes) == []
        await asyncio.gather(first.close(), second.close())
        numbers = postgres.ask("SELECT number FROM schema_version ORDER BY number", name_of(address))
        assert [number for (number,) in numbers] == list(schema.scripts())
    finally:
        postgres.drop(address)


async def test_a_migration_that_fails_leaves_nothing(
    address: PostgresAddress, postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in schema.MIGRATIONS.glob("*.sql"):
        (tmp_path / script.name).write_bytes(script.read_bytes())
    (tmp_path / "9000_broken.sql").write_text("CREATE TABLE half (id BIGINT);\nCREATE TABLE half (id BIGINT);")
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path)
    assert "half" in await refused(address)
    assert postgres.ask("SELECT to_regclass('half')", name_of(address)) == [(None,)]


# What nobody sees


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://byeol:p%40ss-w0rd@db.example:5433/byeol?sslmode=require",
        "postgres://byeol@db.example/byeol?password=p%40ss-w0rd",
    ],
)
def test_a_password_is_not_shown(text: str, caplog: pytest.LogCaptureFixture) -> None:
    address = PostgresAddress.parse(text)
    formatter = logs.Redacting(secrets_of(address))
    record = logging.LogRecord("x", 20, "", 0, "%s %s p@ss-w0rd p%%40ss-w0rd", (text, address), None)
    for shown in (repr(address), str(address), formatter.format(record)):
        assert "w0rd" not in shown
    assert "db.example" in str(address)


def test_what_is_known_to_be_wrong_needs_no_traceback() -> None:
    error = DatabaseUnavailableError("connection refused")
    record = logging.LogRecord("x", 40, "", 0, "Announcing failed", (), (type(error), error, None))
    (line,) = logs.Redacting([]).format(record).splitlines()
    assert line.endswith("Announcing failed: The database does not answer: connection refused")


@pytest.mark.parametrize("text", ["mysql://byeol@localhost/byeol", "postgresql://byeol:a b@localhost/byeol"])
def test_what_is_no_address_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        PostgresAddress.parse(text)


@pytest.mark.parametrize("password", ["hush/hush", "hush@hush", "hush#hush", "hush?hush", "100%hush", "hush%00"])
def test_a_password_whose_signs_are_not_escaped_is_refused_and_not_shown(password: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings.address("BYEOL_DATABASE", f"postgresql://byeol:{password}@127.0.0.1/byeol")
    assert "hush" not in raised.value.problem
    assert "%40" in raised.value.problem


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://byeol:a:b%2Fc@one:5432,two/byeol", "postgresql://byeol@one:5432,two/byeol"),
        ("postgresql://byeol:secret@[::1]:5433/byeol", "postgresql://byeol@[::1]:5433/byeol"),
        ("postgresql:///byeol?host=/run/postgresql&password=secret", "postgresql:///byeol"),
        ("postgresql://byeol@/byeol?host=/run/postgresql", "postgresql://byeol@/byeol"),
    ],
)
def test_what_libpq_knows_is_an_address(text: str, shown: str) -> None:
    assert str(PostgresAddress.parse(text)) == shown


# Search, open data and dry runs


async def test_search_follows_changes_of_others_before_anybody_asks(
    address: PostgresAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "QUIET", 0.05)
    async with opened(address) as database, opened(address) as other:
        await apply(other, write(tmp_path / "seeds", drama=seed()))
        lookup = Lookup(database)
        await lookup.ready()
        await lookup.follow()
        before = await lookup.index()
        await apply(other, write(tmp_path / "seeds", drama=seed().replace("Paper Moon Station", "Second Moon")))
        now = before
        for _ in range(500):
            await asyncio.sleep(0.02)
            if (now := vars(lookup)["_index"]) is not before:  # what asks for it would take in the change itself
                break
        assert now.search("Second Moon", {Kind.WORK}, 5)
        await lookup.close()


@contextmanager
def held(address: PostgresAddress) -> Generator[None]:
    with alone(address):
        yield


def test_one_process_takes_in_open_data(address: PostgresAddress) -> None:
    with held(address), pytest.raises(StartError, match="another process"), held(address):
        pass
    with held(address):
        pass


async def test_a_dry_run_plays_on_a_copy(database: Database, address: PostgresAddress, tmp_path: Path) -> None:
    await apply(database, write(tmp_path / "seeds", drama=seed()))
    copy = await asyncio.to_thread(copied, address, tmp_path)
    async with opened(copy) as file:
        assert await file.read(contents) == await database.read(contents)
        assert await apply(file, write(tmp_path / "seeds", drama=seed())) == []
        await apply(file, write(tmp_path / "seeds", drama=seed().replace("Home", "Away")))
        assert await file.read(contents) != await database.read(contents)


async def test_there_is_nothing_to_copy_of_an_empty_database(postgres: Server, tmp_path: Path) -> None:
    address = postgres.database()
    try:
        assert not (await asyncio.to_thread(copied, address, tmp_path)).exists()
    finally:
        postgres.drop(address)
