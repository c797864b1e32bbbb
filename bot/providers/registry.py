"""The providers that there are, and how each is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import aiohttp

from bot.catalogue.model import Clock
from bot.catalogue.origin import PROVIDERS
from bot.providers.dumps import WikidataFiles
from bot.providers.musicbrainz import MusicBrainz
from bot.providers.musicbrainz_dump import MusicBrainzFile
from bot.providers.provider import Provider
from bot.providers.service import Service
from bot.providers.tvmaze import TVmaze
from bot.providers.wikidata import Wikidata

RATES = {"wikidata": 2.0, "wikidata-query": 0.5, "tvmaze": 1.8, "musicbrainz": 0.95}
"""Requests per second, a little below what each service allows an address: Wikidata 200 a minute with a contact
(https://www.mediawiki.org/wiki/Wikimedia_APIs/Rate_limits), TVmaze 20 in 10 seconds (https://www.tvmaze.com/api#rate-limiting),
MusicBrainz one a second (https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting)."""
TITLES = {
    "wikidata": "Wikidata",
    "wikidata-query": "Wikidata's query service",
    "tvmaze": "TVmaze",
    "musicbrainz": "MusicBrainz",
}


def online(
    names: Iterable[str], session: aiohttp.ClientSession, contact: str, addresses: Mapping[str, str], clock: Clock
) -> list[Provider]:
    """The providers of these names, in the order in which their records refer to one another."""

    def service(name: str) -> Service:
        return Service(session, TITLES[name], addresses[name], rate=RATES[name], contact=contact)

    made: dict[str, Callable[[], Provider]] = {
        "wikidata": lambda: Wikidata(service("wikidata"), service("wikidata-query")),
        "tvmaze": lambda: TVmaze(service("tvmaze"), clock),
        "musicbrainz": lambda: MusicBrainz(service("musicbrainz"), clock),
    }
    wanted = set(names)
    return [made[name]() for name in PROVIDERS if name in wanted]


def from_file(name: str, path: Path) -> Provider:
    """A provider that reads a file or a folder. Raises `ValueError` for one that publishes no files."""
    match name:
        case "wikidata":
            return WikidataFiles(path)
        case "musicbrainz":
            return MusicBrainzFile(path)
        case _:
            raise ValueError(f"{TITLES[name]} publishes no files")
