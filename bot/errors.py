"""Errors that users and operators can cause. They carry data; `bot.text` and `bot.render` put them into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.search import Entry


class ByeolError(Exception):
    """The base of all expected errors: answered in words, never with a traceback."""


@dataclass(eq=False)
class NotFoundError(ByeolError):
    """No entity of the requested kind has that name.

    `near` holds the closest matches, best first; `others` entities of another kind with exactly that name. Both may be
    empty.
    """

    query: str
    near: Sequence[Entry]
    others: Sequence[Entry] = ()


@dataclass(eq=False)
class AmbiguousError(ByeolError):
    """Several entities have that name. `matches` holds at least two, best first."""

    query: str
    matches: Sequence[Entry]


@dataclass(eq=False)
class GoneError(ByeolError):
    """A button refers to something that is no longer in the catalogue."""


@dataclass(eq=False)
class UnknownZoneError(ByeolError):
    """No time zone of the IANA database has that name. `near` holds the closest ones."""

    query: str
    near: Sequence[str]


@dataclass(eq=False)
class MissingPermissionsError(ByeolError):
    """The bot may not post in that channel. `permissions` are Discord's own names, such as ``send_messages``."""

    channel_id: int
    permissions: Sequence[str]


@dataclass(eq=False)
class SettingError(ByeolError):
    """A setting is missing or wrong. `key` is its name in the environment, `problem` one plain sentence."""

    key: str
    problem: str


@dataclass(eq=False)
class SeedError(ByeolError):
    """Seed files that cannot be loaded. One line per problem: file, place, what was expected, what was found."""

    problems: Sequence[str]


@dataclass(eq=False)
class StartError(ByeolError):
    """The bot cannot start, for a reason that the operator can fix."""

    problem: str
