"""Subject roles: the roles by which members of a server are told of a drama or an artist. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.catalogue.model import Label

MAX_ROLES = 100
"""The most subject roles of a server: Discord allows 250 roles of all kinds, and its people need some."""
UNUSED = timedelta(days=30)
"""A role that Byeol made is removed once nobody has had it for this long."""


@dataclass(frozen=True, slots=True)
class SubjectRole:
    """A role of a server, with what those who have it are told of. `own`: Byeol made it."""

    role_id: int
    subjects: Sequence[Label]
    own: bool
