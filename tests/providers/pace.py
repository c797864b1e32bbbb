"""Time that passes only when somebody waits for it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Seconds, as client and server count them in one test; `waits` are those that the client asked for."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list[float])

    def time(self) -> float:
        """Seconds since the test began."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let time pass, at once."""
        self.waits.append(seconds)
        self.now += seconds
