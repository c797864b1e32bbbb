"""PostgreSQL: several connections for reading, one for writing and one for leases, each with a thread of its own.

SQLite lets one process write at a time, and the store relies on that: each write begins with an advisory lock that all
processes on one database share. Leases have another one, so that no write, however long, keeps a process from renewing
what it holds. If the connection is lost, a read or a write is run again on a new one; if it is lost
while a write is committed, the server is asked what became of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import psycopg
from psycopg import errors

from bot.address import PostgresAddress
from bot.errors import DatabaseUnavailableError
from bot.store.engine import Engine, P, Query, T
from bot.store.postgres import rights, start, upgrade
from bot.store.postgres.connection import StoreConnection, connect
from bot.store.postgres.listening import Listener
from bot.store.postgres.locks import LEASES, WRITING
from bot.store.postgres.outage import Outage

READERS = 3
"""Connections for reading."""
PATIENCE = 2.0
"""Seconds from the loss of a connection within which it is made anew before anybody is told of it."""
LAST = 0.5
"""Seconds that what runs may still take when the database is closed; then it is cancelled."""
CANCEL = 0.3
"""Seconds that the server has to take note of that."""
_PAUSE = 0.05
"""Seconds between two attempts."""
_ATTEMPTS = 3
"""How often a transaction is run if the connection is lost in it every time."""

_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Each statement sees what was committed before it: a snapshot from before the lock would miss the last write.
_WRITE, _COORDINATE = (
    (
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
        f" SELECT pg_advisory_xact_lock({lock}), pg_current_xact_id()::text"
    ).encode()
    for lock in (WRITING, LEASES)
)

_STANDBY = (errors.ReadOnlySqlTransaction, errors.FeatureNotSupported)
"""What a server that has become a standby says to a write: in its middle, or as it begins."""

_Q = ParamSpec("_Q")
_R = TypeVar("_R")


class _LostError(Exception):
    """The connection was lost before the transaction was committed, so nothing of it was stored."""

    def __init__(self, error: psycopg.Error) -> None:
        super().__init__(error)
        self.error = error


class Line:
    """A connection with a thread of its own, made anew whenever it was lost."""

    def __init__(self, address: PostgresAddress, name: str, outage: Outage) -> None:
        self._address = address
        self._outage = outage
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"byeol-{name}")
        self._connection: psycopg.Connection | None = None
        self._made_at = time.monotonic()
        self._lost_at: float | None = None
        self._failed = False
        self._closing = False
        self._cut_off = False

    async def run(self, function: Callable[_Q, _R], *args: _Q.args, **kwargs: _Q.kwargs) -> _R:
        """Call `function` on the thread. It runs to its end even if whoever waits for it is cancelled."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_R] = loop.create_future()

        def settle(how: Callable[[Any], None], what: object) -> None:
            if not future.done():
                how(what)

        def job() -> None:
            try:
                done: tuple[Callable[[Any], None], object] = (future.set_result, function(*args, **kwargs))
            except BaseException as error:
                done = (future.set_exception, error)
            with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
                loop.call_soon_threadsafe(settle, *done)

        self._executor.submit(job)
        return await future

    def prepare(self) -> None:
        """Connect for the first time, and create or migrate the schema. Raises `StartError` if that cannot be done."""
        self._connection = start.connect(self._address)
        try:
            rights.verify(self._connection, self._address)
            upgrade.bring_up_to_date(self._connection, self._address)
        except psycopg.Error as error:
            raise start.refused(error, self._address) from error

    def connection(self) -> psycopg.Connection:
        """The connection, made anew if it was lost. Raises `DatabaseUnavailableError` after `PATIENCE`."""
        if self._cut_off:
            raise DatabaseUnavailableError("its connection is being closed")
        while self._connection is None or self._connection.closed:
            if self._closing:  # what waits in line would try one after the other
                raise DatabaseUnavailableError("its connection was lost, and is being closed")
            self._made_at = time.monotonic()
            try:
                self._connection = connect(self._address)
            except psycopg.OperationalError as error:
                self._note_loss(error)
                if time.monotonic() - (self._lost_at or 0) > PATIENCE:
                    raise DatabaseUnavailableError(start.reason(error)) from error
                time.sleep(_PAUSE)
        self._lost_at = None
        return self._connection

    def _note_loss(self, error: psycopg.Error) -> None:
        if self._cut_off:  # by this process itself
            return
        if isinstance(error, _STANDBY):
            self._outage.read_only(error)
        else:
            self._outage.lost(error, self._made_at)
        self._lost_at = self._lost_at or time.monotonic()
        self._failed = True

    def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` on one snapshot."""
        return self._in_transaction(_READ, query, *args, **kwargs)

    def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` in one transaction, while no other process writes."""
        return self._in_transaction(_WRITE, query, *args, **kwargs)

    def coordinate(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` in one transaction, while no other process changes leases."""
        return self._in_transaction(_COORDINATE, query, *args, **kwargs)

    def _in_transaction(self, begin: bytes, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        error: psycopg.Error | None = None
        for _ in range(_ATTEMPTS):
            connection = self.connection()
            try:
                return self._try(connection, begin, query, *args, **kwargs)
            except _LostError as lost:
                error = lost.error
                self._note_loss(error)
        assert error is not None
        raise DatabaseUnavailableError(f"its connection was lost several times ({start.reason(error)})") from error

    def _try(
        self, connection: psycopg.Connection, begin: bytes, query: Query[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            begun = connection.execute(begin)
            result = query(StoreConnection(connection), *args, **kwargs)
        except BaseException as error:
            # Any error may have ended it: a timeout of the server is none of the operational ones.
            if isinstance(error, psycopg.Error) and connection.closed:
                raise _LostError(error) from error
            if isinstance(error, _STANDBY) and begin is not _READ:
                connection.close()  # another one may lead to the server that is the primary by now
                raise _LostError(error) from error
            ended = _end(connection)
            if isinstance(error, psycopg.Error) and not ended:
                raise _LostError(error) from error
            if isinstance(error, psycopg.OperationalError):
                raise DatabaseUnavailableError(start.reason(error)) from error
            raise
        try:
            connection.execute(b"COMMIT")
        except psycopg.Error as error:
            if not connection.closed:
                if isinstance(error, psycopg.OperationalError):
                    raise DatabaseUnavailableError(start.reason(error)) from error
                raise
            if begin is not _READ and not self._is_committed(begun, error):
                raise _LostError(error) from error
        if self._failed:
            self._failed = False
            self._outage.answers(writing=begin is not _READ)
        return result

    def _is_committed(self, begun: psycopg.Cursor[Any], error: psycopg.Error) -> bool:
        """What became of a transaction whose commit was not answered.

        Raises `DatabaseUnavailableError` if the server cannot be asked.
        """
        begun.nextset()
        row = begun.fetchone()
        assert row is not None
        self._note_loss(error)
        begun_at = time.monotonic()
        while True:
            connection = self.connection()
            with contextlib.suppress(psycopg.OperationalError):  # it was lost again
                status = connection.execute("SELECT pg_xact_status(%s::xid8)", (row[1],)).fetchone()
                if status != ("in progress",):
                    return status == ("committed",)
            if time.monotonic() - begun_at > PATIENCE:
                raise DatabaseUnavailableError("it is not known whether it stored what was written")
            time.sleep(_PAUSE)

    async def close(self) -> None:
        """Close the connection once all that was asked is done, or after `LAST` seconds, and end the thread."""
        self._closing = True
        closing = asyncio.ensure_future(self.run(self._close))
        await asyncio.wait([closing], timeout=LAST)
        if not closing.done():
            await asyncio.to_thread(self._cut)
        await closing
        self._executor.shutdown(wait=False)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _cut(self) -> None:
        """Cancel what runs, lest its locks outlast this process, and let it fail even if the server says nothing."""
        self._cut_off = True
        connection = self._connection
        if connection is None:
            return
        with contextlib.suppress(psycopg.Error):
            connection.cancel_safe(timeout=CANCEL)
        with (
            contextlib.suppress(psycopg.Error, OSError),  # it has ended meanwhile
            socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as held,  # of whichever family
        ):
            held.shutdown(socket.SHUT_RDWR)


def _end(connection: psycopg.Connection) -> bool:
    """Roll back, if there is a transaction left to be. A connection that cannot even do that is closed: then, False."""
    try:
        connection.execute(b"ROLLBACK")
    except psycopg.OperationalError:
        connection.close()
        return False
    return True


class Postgres(Engine):
    """The open connections to one database of a PostgreSQL server. Create one with `Postgres.open`."""

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        outage = Outage()
        self._writer = Line(address, "writer", outage)
        self._coordinator = Line(address, "coordinator", outage)
        self._readers = [Line(address, f"reader-{number}", outage) for number in range(READERS)]
        self._listeners: list[Listener] = []
        self._returning: asyncio.Future[None] | None = None
        self._idle: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
        for reader in self._readers:
            self._idle.put_nowait(reader)

    @classmethod
    async def open(cls, address: PostgresAddress) -> Postgres:
        """Connect, and create or migrate the schema as needed. Raises `StartError` if that cannot be done."""
        engine = cls(address)
        try:
            await engine._writer.run(engine._writer.prepare)
        except BaseException:
            await engine.close()
            raise
        return engine

    async def read(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` on one consistent snapshot, and return its result."""
        reader = await self._idle.get()
        try:
            result = await reader.run(reader.read, query, *args, **kwargs)
        except asyncio.CancelledError:
            # The query still runs on its thread: until it ends, only the other readers are available.
            self._returning = asyncio.ensure_future(self._return(reader))
            raise
        except BaseException:
            self._idle.put_nowait(reader)
            raise
        self._idle.put_nowait(reader)
        return result

    async def _return(self, reader: Line) -> None:
        await reader.run(lambda: None)
        self._idle.put_nowait(reader)

    async def write(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `query` in one transaction, and return its result; roll back if it raises."""
        return await self._writer.run(self._writer.write, query, *args, **kwargs)

    async def coordinate(self, query: Query[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Like `write`, for leases: it waits for who changes these, and not for who writes."""
        return await self._coordinator.run(self._coordinator.coordinate, query, *args, **kwargs)

    async def follow(self, changed: Callable[[], object]) -> None:
        """Call `changed` on the event loop whenever the server tells that something searchable changed."""
        self._listeners.append(Listener(self._address, changed))

    async def close(self) -> None:
        """Close every connection once its pending queries are done, or after `LAST` seconds."""
        await asyncio.gather(
            *(listener.close() for listener in self._listeners),
            *(line.close() for line in (*self._readers, self._writer, self._coordinator)),
        )
