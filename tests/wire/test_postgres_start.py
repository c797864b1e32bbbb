"""A start on PostgreSQL that cannot be, as a process: one line with what to do, and no password in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence
from typing import NamedTuple

import pytest

from bot.address import PostgresAddress
from tests.postgres import Server, free_port, name_of

from .loopback import Loopback
from .process import BYEOL, BotProcess

pytestmark = pytest.mark.slow

PASSWORD = "hush%2Fhush"
FIX, AGAIN = 2, 75
"""Exit codes: something has to be fixed first; and another try may do."""


@pytest.fixture
def address(postgres: Server) -> Generator[PostgresAddress]:
    """A database with the schema, for the role `visitor`, who has a password and no rights."""
    address = postgres.database("empty")
    name = name_of(address)
    if not postgres.ask("SELECT 1 FROM pg_roles WHERE rolname = 'visitor'"):
        postgres.ask("CREATE ROLE visitor LOGIN PASSWORD 'hush/hush'")
    yield guest(postgres, name)
    postgres.drop(address)


def guest(postgres: Server, database: str, password: str = PASSWORD, port: int | None = None) -> PostgresAddress:
    return PostgresAddress.parse(f"postgresql://visitor:{password}@127.0.0.1:{port or postgres.port}/{database}")


def name(address: PostgresAddress) -> str:
    return address.url.rpartition("/")[2]


class Case(NamedTuple):
    """What is wrong, how it ends, and a part of what is said of it."""

    spoil: Callable[[Server, PostgresAddress], PostgresAddress]
    code: int
    said: str


def wrong_password(server: Server, address: PostgresAddress) -> PostgresAddress:
    return guest(server, name(address), "hush-hush")


def no_database(server: Server, address: PostgresAddress) -> PostgresAddress:
    return guest(server, "nowhere")


def nobody_there(server: Server, address: PostgresAddress) -> PostgresAddress:
    return guest(server, name(address), port=free_port())


def no_right_to_create(server: Server, address: PostgresAddress) -> PostgresAddress:
    server.ask(
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO visitor", name(address)
    )
    return address


def tables_of_another(server: Server, address: PostgresAddress) -> PostgresAddress:
    server.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO visitor", name(address))
    return address


def newer(server: Server, address: PostgresAddress) -> PostgresAddress:
    server.ask("INSERT INTO schema_version VALUES (9999)", name(address))
    server.ask("GRANT ALL ON ALL TABLES IN SCHEMA public TO visitor", name(address))
    return address


def latin(server: Server, address: PostgresAddress) -> PostgresAddress:
    server.ask("DROP DATABASE IF EXISTS latin_start")
    server.ask("CREATE DATABASE latin_start ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    return guest(server, "latin_start")


def no_more_connections(server: Server, address: PostgresAddress) -> PostgresAddress:
    server.ask(f"ALTER DATABASE {name(address)} CONNECTION LIMIT 0")
    return address


@pytest.mark.parametrize(
    "case",
    [
        Case(wrong_password, FIX, "Check the user and the password in BYEOL_DATABASE."),
        Case(no_database, FIX, "Create it, or correct BYEOL_DATABASE"),
        Case(nobody_there, AGAIN, "Is the server running, and reachable?"),
        Case(no_right_to_create, FIX, "GRANT USAGE, CREATE ON SCHEMA public"),
        Case(tables_of_another, FIX, "which belongs to postgres. Let it own them: ALTER TABLE"),
        Case(newer, FIX, "made by a newer Byeol (its schema is number 9999"),
        Case(latin, FIX, "stores text as LATIN1, and Byeol needs UTF8"),
        Case(no_more_connections, AGAIN, "too many connections"),
    ],
    ids=lambda case: case.spoil.__name__,
)
async def test_start_that_cannot_be_is_one_line(
    server: Loopback, postgres: Server, address: PostgresAddress, case: Case
) -> None:
    await ends(server, case.spoil(postgres, address), case.code, case.said)


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ("from bot.store.postgres import start; start.OLDEST = 99", "Byeol needs PostgreSQL 99 or newer"),
        ("sys.modules['psycopg'] = None", "-m pip install -r requirements/postgres.txt"),
    ],
    ids=["too_old", "no_library"],
)
async def test_what_this_machine_or_the_server_lacks_is_one_line(
    server: Loopback, address: PostgresAddress, patch: str, said: str
) -> None:
    program = f"import sys; {patch}; from bot.__main__ import main; sys.exit(main(['run']))"
    await ends(server, address, FIX, said, (sys.executable, "-c", program))


async def ends(server: Loopback, address: PostgresAddress, code: int, said: str, argv: Sequence[str] = BYEOL) -> None:
    """The bot ends at once, and its last line, the only one that is no log, says why."""
    async with BotProcess(server, address, argv=argv) as bot:
        assert await bot.wait(within=30) == code
    (line,) = [line for line in bot.lines if not line[:4].isdigit()]
    assert said in line
    assert "Traceback" not in bot.output
    assert "hush" not in bot.output
