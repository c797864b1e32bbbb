"""What may happen in a story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from bot.announcements import schedule
from bot.announcements.schedule import Stage
from bot.announcements.subscription import ALWAYS
from bot.catalogue.model import EventKind
from tests.helpers import utc

START = utc("2031-04-01 00:00")
END = START + schedule.BEHIND
"""When all that is ever dated is over, and a week's digest with it; all of it can still be asked for."""
WINDOW = timedelta(minutes=4)
"""How long Discord drops a repeat of a nonce."""
PATIENCE = timedelta(seconds=60)
"""How long a request may hang before its sender gives up."""
SLOW = timedelta(seconds=-5)
"""Discord's clock beside ours."""

KINDS = tuple(EventKind)
CHANNELS = (100, 101, 200)
"""Two of one server and one of another."""
OWNERS = (0, 1)


# What may happen


@dataclass(frozen=True)
class Pass:
    """Time passes."""

    seconds: int


@dataclass(frozen=True)
class Tick:
    """A publisher looks at what is due. Its requests meet `faults`, one each; it may die before one of its writes."""

    owner: int
    faults: tuple[str, ...] = ()
    dies_at: int | None = None


@dataclass(frozen=True)
class Say:
    """The catalogue says another date of one thing: days and minutes after the start, or none that is exact."""

    thing: int
    day: int
    minute: int | None
    status: str


@dataclass(frozen=True)
class Choose:
    """A channel's choice is another in one point."""

    channel: int
    change: tuple[str, Any]


@dataclass(frozen=True)
class Do:
    """A server does something else with its announcements."""

    what: str
    channel: int


Step = Pass | Tick | Say | Choose | Do

STORED = "stored and "
SURE = "confirmed"
FAULTS = (
    "refused",
    "lost",
    "stored and lost",
    "failed",
    "stored and failed",
    "limited",
    "dies",
    "stored and dies",
    "hangs",
    "stored and hangs",
)

THINGS = ("premiere", "finale", "part-1", "part-2", "part-3", "of-the-sun")
MARKS = ("Moon premieres", "Moon: the finale", "Part 1 by", "Part 2 by", "Part 3 by", "Of the Sun by")
"""How each of them is known in a post."""

passing = st.builds(Pass, st.sampled_from([1, 5, 30, 70, 100, 150, 300, 3600, 6 * 3600, 12 * 3600, 24 * 3600]))
ticking = st.builds(
    Tick,
    st.sampled_from(OWNERS),
    st.lists(st.sampled_from(("", *FAULTS)), max_size=4).map(tuple),
    st.none() | st.integers(1, 12),
)
saying = st.builds(
    Say,
    st.integers(0, len(THINGS) - 1),
    st.integers(0, 6),
    st.sampled_from([None, None, 540, 545, 1080]),
    st.sampled_from(["confirmed", "confirmed", "confirmed", "cancelled", "vague", "postponed", "expected"]),
)
choosing = st.builds(
    Choose,
    st.sampled_from(CHANNELS),
    st.sampled_from(
        [
            ("kinds", KINDS),
            ("kinds", (EventKind.PREMIERE,)),
            ("kinds", (EventKind.OST_RELEASE,)),
            ("stages", tuple(Stage)),
            ("stages", ALWAYS),
            ("quiet", "08:00-10:30"),
            ("quiet", "22:00-09:00"),
            ("quiet", ""),
            ("digest", "daily-09"),
            ("digest", "thu-18"),
            ("digest", ""),
            ("grace", timedelta(hours=1)),
            ("grace", timedelta(hours=24)),
            ("zone", "America/New_York"),
            ("zone", "Asia/Seoul"),
        ]
    ),
)
doing = st.builds(
    Do,
    st.sampled_from(["off", "on", "move", "leave", "return", "follow", "unfollow", "blind", "sighted"]),
    st.sampled_from(CHANNELS),
)
stories = st.lists(passing | ticking | ticking | ticking | saying | saying | choosing | doing, min_size=12, max_size=30)
