"""What is asked about the whole catalogue is read again once that changed, and not before."""

from __future__ import annotations

import asyncio
import math

import pytest

from bot.store import whole
from bot.store.browse import artists, dramas, page_of
from bot.store.connection import Connection
from bot.store.database import Database
from bot.store.whole import Whole


def add_drama(connection: Connection) -> None:
    connection.execute("INSERT INTO entity (kind, slug) VALUES ('work', 'one-more')")
    connection.execute("UPDATE catalogue SET revision = revision + 1")


class Counted:
    """A query that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, connection: Connection) -> int:
        self.asked += 1
        return len(dramas(connection))


async def test_it_is_read_once_until_the_catalogue_changes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "CHEAP", math.inf)  # however busy the machine is
    known, query = Whole(database), Counted()
    before = await known.ask(query)
    assert await known.ask(query) == before
    assert query.asked == 1
    await database.write(add_drama)
    assert await known.ask(query) == before + 1
    assert query.asked == 2


async def test_what_takes_long_is_kept_for_a_while_even_if_the_catalogue_changes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "CHEAP", -1.0)
    monkeypatch.setattr(whole, "SHARE", 10**9)
    known, query = Whole(database), Counted()
    before = await known.ask(query)
    await database.write(add_drama)
    assert await known.ask(query) == before
    assert query.asked == 1


async def test_many_who_ask_at_once_have_it_read_once(database: Database) -> None:
    known, query = Whole(database), Counted()
    assert len(set(await asyncio.gather(*(known.ask(query) for _ in range(20))))) == 1
    assert query.asked == 1


async def test_each_query_has_a_result_of_its_own(database: Database) -> None:
    known = Whole(database)
    assert list(await known.ask(dramas)) != list(await known.ask(artists))


async def test_what_is_gone_since_a_list_was_made_is_left_out(database: Database) -> None:
    ids = await database.read(dramas)
    page = await database.read(page_of, [ids[0], 10**6], 0)
    assert (len(page.entries), page.total) == (1, 2)
