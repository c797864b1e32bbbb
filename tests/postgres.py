"""A PostgreSQL server of one's own, in a temporary folder, for as long as a test session lasts."""

from __future__ import annotations

import getpass
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.address import PostgresAddress

SOURCES = ("/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt", "/usr/local/pgsql")
"""Where packages put the programs of a server, which are not on the path."""
MISSING = "no PostgreSQL server is installed here: apt-get install postgresql"
"""Why tests are skipped."""
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""A server that loses everything in a power cut, and that nobody minds."""


def programs() -> Path | None:
    """The folder of the newest server that is installed here; None if there is none."""
    on_path = shutil.which("initdb")
    found = [path for source in SOURCES for path in Path(source).glob("**/bin/initdb") if path.exists()]
    found.sort(key=lambda path: [int(part) for part in path.parts if part.isdecimal()])
    return Path(on_path).parent if on_path else found[-1].parent if found else None


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Server:
    """A server that takes anybody on a socket in its folder, and who has a password on a port of this machine."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.folder = folder
        self.port = free_port()
        self._settings: Mapping[str, object] = {
            **_FAST,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder),
            "max_connections": 100,
            "shared_buffers": "32MB",
            "log_min_messages": "fatal",
            **settings,
        }
        self._process: subprocess.Popen[Any] | None = None
        self._numbers = itertools.count()

    @property
    def _bin(self) -> Path:
        found = programs()
        assert found is not None
        return found

    @property
    def _user(self) -> dict[str, Any]:
        """A server does not run as root."""
        return {"user": "postgres", "group": "postgres", "extra_groups": ()} if os.geteuid() == 0 else {}

    def create(self) -> None:
        """Make the files of a server."""
        if self._user:
            shutil.chown(self.folder, "postgres", "postgres")
        given = (
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
        )
        command = [self._bin / "initdb", "-D", self.folder / "data", *given]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder, **self._user)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        settings = [part for key, value in self._settings.items() for part in ("-c", f"{key}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), *settings],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._user,
            )
        for remaining in reversed(range(200)):
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError:
                if not remaining or process.poll() is not None:
                    raise RuntimeError((self.folder / "log").read_text("utf-8")) from None
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: at once, without waiting for those who are connected (SIGQUIT: as if it had crashed)."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._process = None

    def stand_by(self) -> None:
        """Let it be a standby from its next start on, which takes no changes until somebody promotes it."""
        signal_file = self.folder / "data" / "standby.signal"
        signal_file.touch()
        if self._user:
            shutil.chown(signal_file, "postgres", "postgres")

    def pause(self) -> None:
        """Let it hang: it takes connections, and says nothing."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on after a pause."""
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        own = str(self._process.pid)
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", own], capture_output=True, text=True, check=True)
        for pid in (own, *children.stdout.split()):
            os.kill(int(pid), number)

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """The address of a database, over the socket."""
        return f"postgresql://{user}@/{database}?host={self.folder}&port={self.port}"

    def address(self, database: str) -> PostgresAddress:
        """The same as Byeol's settings have it."""
        return PostgresAddress.parse(self.url(database))

    def ask(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What the server answers its owner."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def database(self, template: str = "template0", name: str | None = None) -> PostgresAddress:
        """A new database, a copy of another one that nobody is connected to."""
        name = name or f"byeol_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def drop(self, address: PostgresAddress) -> None:
        """Drop a database, whoever is connected to it."""
        self.ask(f"DROP DATABASE IF EXISTS {name_of(address)} WITH (FORCE)")


def name_of(address: PostgresAddress) -> str:
    """The name of a database."""
    return address.url.partition("@/")[2].partition("?")[0]


@contextmanager
def running(**settings: object) -> Generator[Server]:
    """A new server until the end of the block; where none can be started, the test is skipped."""
    if programs() is None:
        pytest.skip(MISSING)
    shared = Path("/dev/shm")
    base = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=f"byeol-{getpass.getuser()[:8]}-", dir=base) as folder:
        server = Server(Path(folder), **settings)
        try:
            server.create()
            server.start()
            yield server
        finally:
            server.stop()
