"""Who comes to what a server plans itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What a member says who is asked whether they come. Who does not come says nothing."""

    IN = "in"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many members said so."""

    coming: int = 0
    maybe: int = 0

    def of(self, answer: Answer) -> int:
        """How many gave an answer."""
        return self.coming if answer is Answer.IN else self.maybe
