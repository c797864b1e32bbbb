"""What the process counts of itself: answers, posts, rate limits. `bot.web` shows it to Prometheus.

One object, made by the client and handed to whoever counts. Labels are names of the code (commands, states, shards),
never anything that a user typed, and never a server.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

ANSWER_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)
"""Seconds; Discord gives up on an interaction after three
(https://discord.com/developers/docs/interactions/receiving-and-responding#responding-to-an-interaction)."""
LATENESS_BUCKETS = (1, 5, 10, 30, 60, 300, 1800, 3600, 21600)
"""Seconds; the usual grace is six hours."""
SCOPES = ("user", "global", "shared")
"""What Discord says a rate limit is on (https://discord.com/developers/docs/topics/rate-limits#header-format)."""

SETTLED = ("sent", "missed", "failed", "uncertain", "withdrawn")
"""The final states of a delivery. They are counted from 0, since Prometheus sees no increase in what was not there."""


class Metrics:
    """The counters of one process, in a registry of their own. `monotonic`: seconds that only go up."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        disable_created_metrics()  # a second series for each, which says when it began
        self.registry = CollectorRegistry()
        self._monotonic = monotonic
        self._beat_at: float | None = None
        self._interactions = Counter(
            "byeol_interactions",
            "Interactions handled, by kind (command, button, modal, autocomplete) and outcome.",
            ("kind", "command", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "byeol_interaction_seconds",
            "Seconds from the creation of an interaction, by Discord's clock, to its answer.",
            ("kind", "command"),
            buckets=ANSWER_BUCKETS,
            registry=self.registry,
        )
        self._settled = Counter(
            "byeol_deliveries_settled",
            "Deliveries that this process settled, by their final state.",
            ("state",),
            registry=self.registry,
        )
        for state in SETTLED:
            self._settled.labels(state)
        self._lateness = Histogram(
            "byeol_post_lateness_seconds",
            "Seconds from when an announcement was to be posted to when it was.",
            buckets=LATENESS_BUCKETS,
            registry=self.registry,
        )
        self._limits = Counter(
            "byeol_rate_limits",
            "Requests that Discord refused for their rate (429), by the scope of the limit.",
            ("scope",),
            registry=self.registry,
        )
        for scope in SCOPES:
            self._limits.labels(scope)
        self._sessions = Counter(
            "byeol_gateway_connections",
            "Connections to the gateway, by shard: begun anew (identified), or gone on (resumed).",
            ("shard", "how"),
            registry=self.registry,
        )

    def interaction(self, kind: str, command: str, outcome: str, seconds: float) -> None:
        """Count an interaction that was handled, so many seconds after it was created."""
        self._interactions.labels(kind, command, outcome).inc()
        self._seconds.labels(kind, command).observe(seconds)

    def posted(self, deliveries: int, lateness: float) -> None:
        """Count a post of so many deliveries, and how many seconds late it was."""
        self._settled.labels("sent").inc(deliveries)
        self._lateness.observe(max(lateness, 0.0))

    def settled(self, state: str, deliveries: int = 1) -> None:
        """Count deliveries that were settled without a post: ``missed``, ``failed``, ``uncertain`` or ``withdrawn``."""
        self._settled.labels(state).inc(deliveries)

    def limited(self, scope: str | None) -> None:
        """Count a 429; `scope` is what Discord's response says, and None if it does not say."""
        self._limits.labels(scope if scope in SCOPES else "unknown").inc()

    def connected(self, shard: int, how: str) -> None:
        """Count a connection of a shard to the gateway: ``identified`` or ``resumed``."""
        self._sessions.labels(str(shard), how).inc()

    def beat(self) -> None:
        """Note that announcements go on: nothing was due, or a step of the work is done."""
        self._beat_at = self._monotonic()

    @property
    def beat_age(self) -> float | None:
        """Seconds since the last `beat`; None before the first."""
        return None if self._beat_at is None else self._monotonic() - self._beat_at
