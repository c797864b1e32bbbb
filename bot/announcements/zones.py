"""Time zones as people name them."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from rapidfuzz import process

from bot.errors import UnknownZoneError
from bot.search import plain

COMMON_ZONES = (
    "Asia/Seoul",
    "UTC",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Madrid",
    "Africa/Cairo",
    "Africa/Lagos",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Manila",
    "Asia/Singapore",
    "Asia/Kuala_Lumpur",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""The zones that most of the bot's users live in, shown before anything is typed."""


@lru_cache
def _zones() -> dict[str, str]:
    """Every zone by its plain name, the common ones first; without the database's internal and POSIX ones."""
    places = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return {plain(zone.replace("/", " ")): zone for zone in (*COMMON_ZONES, *places)}


def near_zones(text: str, limit: int) -> list[str]:
    """The zones that fit what was typed: by a part of the name, or by resembling it."""
    typed = plain(text.replace("/", " "))
    if not typed:
        return list(COMMON_ZONES[:limit])
    zones = _zones()
    parts = [zone for name, zone in zones.items() if typed in name]
    alike = [zones[name] for name, _, _ in process.extract(typed, zones.keys(), limit=limit, score_cutoff=70)]
    return list(dict.fromkeys((*parts, *alike)))[:limit]


def find_zone(text: str) -> str:
    """The IANA time zone of that name; a city alone will do where only one zone has it. Raises `UnknownZoneError`."""
    if text in _zones().values():
        return text
    typed = plain(text.replace("/", " "))
    exact = [zone for name, zone in _zones().items() if typed and (name == typed or name.endswith(f" {typed}"))]
    if len(exact) == 1:
        return exact[0]
    raise UnknownZoneError(text, near_zones(text, 5))
