"""Runs the bot: opens the database, shares it with other processes, serves HTTP, and stops in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import discord

from bot import __version__, logs, settings
from bot.address import secrets_of
from bot.client import Byeol
from bot.cluster.keeper import Keeper
from bot.discord_internals import UNREACHABLE, use_api, verify_version
from bot.errors import StartError, UnreachableError
from bot.operations.daily_backups import daily as daily_backups
from bot.operations.daily_backups import latest as latest_backup
from bot.operations.watching import watch
from bot.settings import BackupSettings, Settings, SyncSettings
from bot.store import catalogue, expected, holdings, leases, saved_index
from bot.store.database import Database
from bot.store.sqlite.trouble import Untraced

LEAVE = 0.5
"""Seconds to tell the other processes that this one has ended, if the database is busy."""

TOKEN_REFUSED = 4004
"""The code with which Discord's gateway closes the connection if the token is invalid or revoked
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes)."""

log = logging.getLogger(__name__)


async def run(chosen: Settings, open_data: SyncSettings, backups: BackupSettings) -> int:
    """Run the bot on Discord until it is stopped. Returns the exit code.

    Raises `StartError` or `SettingError` if it cannot start, or if Discord ends the connection for good.
    """
    secrets = [chosen.token, *secrets_of(chosen.database)]
    logs.setup(chosen.log_level, secrets, chosen.log_format, Untraced())
    verify_version()
    place = chosen.database.resolve() if isinstance(chosen.database, Path) else chosen.database
    log.info("Byeol %s keeps its data in %s", __version__, place)
    if chosen.api_url is not None:
        use_api(chosen.api_url)
    database = await Database.open(chosen.database)
    try:
        if chosen.shards is None:
            await _alone(database)
            if await database.read(holdings.is_empty):
                await seed_empty(database)
            return await _serve(chosen, open_data, backups, database)
        keeper = Keeper(database, chosen.shards)
        try:
            await keeper.join()
            await _seeded(database, keeper)
            return await _serve(chosen, open_data, backups, database, keeper)
        finally:
            try:
                async with asyncio.timeout(LEAVE):
                    await keeper.leave()
            except TimeoutError:
                log.warning("The database is busy: this process counts as one of them until its lease ends")
            except Exception:
                log.exception("This process still counts as one of them until its lease ends")
    finally:
        await database.close()


async def _alone(database: Database) -> None:
    """Raise `StartError` if processes that share the shards use the database: this one would serve all of them too."""
    others = await database.read(leases.processes, discord.utils.utcnow())
    if others:
        raise StartError(
            f"This database is used by {len(others)} processes that share the shards."
            " Set BYEOL_SHARDS as for these, or stop them first."
        )


async def _seeded(database: Database, keeper: Keeper) -> None:
    """Let one process fill an empty database, and the others wait for it."""
    while await database.read(holdings.is_empty):
        if keeper.leads:
            await seed_empty(database)
        else:
            await asyncio.sleep(1)


async def _serve(
    chosen: Settings,
    open_data: SyncSettings,
    backups: BackupSettings,
    database: Database,
    keeper: Keeper | None = None,
) -> int:
    client = Byeol(
        database,
        dev_guild=chosen.dev_guild,
        custom_api=chosen.api_url is not None,
        saved_index=saved_index.beside(chosen.database),
        keeper=keeper,
    )
    async with _served(client, chosen, backups):
        return await _started(client, chosen, open_data, backups, database)


@contextlib.asynccontextmanager
async def _served(client: Byeol, chosen: Settings, backups: BackupSettings) -> AsyncGenerator[None]:
    """Serve health and metrics, if that is wanted, from before the bot starts until it has stopped."""
    if chosen.web is None:
        yield
        return
    # Imported here, since only this needs it.
    from bot.web import exposition, health
    from bot.web.server import serving

    file = chosen.database if isinstance(chosen.database, Path) else None
    backed_up = partial(latest_backup, chosen.database, backups.folder) if backups.folder else None
    metrics = exposition.routes(client, file, backed_up)
    async with serving(chosen.web, [*health.routes(client), *metrics]):
        yield


async def _started(
    client: Byeol, chosen: Settings, open_data: SyncSettings, backups: BackupSettings, database: Database
) -> int:
    loop, keeper = asyncio.get_running_loop(), client.keeper
    running = asyncio.ensure_future(client.start(chosen.token))
    take_in = partial(_take_in, chosen, open_data, database)
    aside = [asyncio.ensure_future(_once_ready(client, take_in) if keeper is None else keeper.lead(take_in))]
    if backups.folder is not None:
        back_up = partial(daily_backups, chosen.database, backups.folder, backups.kept, discord.utils.utcnow)
        aside.append(asyncio.ensure_future(back_up() if keeper is None else keeper.lead(back_up)))
    stopping = asyncio.Event()
    told = asyncio.ensure_future(stopping.wait())
    ends: list[asyncio.Future[Any]] = [running, told]
    if isinstance(chosen.database, Path):
        ends.append(asyncio.ensure_future(watch(database, chosen.database, discord.utils.utcnow)))
    if keeper is not None:
        ends += [asyncio.ensure_future(keeper.failed()), asyncio.ensure_future(keeper.drained())]

    def stop() -> None:
        if not stopping.is_set():
            log.info("Told to stop")
            stopping.set()

    def drain() -> None:
        if keeper is None:
            log.info("Told to drain, but no other process shares the shards")
            stop()
        else:
            keeper.drain()

    with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C ends it all the same
        loop.add_signal_handler(signal.SIGTERM, stop)
        loop.add_signal_handler(signal.SIGINT, stop)
        loop.add_signal_handler(signal.SIGUSR1, drain)
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except discord.LoginFailure:
        raise settings.token_refused() from None
    except discord.ConnectionClosed as error:
        if error.code == TOKEN_REFUSED:
            raise settings.token_refused() from None
        raise StartError(f"Discord ended the connection for good (code {error.code}): {error.reason}") from error
    except UNREACHABLE as error:
        raise UnreachableError(f"Discord cannot be reached: {error}") from error
    finally:
        # While it reconnects, discord.py swallows a cancellation: then it ends because the client is closed.
        for task in (*ends, *aside):
            task.cancel()
        await client.close()
        await asyncio.gather(*ends, *aside, return_exceptions=True)
    return 0


async def _once_ready(client: Byeol, work: Callable[[], Awaitable[None]]) -> None:
    ready = asyncio.Event()

    async def answers() -> None:
        ready.set()

    client.add_listener(answers, "on_ready")
    await ready.wait()
    await work()


async def _take_in(chosen: Settings, open_data: SyncSettings, database: Database) -> None:
    """Take in the artists that ship with the bot, and then open data every day, if that is wanted.

    Before that, the dates that are expected of episodes, which an earlier version did not know. What fails is tried
    again: the artists at the next start, open data in an hour.
    """
    try:
        await database.write(expected.catch_up, discord.utils.utcnow())
    except Exception:
        log.exception("The dates of episodes that are expected could not be brought up to date")
    try:
        # Imported here and in a thread, since it is large, and answers must not wait for it.
        starter = await asyncio.to_thread(import_module, "bot.providers.starter")
        await starter.load(database, discord.utils.utcnow)
    except Exception:
        log.exception("The artists that ship with Byeol could not be loaded")
    if open_data.daily:
        from bot.providers.daily import daily, read_apart

        read = partial(read_apart, chosen.database)
        await daily(database, open_data.providers, read, discord.utils.utcnow)


async def seed_empty(database: Database) -> None:
    """Load the catalogue that comes with Byeol into an empty database."""
    # Imported here, since only this needs the parsers of seed files, which are large.
    from bot.seeding import load_own

    changes = await database.write(catalogue.apply, load_own(), discord.utils.utcnow())
    log.info("The database was empty: loaded the catalogue that comes with Byeol (%d statements)", len(changes))
