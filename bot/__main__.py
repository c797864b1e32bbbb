"""The command line: ``python -m bot run | seed | demo``. Wires everything together."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import discord

from bot import __version__, logs, settings
from bot.client import Byeol
from bot.discord_internals import use_api, verify_version
from bot.errors import SeedError, SettingError, StartError
from bot.settings import Settings
from bot.store import catalogue
from bot.store.database import Database

SEEDS = Path(__file__).parent.parent / "seeds"

FAILED = 2
"""The exit code for errors that the operator has to fix."""

TOKEN_REFUSED = 4004
"""The code with which Discord's gateway closes the connection if the token is invalid or revoked
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes)."""

log = logging.getLogger("bot")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "run":
                return asyncio.run(run(settings.load(settings.read())))
            case "seed" if options.new is not None:
                return _new(options.new, options.paths[0])
            case "seed":
                return asyncio.run(_seed(options.paths, dry_run=options.dry_run, force=options.force))
            case _:
                from bot.demo import main as demo

                return demo(
                    port=options.port,
                    tour=not options.no_tour,
                    browse=options.open,
                    transcript=options.transcript,
                    shots=options.shots,
                )
    except SettingError as error:
        _complain(f"{error.key} {error.problem}")
    except StartError as error:
        _complain(error.problem)
    except SeedError as error:
        _complain("\n".join(error.problems))
    except KeyboardInterrupt:
        return 130
    return FAILED


def _complain(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Byeol, a Discord bot for K-drama and K-pop fans."
    )
    parser.add_argument("--version", action="version", version=f"Byeol {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="start the bot on Discord; settings are in .env")
    seed = commands.add_parser("seed", help="load seed files into the database")
    seed.add_argument(
        "paths", nargs="*", type=Path, default=[SEEDS], metavar="PATH", help="files or folders (default: seeds/)"
    )
    seed.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    seed.add_argument("--new", metavar="SLUG", help="write a file to fill in, SLUG.toml, and load nothing")
    seed.add_argument("--force", action="store_true", help="remove even a large share of the catalogue")
    demo = commands.add_parser("demo", help="try the bot in a browser, without a token")
    demo.add_argument(
        "--port", type=_port, metavar="NUMBER", help="where to serve it (default: 8765, or the next free)"
    )
    demo.add_argument("--no-tour", action="store_true", help="begin with an empty server")
    demo.add_argument("--open", action="store_true", help="open the page in your browser")
    instead = demo.add_mutually_exclusive_group()
    instead.add_argument("--transcript", action="store_true", help="no browser: play the tour in the terminal and end")
    instead.add_argument(
        "--shots", type=Path, metavar="DIR", help="write pictures of the demo to a folder; needs Chromium"
    )
    return parser


def _port(text: str) -> int:
    """Parse a port; 0 is any free one. Raises `argparse.ArgumentTypeError`."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: it has to be a number from 0 to 65535")
    return int(text)


async def run(chosen: Settings) -> int:
    """Run the bot on Discord until it is stopped. Returns the exit code.

    Raises `StartError` or `SettingError` if it cannot start, or if Discord ends the connection for good.
    """
    logs.setup(chosen.log_level, [chosen.token])
    verify_version()
    if chosen.api_url is not None:
        use_api(chosen.api_url)
    database = await Database.open(chosen.database)
    try:
        if await database.read(catalogue.is_empty):
            await seed_empty(database)
        return await _serve(chosen, database)
    finally:
        await database.close()


async def _serve(chosen: Settings, database: Database) -> int:
    client = Byeol(database, dev_guild=chosen.dev_guild, custom_api=chosen.api_url is not None)
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(client.start(chosen.token))
    stopped = False

    def stop() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            log.info("Told to stop")
            running.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers; Ctrl-C ends it all the same
            loop.add_signal_handler(number, stop)
    try:
        await running
    except asyncio.CancelledError:
        if not stopped:
            raise
    except discord.LoginFailure:
        raise _token_refused() from None
    except discord.ConnectionClosed as error:
        if error.code == TOKEN_REFUSED:
            raise _token_refused() from None
        raise StartError(f"Discord ended the connection for good (code {error.code}): {error.reason}") from error
    except (discord.HTTPException, discord.GatewayNotFound, OSError) as error:
        raise StartError(f"Discord cannot be reached: {error}") from error
    finally:
        await client.close()
    return 0


def _token_refused() -> SettingError:
    return SettingError(
        "DISCORD_TOKEN", "was refused by Discord. Copy it again from the developer portal (Bot, Reset Token)."
    )


async def seed_empty(database: Database) -> None:
    """Load the catalogue that comes with Byeol into an empty database."""
    # Imported here, since only this needs the parsers of seed files, which are large.
    from bot.seeding import load_own

    changes = await database.write(catalogue.apply, load_own(), discord.utils.utcnow())
    log.info("The database was empty: loaded the catalogue that comes with Byeol (%d statements)", len(changes))


def _new(slug: str, folder: Path) -> int:
    from bot.seeding.scaffold import create

    file = create(slug, folder)
    sys.stdout.write(
        f"Wrote {file}. Fill it in, and check it: python -m bot seed --dry-run {file}\n"
        "Until it is filled in, the folder it stands in cannot be loaded, not by the demo either.\n"
    )
    return 0


async def _seed(paths: Sequence[Path], *, dry_run: bool, force: bool) -> int:
    from bot.seeding.command import seed

    path = settings.database_path(settings.read())
    with tempfile.TemporaryDirectory() as empty:
        # A dry run leaves nothing behind, not even an empty database.
        database = await Database.open(Path(empty) / path.name if dry_run and not path.exists() else path)
        try:
            return await seed(database, paths, dry_run=dry_run, force=force)
        finally:
            await database.close()


if __name__ == "__main__":
    sys.exit(main())
