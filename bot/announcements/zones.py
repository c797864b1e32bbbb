"""Time zones as people name them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import process

from bot.catalogue.when import known_zones
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

OTHER_NAMES = {
    "kst": "Asia/Seoul",
    "korea": "Asia/Seoul",
    "korean time": "Asia/Seoul",
    "south korea": "Asia/Seoul",
    "한국": "Asia/Seoul",
    "대한민국": "Asia/Seoul",
    "서울": "Asia/Seoul",
    "jst": "Asia/Tokyo",
    "japan": "Asia/Tokyo",
    "japanese time": "Asia/Tokyo",
    "일본": "Asia/Tokyo",
    "도쿄": "Asia/Tokyo",
    "india": "Asia/Kolkata",
    "인도": "Asia/Kolkata",
    "pht": "Asia/Manila",
    "philippines": "Asia/Manila",
    "필리핀": "Asia/Manila",
    "sgt": "Asia/Singapore",
    "wib": "Asia/Jakarta",
    "hkt": "Asia/Hong_Kong",
    "thailand": "Asia/Bangkok",
    "태국": "Asia/Bangkok",
    "vietnam": "Asia/Ho_Chi_Minh",
    "베트남": "Asia/Ho_Chi_Minh",
    "taiwan": "Asia/Taipei",
    "대만": "Asia/Taipei",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "pt": "America/Los_Angeles",
    "pacific time": "America/Los_Angeles",
    "미국 서부": "America/Los_Angeles",
    "mdt": "America/Denver",
    "mt": "America/Denver",
    "mountain time": "America/Denver",
    "cdt": "America/Chicago",
    "ct": "America/Chicago",
    "central time": "America/Chicago",
    "est": "America/New_York",
    "edt": "America/New_York",
    "et": "America/New_York",
    "eastern time": "America/New_York",
    "미국 동부": "America/New_York",
    "brt": "America/Sao_Paulo",
    "uk": "Europe/London",
    "영국": "Europe/London",
    "germany": "Europe/Berlin",
    "독일": "Europe/Berlin",
    "france": "Europe/Paris",
    "프랑스": "Europe/Paris",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "gmt": "UTC",
    "z": "UTC",
}
"""Other names of zones than that of a city. Ambiguous abbreviations (CST, IST) are not among them."""

AMBIGUOUS = {
    "cst": ("America/Chicago", "Asia/Shanghai", "Asia/Taipei", "America/Havana"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "usa": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "us": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "미국": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "brazil": ("America/Sao_Paulo", "America/Manaus"),
    "australia": ("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Perth"),
    "indonesia": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "mexico": ("America/Mexico_City", "America/Tijuana"),
    "canada": ("America/Toronto", "America/Winnipeg", "America/Edmonton", "America/Vancouver"),
    "utc+5:30": ("Asia/Kolkata", "Asia/Colombo"),
    "utc+6:30": ("Asia/Yangon",),
    "utc+9:30": ("Australia/Darwin", "Australia/Adelaide"),
    "utc+5:45": ("Asia/Kathmandu",),
    "utc+3:30": ("Asia/Tehran",),
    "utc+4:30": ("Asia/Kabul",),
    "utc-3:30": ("America/St_Johns",),
}
"""Names that may mean one of several zones: the user is asked, and none is chosen for them."""

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-])\s*0?(\d{1,2})(?::?00)?")
"""Whole-hour offsets from UTC, which the IANA database has as zones of their own."""

_FIXED = re.compile(r"Etc/GMT([+-])(\d{1,2})")


@lru_cache
def _zones() -> dict[str, str]:
    """Every zone by its plain name, common ones first; without the database's internal and POSIX zones."""
    places = sorted(zone for zone in known_zones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return {plain(zone.replace("/", " ")): zone for zone in (*COMMON_ZONES, *places)}


def near_zones(text: str, limit: int) -> list[str]:
    """Up to `limit` zones that match what was typed: by offset, alias, part of the name, or similarity."""
    typed = plain(text.replace("/", " "))
    if not typed:
        return list(COMMON_ZONES[:limit])
    said, zones = _said(text), _zones()
    called = [zone for name, zone in OTHER_NAMES.items() if name.startswith(said)]
    parts = [zone for name, zone in zones.items() if typed in name]
    alike = [zones[name] for name, _, _ in process.extract(typed, zones.keys(), limit=limit, score_cutoff=70)]
    fixed = _offset(said)
    found = (*([fixed] if fixed else []), *AMBIGUOUS.get(said, ()), *called, *parts, *alike)
    return list(dict.fromkeys(found))[:limit]


def zone_name(zone: str) -> str:
    """A zone as shown to people: the database counts fixed offsets westwards, people eastwards."""
    match = _FIXED.fullmatch(zone)
    return f"UTC{'-' if match[1] == '+' else '+'}{match[2]}" if match else zone


def _said(text: str) -> str:
    """The typed text with case and spaces normalised; offsets without spaces."""
    said = " ".join(text.casefold().split())
    return said.replace(" ", "").replace("gmt", "utc") if re.match(r"(?:utc|gmt)\s*[+-]", said) else said


def _offset(said: str) -> str | None:
    match = _OFFSET.fullmatch(said)
    return _fixed(match[1], int(match[2])) if match else None


def _fixed(sign: str, hours: int) -> str | None:
    """The zone at a fixed offset from UTC, in hours. The database counts westwards, so the sign is inverted."""
    if hours == 0:
        return "UTC"
    zone = f"Etc/GMT{'-' if sign == '+' else '+'}{hours}"
    return zone if zone in known_zones() else None


def find_zone(text: str) -> str:
    """The IANA time zone for a zone name, country, abbreviation or offset such as UTC+9.

    A city alone is enough if only one zone has it. Raises `UnknownZoneError`, with close matches, for anything else.
    """
    found = find_zones(text)
    if len(found) == 1:
        return found[0]
    raise UnknownZoneError(text, near_zones(text, 5))


def find_zones(text: str) -> Sequence[str]:
    """The IANA time zones that exactly this name may mean: one, several if it is ambiguous, or none."""
    if text in _zones().values() or (_FIXED.fullmatch(text) and text in known_zones()):
        return (text,)
    said = _said(text)
    if said in OTHER_NAMES:
        return (OTHER_NAMES[said],)
    if (zone := _offset(said)) is not None:
        return (zone,)
    if said in AMBIGUOUS:
        return AMBIGUOUS[said]
    typed = plain(text.replace("/", " "))
    exact = [zone for name, zone in _zones().items() if typed and (name == typed or name.endswith(f" {typed}"))]
    return exact if len(exact) == 1 else ()
