"""Settings: the only reader of the environment and of ``.env``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot.errors import SettingError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can choose. `token` is never shown, not even by `repr`."""

    token: str = field(repr=False)
    database: Path
    log_level: str
    dev_guild: int | None
    api_url: str | None


def read(environment: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Mapping[str, str]:
    """The environment, over the values in `env_file`. Empty values count as unset.

    Raises `SettingError` if the file cannot be read, or is not UTF-8 text.
    """
    try:
        filed = {key: value for key, value in dotenv_values(env_file).items() if value}
    except UnicodeDecodeError:
        raise SettingError(str(env_file), "is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror}). Make it readable for the user that runs Byeol."
        raise SettingError(str(env_file), problem) from None
    own = os.environ if environment is None else environment
    return filed | {key: value for key, value in own.items() if value}


def database_path(values: Mapping[str, str]) -> Path:
    """The path of the database: `BYEOL_DATABASE` or ``data/byeol.db``. Raises `SettingError` if unusable."""
    path = values.get("BYEOL_DATABASE", "").strip() or "data/byeol.db"
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise SettingError("BYEOL_DATABASE", f"is “{path}”, but there is no such user's folder.") from None


def load(values: Mapping[str, str]) -> Settings:
    """Check the settings. Raises `SettingError` for the first that is missing or invalid."""
    token = values.get("DISCORD_TOKEN", "").strip()
    if not token:
        raise SettingError(
            "DISCORD_TOKEN",
            "is missing. Copy .env.example to .env and put your bot's token there (README, “On Discord”).",
        )
    if any(character.isspace() for character in token):
        raise SettingError("DISCORD_TOKEN", "has a space in it. Copy the token again, and only the token.")
    level = values.get("BYEOL_LOG_LEVEL", "INFO").strip().upper()
    if level not in LEVELS:
        raise SettingError("BYEOL_LOG_LEVEL", f"is “{level}”, which is none of {', '.join(LEVELS)}.")
    guild = values.get("BYEOL_DEV_GUILD", "").strip()
    if guild and not (guild.isascii() and guild.isdigit() and 15 <= len(guild) <= 20):
        raise SettingError(
            "BYEOL_DEV_GUILD", f"is “{guild}”, which is no server id: right-click the server, “Copy Server ID”."
        )
    return Settings(
        token=token,
        database=database_path(values),
        log_level=level,
        dev_guild=int(guild) if guild else None,
        api_url=_api_url(values.get("BYEOL_API_URL", "").strip()),
    )


def _api_url(value: str) -> str | None:
    if not value:
        return None
    try:
        parts = urlsplit(value)
        named = bool(parts.hostname) and not any(character.isspace() for character in value)
        usable = parts.scheme in ("http", "https") and named and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise SettingError("BYEOL_API_URL", f"is “{value}”, which is no address such as https://discord.com/api/v10.")
    return value.rstrip("/")
