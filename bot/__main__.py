"""The command line: ``byeol COMMAND``, or ``python -m bot COMMAND``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import discord

from bot import __version__, installation, settings
from bot.catalogue.origin import PROVIDERS
from bot.client import Byeol
from bot.errors import (
    DatabaseUnavailableError,
    RestartError,
    SeedError,
    SettingError,
    StartError,
    UnreachableError,
)
from bot.operations.backup import backup, restore
from bot.operations.move import move
from bot.running import run, seed_empty
from bot.store import holdings
from bot.store.database import Database, alone, copied
from bot.store.sqlite.trouble import trouble

FAILED = 2
"""The exit code for errors that the operator has to fix."""

TRY_AGAIN = 75
"""The exit code if a service cannot be reached, so that trying again later may help: EX_TEMPFAIL of sysexits(3)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "run":
                values = settings.read()
                chosen, open_data = settings.load(values), settings.load_sync(values, asks=False)
                return asyncio.run(run(chosen, open_data, settings.load_backups(values)))
            case "seed" if options.new is not None:
                return _new(options.new, options.paths)
            case "seed":
                return asyncio.run(
                    _seed(options.paths or [installation.seeds()], dry_run=options.dry_run, force=options.force)
                )
            case "sync":
                return asyncio.run(_sync(options))
            case "setup":
                # Imported here, since only this and `check` need it.
                from bot.operations.setup import Setup

                return Setup(installation.env_file(), discord.utils.utcnow).run(lambda: main(["sync"]))
            case "check":
                return asyncio.run(_check(online=options.online, as_json=options.json))
            case "backup":
                address = settings.database_address(settings.read())
                return backup(address, options.file, discord.utils.utcnow(), replace=options.force)
            case "restore":
                values = settings.read()
                address, folder = settings.database_address(values), settings.load_backups(values).folder
                return restore(address, options.file, discord.utils.utcnow(), folder=folder, again=options.again)
            case "move":
                return move(settings.address("FROM", options.source), settings.address("TO", options.target))
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
    except (UnreachableError, RestartError) as error:
        _complain(error.problem)
        return TRY_AGAIN
    except StartError as error:
        _complain(error.problem)
    except SeedError as error:
        _complain("\n".join(error.problems))
    except DatabaseUnavailableError as error:
        _complain(f"{error}. Try again once it does; nothing that it took is lost.")
        return TRY_AGAIN
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        problem = trouble(error)
        if problem is None:
            raise
        _complain(problem)
    return FAILED


def _complain(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=installation.command(), description="Byeol, a Discord bot for K-drama and K-pop fans."
    )
    parser.add_argument("--version", action="version", version=f"Byeol {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("setup", help="ask for the token and what else a bot needs, and write it to .env")
    commands.add_parser("run", help="start the bot on Discord; settings are in .env")
    seed = commands.add_parser("seed", help="load seed files into the database")
    seed.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files or folders (default: those that come with Byeol)"
    )
    seed.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    seed.add_argument("--new", metavar="SLUG", help="write a file to fill in, SLUG.toml, and load nothing")
    seed.add_argument("--force", action="store_true", help="remove even a large share of the catalogue")
    sync = commands.add_parser("sync", help="take in open data; it can be stopped at any time, and goes on from there")
    sync.add_argument(
        "providers", nargs="*", type=_provider, metavar="PROVIDER", help=f"{', '.join(PROVIDERS)} (default: all)"
    )
    sync.add_argument("--full", action="store_true", help="ask for everything, not only for what changed")
    sync.add_argument("--force", action="store_true", help="change or remove even a large share of what is held")
    sync.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
    sync.add_argument("--report", type=Path, metavar="FILE", help="write every change, and what is doubtful, to a file")
    sync.add_argument("--from", type=Path, dest="path", metavar="PATH", help="read a dump of one provider instead")
    sync.add_argument("--forget", action="store_true", help="take back all that the named providers stated")
    sync.add_argument("--check", action="store_true", help="ask each provider for one small thing, and change nothing")
    check = commands.add_parser("check", help="look for what is wrong, and say what to do; changes nothing")
    check.add_argument("--online", action="store_true", help="ask Discord, too, and look at every channel")
    check.add_argument("--json", action="store_true", help="write what was found as JSON")
    backup = commands.add_parser("backup", help="copy the database while the bot runs, and verify the copy")
    backup.add_argument("file", type=Path, metavar="FILE", help="a file to make, or a folder")
    backup.add_argument("--force", action="store_true", help="replace the file if it is there already")
    restore = commands.add_parser("restore", help="replace the database by a backup, and keep what it replaces")
    restore.add_argument("file", type=Path, metavar="FILE", help="a file that `backup` made")
    restore.add_argument(
        "--again", action="store_true", help="announce what came due since the backup, even if that was done already"
    )
    move = commands.add_parser("move", help="carry a database over to another place or engine, and verify it")
    for name, metavar, words in (("source", "FROM", "a file"), ("target", "TO", "a new file")):
        move.add_argument(name, metavar=metavar, help=f"{words}, or postgresql://user:password@host/database")
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


def _provider(text: str) -> str:
    """Check a provider's name. Raises `argparse.ArgumentTypeError`."""
    if text.lower() not in PROVIDERS:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(PROVIDERS)}")
    return text.lower()


def _port(text: str) -> int:
    """Parse a port; 0 is any free one. Raises `argparse.ArgumentTypeError`."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port: it has to be a number from 0 to 65535")
    return int(text)


def _new(slug: str, folders: Sequence[Path]) -> int:
    from bot.seeding.scaffold import create

    # What comes with an installed Byeol is replaced with it, and no place for one's own files.
    usual = installation.seeds() if installation.is_clone() else Path()
    file = create(slug, folders[0] if folders else usual)
    sys.stdout.write(
        f"Wrote {file}. Fill it in, and check it: {installation.command()} seed --dry-run {file}\n"
        "Until it is filled in, the folder it stands in cannot be loaded, not by the demo either.\n"
    )
    return 0


async def _seed(paths: Sequence[Path], *, dry_run: bool, force: bool) -> int:
    from bot.seeding.command import seed

    address = settings.database_address(settings.read())
    with tempfile.TemporaryDirectory() as empty:
        # A dry run leaves nothing behind, not even an empty database.
        if dry_run and not (isinstance(address, Path) and address.exists()):
            address = copied(address, Path(empty))
        database = await Database.open(address)
        try:
            return await seed(database, paths, dry_run=dry_run, force=force)
        finally:
            await database.close()


async def _sync(options: argparse.Namespace) -> int:
    # Imported here, since the parsers of the providers' documents are large.
    from bot.providers import command

    values = settings.read()
    if options.forget and not options.providers:
        raise StartError(f"Say whose statements are to be forgotten: {installation.command()} sync PROVIDER --forget.")
    chosen = settings.load_sync(values, asks=options.path is None and not options.forget)
    names = options.providers or (["wikidata"] if options.path else chosen.providers)
    if options.path is not None and (len(names) > 1 or "tvmaze" in names):
        raise StartError(
            f"A dump is of one provider: {installation.command()} sync wikidata --from PATH, or musicbrainz."
        )
    address = settings.database_address(values)
    asked = command.Options(names, options.full, options.force, options.dry_run, options.path, options.report)
    if options.check:
        return await command.check(chosen, asked)
    with contextlib.ExitStack() as stack:
        if options.dry_run:
            address = copied(address, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        else:
            stack.enter_context(alone(address))
        database = await Database.open(address)
        try:
            if await database.read(holdings.is_empty):
                await seed_empty(database)
            if options.forget:
                return await command.forget(database, names)
            return await command.run(chosen, database, asked)
        finally:
            await database.close()


async def _check(*, online: bool, as_json: bool) -> int:
    # Imported here, since it reads seed files, whose parsers are large.
    from bot.operations.check import Check

    return await Check(discord.utils.utcnow, as_json=as_json).run(
        installation.env_file(), _command_names if online else None
    )


async def _command_names() -> list[str]:
    """The names of the commands, from a client that is never logged in."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "byeol.db")
        try:
            async with Byeol(database) as client:
                await client.load_cogs()
                return sorted(command.name for command in client.tree.get_commands())
        finally:
            await database.close()


if __name__ == "__main__":
    sys.exit(main())
