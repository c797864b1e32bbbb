"""The rules of the three services: who may ask, and how often.

Sources: https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy, https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting,
https://www.tvmaze.com/api#rate-limiting.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .faults import Reply
from .world import At

CONTACT = re.compile(r"[\w.-]+/[\w.-]+ \([^)]*(@|https?://)[^)]*\)")
"""A User-Agent that says what asks, in which version, and how to reach who runs it."""

SLACK = 0.95
"""How much of its time a window lasts: requests that leave at their time may arrive a little closer together."""


@dataclass(slots=True)
class Limit:
    """At most `count` requests in `window` seconds, by a clock of the test's."""

    count: int
    window: float
    recent: deque[float] = field(default_factory=deque[float])

    def wait(self, now: float) -> float:
        """Seconds until another request is welcome. If that is now, it is counted."""
        while self.recent and self.recent[0] <= now - self.window * SLACK:
            self.recent.popleft()
        if len(self.recent) >= self.count:
            return self.recent[0] + self.window - now
        self.recent.append(now)
        return 0


def published() -> dict[At, Limit]:
    """What the services allow an address that says who it is."""
    return {At.WIKIDATA: Limit(200, 60), At.MUSICBRAINZ: Limit(1, 1), At.TVMAZE: Limit(20, 10)}


@dataclass(slots=True)
class Rules:
    """Lets requests through or refuses them, and keeps what was wrong with them. A service without limit has none."""

    clock: Callable[[], float]
    limits: dict[At, Limit] = field(default_factory=published)
    violations: list[str] = field(default_factory=list[str])

    def refusal(self, at: At, path: str, agent: str) -> Reply | None:
        """What is answered instead, or None if there is nothing to object to."""
        if not CONTACT.match(agent):
            self.violations.append(f"{path}: the User-Agent {agent!r} names no contact")
            return Reply(status=403, text="Please set a User-Agent that names a contact.\n", type="text/plain")
        limit = self.limits.get(at)
        wait = limit.wait(self.clock()) if limit else 0
        if wait <= 0:
            return None
        self.violations.append(f"{path}: {wait:.2f} seconds too early")
        return _too_fast(at, {"Retry-After": str(math.ceil(wait))})


def _too_fast(at: At, headers: dict[str, str]) -> Reply:
    match at:
        case At.MUSICBRAINZ:
            text = "Your requests are exceeding the allowable rate limit."
            return Reply(
                {"error": text, "help": "For usage, please see: https://musicbrainz.org/development/mmd"}, 503, headers
            )
        case At.TVMAZE:
            return Reply({"name": "Too Many Requests", "message": "", "code": 0, "status": 429}, 429, headers)
        case At.WIKIDATA:
            return Reply(status=429, text="Too many requests.\n", type="text/plain", headers=headers)
