"""When Byeol may post in a channel: its time zone, its quiet hours and its digest. Standard library only."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The weekdays of a weekly digest."""

DAILY = "daily"


class Audience(NamedTuple):
    """The settings shared by channels that get their announcements at the same time.

    `zone` is an IANA name. `quiet` is written ``22:00-08:00``, or is empty. `digest` is `DAILY` or one of `WEEK` with
    the hour (``daily-09``, ``mon-18``), or is empty if every announcement is a post of its own.
    """

    zone: str
    quiet: str = ""
    digest: str = ""


QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
"""Quiet hours as stored: start and end, in the channel's zone."""

DIGEST = re.compile(rf"({'|'.join((DAILY, *WEEK))})-([01]\d|2[0-3])")
"""The time of a digest as stored."""


_CLOCK = r"(오전|오후)?(\d{1,2})시?(?::?(\d\d)분?)?(am|pm)?"
"""A time as people write it, with spaces removed: 22:00, 10pm, 오후10시, 오후10시30분."""


def _hour(half: str | None, hour: int) -> int | None:
    """Convert an hour with an optional am or pm to the 24-hour clock; None if a 12-hour clock has no such hour."""
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half in ("pm", "오후") else 0)


def quiet_hours(text: str) -> str | None:
    """Parse quiet hours as people write them (``22-8``, ``10pm to 8am``) to the stored form; None if unreadable.

    ``off``, ``none``, ``-`` and an empty text mean no quiet hours, and give an empty text.
    """
    if text.strip().casefold() in ("", "off", "none", "-"):
        return ""
    match = re.fullmatch(rf"{_CLOCK}(?:-|–|~|to|부터|에서){_CLOCK}(?:까지)?", "".join(text.casefold().split()))
    if match is None:
        return None
    half, hour, minute, after, end_half, end_hour, end_minute, end_after = match.groups()
    begin, end = _hour(half or after, int(hour)), _hour(end_half or end_after, int(end_hour))
    if begin is None or end is None:
        return None
    hour, minute, end_hour, end_minute = begin, int(minute or 0), end, int(end_minute or 0)
    kept = f"{hour:02}:{minute:02}-{end_hour % 24:02}:{end_minute:02}"
    return kept if QUIET.fullmatch(kept) and kept[:5] != kept[6:] else None


def after_quiet(at: datetime, audience: Audience) -> datetime:
    """When something due at `at` may be posted: at once, or at the end of the quiet hours it falls into."""
    match = QUIET.fullmatch(audience.quiet)
    if match is None:
        return at
    begin, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    local = at.astimezone(ZoneInfo(audience.zone))
    clock = local.time().replace(tzinfo=None)
    within = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not within:
        return at
    # In the hour that clocks repeat, the end may be computed too early.
    return max(at, _instant(local.date() + timedelta(days=clock >= end), end, audience.zone))


def digest_around(at: datetime, audience: Audience) -> tuple[datetime, datetime] | None:
    """The last digest at or before `at`, and the first one after it, both after quiet hours; None without a digest."""
    match = DIGEST.fullmatch(audience.digest)
    if match is None:
        return None
    day, hour = at.astimezone(ZoneInfo(audience.zone)).date(), time(int(match[2]))
    near = (day + timedelta(days=days) for days in range(-8, 9))
    times = [_instant(one, hour, audience.zone) for one in near if match[1] in (DAILY, WEEK[one.weekday()])]
    before = max(instant for instant in times if instant <= at)
    after = min(instant for instant in times if instant > at)
    return after_quiet(before, audience), after_quiet(after, audience)


def _instant(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
