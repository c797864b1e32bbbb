"""The command ``setup``: asks for what a bot needs, checks it, and writes it to ``.env``.

Nothing is written before the last question is answered.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot import installation, logs, settings
from bot.catalogue.model import Clock
from bot.discord_internals import use_api
from bot.errors import SettingError, StartError
from bot.operations import configuration, env_file, portal, report, storage, terminal
from bot.operations.finding import Finding, Level

STOPPED = 130
"""The exit code after Ctrl+C, as the shell has it."""

TOKEN, DATABASE, CONTACT, SYNC = "DISCORD_TOKEN", "BYEOL_DATABASE", "BYEOL_CONTACT", "BYEOL_SYNC"

_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)

_STEPS = f"""\
  1. Open {portal.PORTAL} and log in.
  2. Choose New Application, and give it the name under which people will see the bot.
  3. On the page Bot, choose Reset Token, then Copy.
  4. Paste it here and press Enter. It is not shown while you paste it.
It is the bot's password: show it to nobody, and reset it if somebody saw it."""

_UNLIKE = (
    "That is no token. A token is long, and has three parts with dots in between. The application's id, its public key"
    " and the client secret are something else: take what Reset Token shows, on the page Bot."
)


@dataclass(frozen=True, slots=True)
class Known:
    """What Discord says of a token: the bot's name, its invite link, and what is set wrong in the portal."""

    name: str
    link: str
    findings: list[Finding]


class Setup:
    """One conversation. `changes` is what will be written."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._out = Console(highlight=False)
        self._values = settings.read(env_file=path)
        self._filed = settings.read({}, path)
        self._known: Known | None = None
        self.changes: dict[str, str] = {}

    def run(self, first_sync: Callable[[], int]) -> int:
        """Ask, write, and say what comes next. Returns the exit code; `first_sync` takes in open data, and has its own.

        Raises `SettingError` if what is set already cannot be used, and `StartError` if nothing can be written.
        """
        terminal.demand("setup", f"put the settings into {self._path} (README, “On Discord”)")
        address = settings.api_url(self._values)
        if address is not None:
            use_api(address)
        try:
            self._say("Ctrl+C ends this at any time, and leaves everything as it is.")
            self._show_what_is_set()
            self._token()
            self._database()
            self._open_data()
        except (KeyboardInterrupt, EOFError):
            self._say("\nStopped. Nothing was changed.")
            return STOPPED
        if self.changes or configuration.secrecy(self._path):
            env_file.save(self._path, self.changes)
            self._say(f"\n{self._path} is written, for this user's eyes only.")
        else:
            self._say(f"\nEverything is set already: {self._path} stays as it is.")
        self._show_what_comes_next()
        return self._sync(first_sync)

    def _say(self, text: str, style: str = "") -> None:
        # Wrapped by the terminal alone, so that an address can be copied.
        self._out.print(Text(text, style), soft_wrap=True)

    def _chosen(self) -> Mapping[str, str]:
        return {**self._values, **self.changes}

    def _fixed(self, key: str) -> bool:
        """Whether the environment sets a key, so that what is in the file does not count."""
        return self._values.get(key) != self._filed.get(key)

    def _show_what_is_set(self) -> None:
        for key in (TOKEN, DATABASE, CONTACT, SYNC):
            if key in self._values:
                value = self._shown(key)
                self._say(f"  {key}: {value}{' (by the environment)' if self._fixed(key) else ''}")

    def _shown(self, key: str) -> str:
        """A value, without a password."""
        if key == TOKEN:
            return "set"
        if key != DATABASE:
            return self._values[key]
        try:
            return str(settings.database_address(self._values))
        except SettingError:
            return "set, but it cannot be used"

    # The token

    def _token(self) -> None:
        self._say("\nThe bot's token", "bold")
        if TOKEN in self._values and self._keeps_token():
            return
        self._say(_STEPS)
        while True:
            token = terminal.ask_secretly("Token")
            if not _SHAPE.fullmatch(token):
                self._say(_UNLIKE)
            elif self._accepts(token):
                self.changes[TOKEN] = token
                return

    def _keeps_token(self) -> bool:
        """Whether the token that is set remains."""
        try:
            self._introduce(self._values[TOKEN].strip())
        except SettingError as error:
            if self._fixed(TOKEN):
                raise
            self._say(f"{error.key} {error.problem}")
            return False
        except StartError as error:
            self._say(f"{error.problem} The token that is set stays, unchecked.")
            return True
        return self._fixed(TOKEN) or not terminal.agreed("Set another one?", default=False)

    def _accepts(self, token: str) -> bool:
        """Whether Discord takes a new token, or it is to be saved although Discord could not be asked.

        Raises `StartError` if neither.
        """
        while True:
            try:
                self._introduce(token)
            except SettingError:
                self._say("Discord refused it. Copy it once more, or choose Reset Token and copy the new one.")
                return False
            except StartError as error:
                self._say(error.problem)
                if terminal.agreed("Try again?", default=True):
                    continue
                if terminal.agreed("Save the token unchecked?", default=False):
                    return True
                raise StartError("Nothing was changed.") from None
            return True

    def _introduce(self, token: str) -> None:
        if not _SHAPE.fullmatch(token):
            raise settings.token_refused()
        self._say("Asking Discord …")
        logs.setup("ERROR", [token])
        self._known = asyncio.run(_whose(token, self._clock))
        self._say(f"It is the token of {self._known.name}.")
        for finding in self._known.findings:
            report.show_one(self._out, finding)

    # The rest

    def _database(self) -> None:
        if DATABASE in self._values:
            return
        self._say("\nThe database", "bold")
        self._say(
            "One file holds everything that the bot knows and has announced. It is made at the first start."
            "\nIf you run a PostgreSQL server: the address of an empty database, postgresql://user:password@host/database."
        )
        while True:
            typed = terminal.ask("File or address", str(settings.database_address({})))
            try:
                found = storage.examine(settings.database_address({DATABASE: typed}), self._clock)
            except SettingError as error:
                self._say(f"It {error.problem}")
                continue
            wrong = [finding for finding in found if finding.level is Level.PROBLEM]
            for finding in wrong:
                report.show_one(self._out, finding)
            if not wrong:
                self.changes[DATABASE] = typed
                return

    def _open_data(self) -> None:
        self._say("\nOpen data", "bold")
        if CONTACT not in self._values:
            self._say(
                "Byeol comes with a handful of dramas and some 400 groups. The K-drama field comes from Wikidata,"
                "\nTVmaze and MusicBrainz, which ask for a way to reach you. They see it; nobody else does."
            )
            contact = self._ask_contact()
            if not contact:
                self._say("Skipped: run setup again to switch it on later.")
                return
            self.changes[CONTACT] = contact
        if self._values.get(SYNC, "").strip().lower() == "daily" or self._fixed(SYNC):
            self._say("It is taken in once a day." if self._chosen().get(SYNC) == "daily" else "It is switched off.")
            return
        daily = terminal.agreed("Take in what is new once a day, while the bot runs?", default=SYNC not in self._values)
        if daily or SYNC not in self._values:
            self.changes[SYNC] = "daily" if daily else "off"

    def _ask_contact(self) -> str:
        while True:
            contact = terminal.ask("Your mail address, or a web address (Enter skips this)")
            if not contact:
                return ""
            try:
                return settings.load_sync({CONTACT: contact}, asks=True).contact
            except SettingError as error:
                self._say(f"It {error.problem}")

    def _show_what_comes_next(self) -> None:
        self._say("\nWhat comes next", "bold")
        if self._known is not None:
            self._say(f"  Invite the bot to your server:\n    {self._known.link}")
        else:
            self._say("  Run setup again when Discord can be reached: it checks the token and shows the invite link.")
        self._say(f"  Start it:\n    {installation.command()} run")
        self._say("  Then type /announcements setup in your server, and choose a channel.")
        self._say(f"  If something does not work, this says what:\n    {installation.command()} check --online")

    def _sync(self, first_sync: Callable[[], int]) -> int:
        if CONTACT not in self._chosen() or storage.synced(settings.database_address(self._chosen())):
            return 0
        self._say("\nThe first time, open data takes hours. It can be stopped with Ctrl+C, and goes on from there.")
        if self._chosen().get(SYNC) == "daily":
            self._say("The bot takes it in by itself once it runs.")
        try:
            if not terminal.agreed("Begin now?", default=False):
                return 0
        except (KeyboardInterrupt, EOFError):
            self._say("")
            return 0
        return first_sync()


async def _whose(token: str, clock: Clock) -> Known:
    async with portal.session(token, clock) as session:
        application = session.application
        return Known(str(session.user), portal.invite_link(application.id), portal.examine(application))
