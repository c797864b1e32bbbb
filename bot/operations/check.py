"""The command ``check``: whether a bot could start and do its work, with the settings and the database as they are.

It changes nothing, and may be run while the bot runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from bot import logs, settings
from bot.address import Address, secrets_of
from bot.catalogue.model import Clock
from bot.discord_internals import use_api
from bot.errors import SettingError
from bot.operations import configuration, online, program, report, storage
from bot.operations.finding import Finding, exit_code

Commands = Callable[[], Awaitable[Sequence[str]]]
"""Finds the names of the commands that this version registers."""


class Check:
    """Tells what it finds as it finds it, since Discord may take a while to answer."""

    def __init__(self, clock: Clock, *, as_json: bool = False) -> None:
        self._clock = clock
        self._as_json = as_json
        self._out = Console(quiet=as_json)
        self._findings: list[Finding] = []

    async def run(self, env_file: Path, commands: Commands | None) -> int:
        """Look at everything, and return the exit code. `commands`: given if Discord is to be asked, too."""
        self._tell(program.versions())
        values = self._settings(env_file)
        database = _database(values)
        if database is not None:
            self._tell(storage.examine(database, self._clock))
        self._tell([*program.zones(), *program.clock(self._clock(), database if isinstance(database, Path) else None)])
        self._tell([*program.catalogue(), *program.translations()])
        if commands is not None:
            await self._ask_discord(values, database, commands)
        if self._as_json:
            report.write_json(self._findings)
        else:
            report.show_total(self._out, self._findings)
        return exit_code(self._findings)

    def _tell(self, found: Sequence[Finding]) -> None:
        report.show(self._out, found, after=self._findings[-1].group if self._findings else "")
        self._findings.extend(found)

    def _settings(self, env_file: Path) -> Mapping[str, str]:
        try:
            values = settings.read(env_file=env_file)
        except SettingError as error:
            self._tell([configuration.unreadable(error.key, error.problem)])
            return {}
        self._tell([*configuration.examine(values), *configuration.secrecy(env_file)])
        return values

    async def _ask_discord(self, values: Mapping[str, str], database: Address | None, commands: Commands) -> None:
        try:
            chosen = settings.load(values)
        except SettingError as error:
            self._tell([online.not_asked(error.key)])
            return
        logs.setup("ERROR", [chosen.token, *secrets_of(chosen.database)])
        if chosen.api_url is not None:
            use_api(chosen.api_url)
        channels = storage.subscriptions(database) if database is not None else None
        roles: Mapping[int, Sequence[int]] = storage.subject_roles(database) if database is not None else {}
        names = await commands()
        asking = online.examine(chosen.token, channels, names, self._clock, roles=roles, dev_guild=chosen.dev_guild)
        async for found in asking:
            self._tell(found)


def _database(values: Mapping[str, str]) -> Address | None:
    try:
        return settings.database_address(values)
    except SettingError:
        return None
