"""Errors that users and operators can cause. They carry data; `bot.text` and `bot.render` put them into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.occasions.asked.model import Asked, Reason
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
class TooFastError(ByeolError):
    """Somebody uses the bot faster than anybody can by hand. `until`: the time of the next try."""

    until: datetime


@dataclass(eq=False)
class StoppingError(ByeolError):
    """The bot is being stopped, and what was asked of it is not done, or not all of it."""


@dataclass(eq=False)
class OutdatedError(ByeolError):
    """A button or a menu asks for what none does: it is from another version or another server, or was made up."""


@dataclass(eq=False)
class UnknownZoneError(ByeolError):
    """No time zone of the IANA database has that name. `near` holds the closest ones."""

    query: str
    near: Sequence[str]


@dataclass(eq=False)
class NotUnderstoodError(ByeolError):
    """A text does not say when something is to take place. `part` is what of it stands in the way, or all of it.

    `readings` are several if it is ambiguous; otherwise at most one: what was understood, and cannot be.
    """

    reason: Reason
    part: str
    readings: Sequence[Asked] = ()


@dataclass(eq=False)
class MissingPermissionsError(ByeolError):
    """The bot may not post in that channel. `permissions` are Discord's own names, such as ``send_messages``."""

    channel_id: int
    permissions: Sequence[str]


class RoleTrouble(Enum):
    """Why a member cannot be given a role, or it cannot be taken back."""

    OFF = auto()
    """The server's admins turned that off."""
    FORBIDDEN = auto()
    """The bot may not manage roles there."""
    ABOVE = auto()
    """The role is not beneath the bot's own highest one."""
    NOT_OURS_TO_GIVE = auto()
    """Nobody can be given it: it is everybody's, or an integration's."""
    NOT_YOURS = auto()
    """Who wants others to have it could not give it to them by hand."""
    POWERFUL = auto()
    """It comes with permissions."""
    FULL = auto()
    """The server has as many of these roles as the bot makes."""
    SERVER_FULL = auto()
    """The server has as many roles as Discord allows."""
    NO_ANSWER = auto()
    """Discord did not answer, or somebody else's attempt takes long: it is worth trying again soon."""
    LEFT = auto()
    """The member is no longer in the server."""


@dataclass(eq=False)
class RoleError(ByeolError):
    """A member cannot be told of something by a role. `role_id`: which one, if it is there."""

    trouble: RoleTrouble
    role_id: int | None = None


@dataclass(eq=False)
class UnfitError(ByeolError):
    """Something cannot be so for an occasion. `field` is what, as `bot.occasions.model.Draft` calls it."""

    field: str


@dataclass(eq=False)
class NotPlannedError(ByeolError):
    """A server's schedule does not have that, or no longer."""


@dataclass(eq=False)
class PlannersOnlyError(ByeolError):
    """Only those who plan may change a server's schedule. `role_id`: the role that lets members do so, if there is."""

    role_id: int | None


class RsvpClosed(Enum):
    """Why nobody is asked any more whether they come."""

    OVER = auto()
    CANCELLED = auto()
    OFF = auto()
    """Those who plan it do not want to know."""


@dataclass(eq=False)
class RsvpClosedError(ByeolError):
    """A member says whether they come to what nobody is asked about."""

    closed: RsvpClosed


@dataclass(eq=False)
class UnreadableError(ByeolError):
    """A file is no calendar, no table and no text, or is too large."""


@dataclass(eq=False)
class PastError(ByeolError):
    """Nothing of an occasion lies ahead, or an occurrence would be over already."""


@dataclass(eq=False)
class TooManyError(ByeolError):
    """A server has as much as it can have. `most`: how much that is."""

    most: int


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


@dataclass(eq=False)
class UnreachableError(StartError):
    """The bot cannot start or go on, since a service it needs cannot be reached now. Later it may be."""


@dataclass(eq=False)
class DatabaseUnavailableError(ByeolError):
    """The database server cannot be reached, or takes nothing at the moment. It is worth trying again soon.

    `reason` is for the log. What was being written may have been stored only if the connection broke in the moment it
    was committed and has not come back since.
    """

    reason: str

    def __str__(self) -> str:
        return f"The database does not answer: {self.reason}"


@dataclass(eq=False)
class RestartError(StartError):
    """The bot has to be started again, which is all that is to be done: a service does so by itself."""
