"""Errors that a person can cause. They carry data, never prose: `bot.text` and `bot.render` find the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.search import Entry


class ByeolError(Exception):
    """The base of everything below: expected, answered in words, and never a traceback."""


@dataclass(eq=False)
class NotFoundError(ByeolError):
    """Nothing of the kind that was asked for is called that.

    `near` holds what comes closest, best first; `others` what is called just so, but is something else. Both may be
    empty.
    """

    query: str
    near: Sequence[Entry]
    others: Sequence[Entry] = ()


@dataclass(eq=False)
class AmbiguousError(ByeolError):
    """More than one thing is called that. `matches` holds them, best first; at least two."""

    query: str
    matches: Sequence[Entry]


@dataclass(eq=False)
class GoneError(ByeolError):
    """A button led to something that the catalogue no longer holds."""


@dataclass(eq=False)
class UnknownZoneError(ByeolError):
    """No time zone of the IANA database has that name."""

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
    """Seed files that cannot be loaded. One line a problem: file, place, what was expected, what was found."""

    problems: Sequence[str]


@dataclass(eq=False)
class StartError(ByeolError):
    """The bot cannot start, for a reason that the operator can mend."""

    problem: str
