"""What was asked for, written so that `read` understands it again: for forms, where people change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.announcements.zones import zone_name
from bot.catalogue.model import KOREAN
from bot.occasions.asked.model import Asked
from bot.occasions.repeats import Every, Repeat

_ENGLISH_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_KOREAN_DAYS = "월화수목금토일"
_KOREAN_EVERY = {Every.DAY: "매일", Every.WEEK: "매주", Every.MONTH: "매달", Every.YEAR: "매년"}
_KOREAN_UNITS = {Every.DAY: "일", Every.WEEK: "주", Every.MONTH: "개월", Every.YEAR: "년"}


def written(asked: Asked, language: str) -> str:
    """The words of a time and its repeat, in Korean or, for all other languages, in English."""
    at = f" {asked.time:%H:%M}" if asked.time is not None else ""
    parts = _korean if language == KOREAN else _english
    return ", ".join([f"{asked.day}{at} {zone_name(asked.zone)}", *parts(asked)])


def _english(asked: Asked) -> Iterator[str]:
    if asked.lasts is not None:
        hours, minutes = divmod(asked.lasts // timedelta(minutes=1), 60)
        yield "for " + " ".join([*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes else [])])
    if (repeat := asked.repeat) is not None:
        unit = repeat.every.value if repeat.interval == 1 else f"{repeat.interval} {repeat.every}s"
        days = "/".join(_ENGLISH_DAYS[day] for day in sorted(repeat.weekdays))
        yield f"every {unit}" + (f" on {days}" if days else "")
        if repeat.until is not None:
            yield f"until {repeat.until}"
        if repeat.count is not None:
            yield f"{repeat.count} times"


def _korean(asked: Asked) -> Iterator[str]:
    if asked.lasts is not None:
        hours, minutes = divmod(asked.lasts // timedelta(minutes=1), 60)
        yield " ".join([*([f"{hours}시간"] if hours else []), *([f"{minutes}분"] if minutes else [])]) + " 동안"
    if (repeat := asked.repeat) is not None:
        yield _korean_every(repeat)
        if repeat.until is not None:
            yield f"{repeat.until}까지"
        if repeat.count is not None:
            yield f"{repeat.count}회"


def _korean_every(repeat: Repeat) -> str:
    every = (
        f"{repeat.interval}{_KOREAN_UNITS[repeat.every]}마다" if repeat.interval > 1 else _KOREAN_EVERY[repeat.every]
    )
    days = "·".join(_KOREAN_DAYS[day] for day in sorted(repeat.weekdays))
    return f"{every} {days}요일" if days else every
