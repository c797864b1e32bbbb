"""What can happen to a request on its way: a log of it, a planned fault, a rate limit."""

from __future__ import annotations

import math
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .payloads import Payload, Upload

VIA = {"Via": "1.1 google"}
"""Discord's own 429 passed its proxy; clients take one without this header for a ban by the network."""

NO_HEADERS: Mapping[str, str] = {}


@dataclass(slots=True)
class Request:
    """One REST call as it arrived; `path` is what follows /api/v10, `at` is on the monotonic clock.

    `status` is None for as long as the call has no answer, and for ever if its connection was cut.
    """

    method: str
    path: str
    query: Mapping[str, str]
    json: Any
    files: list[Upload]
    at: float
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A fault: answer with this instead."""

    status: int
    json: Payload = field(default_factory=lambda: {"message": "fault", "code": 0})
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Drop:
    """A fault: close the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Stall:
    """A fault: go on as usual, but only after this time."""

    seconds: float


Action = Answer | Drop | Stall | Callable[[], object]
"""A fault's effect; a callable is called (to kill the bot, for instance) and nothing is answered."""

IN_DOUBT: Mapping[str, tuple[Action, bool]] = {
    "500": (Answer(500, {"message": "oops", "code": 0}), False),
    "502 after storing": (Answer(502, {"message": "oops", "code": 0}), True),
    "503 after storing": (Answer(503, {"message": "oops", "code": 0}), True),
    "dropped before storing": (Drop(), False),
    "dropped after storing": (Drop(), True),
}
"""What Discord does to a request so that nobody knows what became of it, and whether it was carried out before."""


@dataclass(slots=True)
class Fault:
    """A rule for requests whose path (after /api/v10) contains the pattern.

    `before` strikes before the request has its effect, which it then never has unless it was only stalled;
    `after` strikes when the effect is done and only the answer is missing. `times` is None for always.
    """

    method: str
    path: str
    action: Action
    when: Literal["before", "after"] = "before"
    times: int | None = 1
    hits: int = 0

    def strikes(self, request: Request, when: Literal["before", "after"]) -> bool:
        """Whether the rule applies now; says so once for each of its times."""
        spent = self.times is not None and self.hits >= self.times
        if spent or when != self.when or request.method != self.method or not re.search(self.path, request.path):
            return False
        self.hits += 1
        return True


def rate_limited(retry_after: float, *, everywhere: bool = False) -> Answer:
    """Discord's 429; `everywhere` is its global limit."""
    scope = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"} if everywhere else {}
    body: Payload = {
        "message": "You are being rate limited.",
        "retry_after": math.ceil(retry_after * 1000) / 1000,
        "global": everywhere,
    }
    return Answer(429, body, {**VIA, **scope, "Retry-After": str(math.ceil(retry_after))})


@dataclass(slots=True)
class Limits:
    """Discord's rate limits, off until switched on.

    `per_second` is the global limit, a strict sliding window over everything but interactions and webhooks
    (50 at Discord). `posts` is how many messages a channel takes in `posts_window` seconds (5 in 5); that
    window opens with its first message, and its headers let a client wait instead of being refused.
    """

    per_second: int | None = None
    posts: int | None = None
    posts_window: float = 5.0
    refusals: int = 0
    _recent: deque[float] = field(default_factory=deque[float])
    _buckets: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])

    def refuse(self, request: Request) -> Answer | None:
        """The 429 that this request earns, counted; None lets it through."""
        refusal = self._everywhere(request) or self._in_channel(request)
        self.refusals += refusal is not None
        return refusal

    def headers(self, request: Request) -> Mapping[str, str]:
        """Where the request's own bucket stands."""
        key = self._bucket_of(request)
        if key is None or self.posts is None or key not in self._buckets:
            return NO_HEADERS
        opened, used = self._buckets[key]
        left = max(0.0, opened + self.posts_window - time.monotonic())
        return {
            "X-RateLimit-Bucket": "channel-messages",
            "X-RateLimit-Limit": str(self.posts),
            "X-RateLimit-Remaining": str(max(0, self.posts - used)),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
        }

    def _everywhere(self, request: Request) -> Answer | None:
        if self.per_second is None or request.path.startswith(("/interactions/", "/webhooks/")):
            return None
        now = time.monotonic()
        while self._recent and now - self._recent[0] >= 1:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            return rate_limited(self._recent[0] + 1 - now, everywhere=True)
        self._recent.append(now)
        return None

    def _in_channel(self, request: Request) -> Answer | None:
        key = self._bucket_of(request)
        if key is None or self.posts is None:
            return None
        now = time.monotonic()
        opened, used = self._buckets.get(key, (now, 0))
        if now - opened >= self.posts_window:
            opened, used = now, 0
        if used >= self.posts:
            return rate_limited(opened + self.posts_window - now)
        self._buckets[key] = opened, used + 1
        return None

    @staticmethod
    def _bucket_of(request: Request) -> str | None:
        found = re.fullmatch(r"/channels/(\d+)/messages", request.path)
        return found[1] if found and request.method == "POST" else None
