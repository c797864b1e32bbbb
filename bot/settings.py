"""Settings: the only reader of the environment and of ``.env``; `bot.operations.env_file` writes it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot import installation
from bot.address import Address, PostgresAddress
from bot.catalogue.origin import PROVIDERS
from bot.errors import SettingError
from bot.logs import FORMATS, TEXT

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class Listen(NamedTuple):
    """Where a server listens: a host, by name or number, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """As in a web address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ShardChoice:
    """Which of `count` shards a process serves. `ids` is None if the processes divide them among themselves."""

    count: int
    ids: range | None

    def __str__(self) -> str:
        """As it is written in the setting."""
        if self.ids is None:
            return f"auto/{self.count}"
        return f"{self.ids[0]}-{self.ids[-1]}/{self.count}"

    @property
    def numbers(self) -> range:
        """The shards that the process may serve."""
        return range(self.count) if self.ids is None else self.ids

    def agrees(self, other: str) -> bool:
        """Whether a process with this choice can share a database with one whose setting is `other`."""
        return other.endswith(f"/{self.count}") and other.startswith("auto") == (self.ids is None)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can choose. `token` is never shown, not even by `repr`; nor is the password of `database`.

    `shards`: None if this process is the only one, and serves them all.
    """

    token: str = field(repr=False)
    database: Address
    log_level: str
    dev_guild: int | None
    api_url: str | None
    log_format: str = TEXT
    shards: ShardChoice | None = None
    web: Listen | None = None


SYNC = ("off", "daily")

ADDRESSES = {
    "wikidata": ("BYEOL_WIKIDATA_URL", "https://www.wikidata.org/w"),
    "wikidata-query": ("BYEOL_WIKIDATA_QUERY_URL", "https://query.wikidata.org"),
    "tvmaze": ("BYEOL_TVMAZE_URL", "https://api.tvmaze.com"),
    "musicbrainz": ("BYEOL_MUSICBRAINZ_URL", "https://musicbrainz.org/ws/2"),
}
"""The setting that names the address of each service, and the address unless it is set."""


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """How open data is taken in. `contact`: how a provider can reach the operator; without one, none is asked.

    `trusted`: the providers whose dates may be announced.
    """

    contact: str
    daily: bool
    providers: tuple[str, ...]
    trusted: frozenset[str]
    addresses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Where daily backups are made, and how many of them are kept. `folder`: None for no backups."""

    folder: Path | None
    kept: int


def read(environment: Mapping[str, str] | None = None, env_file: Path | None = None) -> Mapping[str, str]:
    """The environment, over the values in `env_file` (by default `installation.env_file`). Empty values count as unset.

    Raises `SettingError` if the file cannot be read, or is not UTF-8 text.
    """
    if env_file is None:
        env_file = installation.env_file()
    try:
        filed = {key: value for key, value in dotenv_values(env_file).items() if value}
    except UnicodeDecodeError:
        raise SettingError(str(env_file), "is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror}). Make it readable for the user that runs Byeol."
        raise SettingError(str(env_file), problem) from None
    own = os.environ if environment is None else environment
    return filed | {key: value for key, value in own.items() if value}


def database_address(values: Mapping[str, str]) -> Address:
    """Where the database is: `BYEOL_DATABASE`, or ``byeol.db`` in the data folder.

    Raises `SettingError` if it cannot be used.
    """
    value = values.get("BYEOL_DATABASE", "").strip()
    return address("BYEOL_DATABASE", value) if value else installation.data_folder() / "byeol.db"


def address(key: str, value: str) -> Address:
    """Where a database is, by what the operator wrote for `key`. Raises `SettingError` if it cannot be used."""
    if "://" in value:
        try:
            return PostgresAddress.parse(value)
        except ValueError:  # not shown, since it may hold a password
            problem = (
                "is neither a path nor an address such as postgresql://user:password@host/database."
                " Signs such as @, / or % in a password are written as %40, %2F and %25."
            )
            raise SettingError(key, problem) from None
    return _path(key, value)


def _path(key: str, path: str | Path) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise SettingError(key, f"is “{path}”, but there is no such user's folder.") from None


def load_backups(values: Mapping[str, str]) -> BackupSettings:
    """Check the settings of daily backups. Raises `SettingError` for the first that is invalid."""
    chosen = values.get("BYEOL_BACKUPS", "").strip()
    kept = values.get("BYEOL_BACKUPS_KEPT", "7").strip()
    if not (kept.isascii() and kept.isdigit() and 1 <= int(kept) <= 1000):
        raise SettingError("BYEOL_BACKUPS_KEPT", f"is “{kept}”, but has to be a number from 1 to 1000.")
    if chosen.lower() == "off":
        return BackupSettings(None, int(kept))
    database = database_address(values)
    beside = database.parent if isinstance(database, Path) else installation.data_folder()
    folder = _path("BYEOL_BACKUPS", chosen) if chosen else beside / "backups"
    return BackupSettings(folder, int(kept))


def load(values: Mapping[str, str]) -> Settings:
    """Check the settings. Raises `SettingError` for the first that is missing or invalid."""
    token = values.get("DISCORD_TOKEN", "").strip()
    if not token:
        where = installation.env_file()
        remedy = f"Run {installation.command()} setup, or put your bot's token into {where} (README, “On Discord”)."
        raise SettingError("DISCORD_TOKEN", f"is missing. {remedy}")
    if any(character.isspace() for character in token):
        raise SettingError("DISCORD_TOKEN", "has a space in it. Copy the token again, and only the token.")
    level = values.get("BYEOL_LOG_LEVEL", "INFO").strip().upper()
    if level not in LEVELS:
        raise SettingError("BYEOL_LOG_LEVEL", f"is “{level}”, which is none of {', '.join(LEVELS)}.")
    log_format = values.get("BYEOL_LOG_FORMAT", TEXT).strip().lower()
    if log_format not in FORMATS:
        raise SettingError("BYEOL_LOG_FORMAT", f"is “{log_format}”, which is neither {' nor '.join(FORMATS)}.")
    guild = values.get("BYEOL_DEV_GUILD", "").strip()
    if guild and not (guild.isascii() and guild.isdigit() and 15 <= len(guild) <= 20):
        raise SettingError(
            "BYEOL_DEV_GUILD", f"is “{guild}”, which is no server id: right-click the server, “Copy Server ID”."
        )
    return Settings(
        token=token,
        database=database_address(values),
        log_level=level,
        dev_guild=int(guild) if guild else None,
        api_url=api_url(values),
        log_format=log_format,
        shards=shard_choice(chosen) if (chosen := values.get("BYEOL_SHARDS", "").strip().lower()) else None,
        web=_listen("BYEOL_WEB", web) if (web := values.get("BYEOL_WEB", "").strip()) else None,
    )


def _listen(key: str, value: str) -> Listen:
    """A port of this machine alone, or a host and a port. Raises `SettingError`."""
    host, colon, port = value.rpartition(":")
    host = host if colon else "127.0.0.1"
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        host = ""
    if not host or not host.isprintable() or any(letter in host for letter in " /@[]"):
        usable = False
    else:
        usable = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
    if not usable:
        raise SettingError(key, f"is “{value}”, which is neither a port such as 8080 nor one such as 0.0.0.0:8080.")
    return Listen(host, int(port))


def api_url(values: Mapping[str, str]) -> str | None:
    """The base of the API that takes Discord's place, if any. Raises `SettingError` if it is no address."""
    address = values.get("BYEOL_API_URL", "").strip()
    return _address("BYEOL_API_URL", address) if address else None


def shard_choice(value: str) -> ShardChoice:
    """Read what the setting says. Raises `SettingError` if it says something else."""
    found = re.fullmatch(r"(?:auto|(\d{1,4})(?:-(\d{1,4}))?)/(\d{1,4})", value, re.ASCII)
    if found is None or int(found[3]) == 0:
        problem = f"is “{value}”, which is neither a range of shards such as 0-3/16 nor auto/16."
        raise SettingError("BYEOL_SHARDS", problem)
    count = int(found[3])
    if found[1] is None:
        return ShardChoice(count, None)
    first, last = int(found[1]), int(found[2] or found[1])
    if not first <= last < count:
        raise SettingError("BYEOL_SHARDS", f"is “{value}”, but {count} shards are numbered from 0 to {count - 1}.")
    return ShardChoice(count, range(first, last + 1))


def _address(key: str, value: str) -> str:
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and not any(character.isspace() for character in value)
        usable = parts.scheme in ("http", "https") and named and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        example = "https://discord.com/api/v10" if key == "BYEOL_API_URL" else dict(ADDRESSES.values())[key]
        raise SettingError(key, f"is “{value}”, which is no address such as {example}.")
    return value.rstrip("/")


def load_sync(values: Mapping[str, str], *, asks: bool) -> SyncSettings:
    """Check the settings of `sync`. Raises `SettingError` for the first that is invalid.

    `asks`: whether providers will be asked. They want to know whom to tell of a problem, so then a contact is required.
    """
    mode = values.get("BYEOL_SYNC", "off").strip().lower()
    if mode not in SYNC:
        raise SettingError("BYEOL_SYNC", f"is “{mode}”, which is neither off nor daily.")
    contact = values.get("BYEOL_CONTACT", "").strip()
    if not contact and (asks or mode == "daily"):
        raise SettingError(
            "BYEOL_CONTACT",
            "is missing. Providers of open data ask for one: put your mail address or a web address there.",
        )
    if not contact.isprintable() or not contact.isascii() or "(" in contact or ")" in contact:
        raise SettingError("BYEOL_CONTACT", "has to be a mail or web address, in plain letters and without brackets.")
    return SyncSettings(
        contact=contact,
        daily=mode == "daily",
        providers=_providers("BYEOL_SYNC_FROM", values.get("BYEOL_SYNC_FROM", ",".join(PROVIDERS))),
        trusted=frozenset(_providers("BYEOL_SYNC_TRUST_DATES", values.get("BYEOL_SYNC_TRUST_DATES", "tvmaze"))),
        addresses={
            name: _address(key, values.get(key, "").strip() or usual) for name, (key, usual) in ADDRESSES.items()
        },
    )


def _providers(key: str, value: str) -> tuple[str, ...]:
    """Names of providers with commas in between; ``none`` is none."""
    names = tuple(dict.fromkeys(name for part in value.split(",") if (name := part.strip().lower())))
    if names == ("none",):
        return ()
    for name in names:
        if name not in PROVIDERS:
            raise SettingError(key, f"names “{name}”, which is none of {', '.join(PROVIDERS)}.")
    return names


def token_refused() -> SettingError:
    """What to say when Discord does not accept the token."""
    return SettingError(
        "DISCORD_TOKEN", "was refused by Discord. Copy it again from the developer portal (Bot, Reset Token)."
    )


_LOADERS: tuple[Callable[[Mapping[str, str]], object], ...] = (load, partial(load_sync, asks=False), load_backups)
_STAND_IN = "x"
"""Passes for a token and for a contact, so that what else is wrong shows too."""


def problems(values: Mapping[str, str]) -> list[SettingError]:
    """Everything that is wrong with the settings, where a start would name the first thing only."""
    found = (problem for load_some in _LOADERS for problem in _problems(load_some, _Noting(values, set())))
    return list({problem.key: problem for problem in found}.values())


def unknown(values: Mapping[str, str]) -> dict[str, str | None]:
    """Settings that have Byeol's prefix but that nothing reads, each with the setting that may be meant."""
    asked: set[str] = set()
    for load_some in _LOADERS:
        _problems(load_some, _Noting(values, asked))
    found = (key for key in values if key.startswith(("BYEOL_", "DISCORD_")) and key not in asked)
    return {key: next(iter(get_close_matches(key, sorted(asked), n=1, cutoff=0.75)), None) for key in found}


class _Noting(Mapping[str, str]):
    """Values that note which of them are asked for."""

    def __init__(self, values: Mapping[str, str], asked: set[str]) -> None:
        self.values_left = dict(values)
        self._asked = asked

    def __getitem__(self, key: str) -> str:
        self._asked.add(key)
        return self.values_left[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_left)

    def __len__(self) -> int:
        return len(self.values_left)


def _problems(load_some: Callable[[Mapping[str, str]], object], values: _Noting) -> list[SettingError]:
    """What a loader says, over and over, each time without what it named before."""
    found: dict[str, SettingError] = {}
    left = values.values_left
    while True:
        try:
            load_some(values)
        except SettingError as error:
            known = error.key in found
            found.setdefault(error.key, error)
            if error.key in left and not known:
                del left[error.key]
            elif left.get(error.key) != _STAND_IN:
                left[error.key] = _STAND_IN
            else:
                return list(found.values())
        else:
            return list(found.values())


def environment_of_child(database: Address) -> dict[str, str]:
    """The environment for another process of Byeol: with this database, and without the token, which it needs not."""
    return {key: value for key, value in os.environ.items() if key != "DISCORD_TOKEN"} | {
        "BYEOL_DATABASE": str(database.resolve()) if isinstance(database, Path) else database.url
    }
