"""What TVmaze says of a show, as a record. Pure.

TVmaze calls it a show whatever the number of its seasons, and so it is one work here. Its summaries and pictures are
not taken: the one is text under CC BY-SA, and whose the other are is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime, Field

from bot.catalogue.model import EventKind, Kind, Status
from bot.catalogue.romanise import has_hangul
from bot.catalogue.when import SEOUL, Precision, When, known_zones, parse
from bot.providers.document import Model, Unless, Words
from bot.store.record import ExternalId, Record, Said, Thing, airing, credit, detail, event, name

SHOW = "tvmaze-show"

RECENT = timedelta(days=7)
"""For how long an episode's date is stated after it: nobody asks when the third episode of 2016 was."""

_KOREA = "KR"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"(?a)([01]\d|2[0-3]):[0-5]\d")
_KOREAN_NETWORKS = frozenset(
    [*"KBS1 KBS2 MBC SBS EBS JTBC tvN OCN ENA MBN Mnet".split(), "TV Chosun", "TV CHOSUN", "Channel A", "KBS Drama"]
)
"""Networks that broadcast in the zone of Seoul, for where TVmaze names no country."""


class _Country(Model):
    code: Words = ""
    timezone: Words = ""


class _Network(Model):
    id: int
    name: str
    country: _Country | None = None


class _Schedule(Model):
    time: Words = ""
    days: tuple[str, ...] = ()


class _Externals(Model):
    imdb: Words = ""


class _Named(Model):
    id: int
    name: str


class _Part(Model):
    person: _Named
    character: _Named | None = None
    oneself: bool = Field(False, alias="self")


class _Episode(Model):
    season: int
    number: int | None
    airdate: Unless[date] = None
    airtime: Words = ""
    airstamp: Unless[AwareDatetime] = None


class _Embedded(Model):
    cast: tuple[_Part, ...] = ()
    episodes: tuple[_Episode, ...] = ()


class Aka(Model):
    """Another title of a show, with the country where it has it; without one, it is the original title."""

    name: str
    country: _Country | None = None


class Listed(Model):
    """A show as lists have it: enough to say whether it is taken in."""

    id: int
    type: Words
    language: Words
    network: _Network | None = None
    web_channel: _Network | None = Field(None, alias="webChannel")
    updated: int

    @property
    def scripted(self) -> bool:
        """Whether it is a drama, rather than a show of another type, such as reality or news."""
        return self.type == "Scripted"

    @property
    def korean(self) -> bool:
        """Whether it is in Korean, or first seen in Korea."""
        places = (self.network, self.web_channel)
        return self.language == "Korean" or any(at and at.country and at.country.code == _KOREA for at in places)


class Show(Listed):
    """A show with its cast and its episodes."""

    name: str
    status: Words
    premiered: Unless[date] = None
    ended: Unless[date] = None
    schedule: _Schedule = _Schedule()
    externals: _Externals = _Externals()
    embedded: _Embedded = Field(_Embedded(), alias="_embedded")


def record_id(show: int) -> str:
    """The id of a show's record, with which https://www.tvmaze.com/{id} is its page."""
    return f"shows/{show}"


def record(show: Show, akas: Sequence[Aka], today: date) -> Record:
    """A show, its other titles and its cast. Episodes from `RECENT` before `today` on have dates."""
    id_ = ExternalId(SHOW, str(show.id))
    numbered = _numbered(show.embedded.episodes)
    premiere = _premiere(show, numbered)
    networks = [*_networks(show)]
    cast = _cast(show)
    said = (
        *_names(show.name, akas),
        *_events(show, numbered, premiere, today),
        *(_count(len(numbered)) if show.status == "Ended" else ()),
        *(said for _, said in networks),
        *(credit(person, character, place) for place, (person, character) in enumerate(cast, start=1)),
    )
    work = Thing(
        id_,
        Kind.WORK,
        said,
        type="drama",
        partial="cast",
        also=(ExternalId("imdb", show.externals.imdb),) if show.externals.imdb else (),
        year=premiere.first_day.year if premiere and premiere.first_day else None,
    )
    others = (*(thing for thing, _ in networks), *_people(show, cast, id_))
    return Record("tvmaze", record_id(show.id), (work, *others))


class _Numbered(NamedTuple):
    """An episode with its number among those of all seasons."""

    number: int
    episode: _Episode


def _numbered(episodes: Sequence[_Episode]) -> Sequence[_Numbered]:
    """The episodes in order, counted on over the seasons. Specials have no number, and do not count."""
    seasons: dict[int, dict[int, _Episode]] = {}
    for episode in episodes:
        if episode.number is not None and episode.number > 0:
            seasons.setdefault(episode.season, {}).setdefault(episode.number, episode)
    before = 0
    found: list[_Numbered] = []
    for _, season in sorted(seasons.items()):
        found += (_Numbered(before + number, season[number]) for number in sorted(season))
        before += max(season)
    return found


def _names(title: str, akas: Sequence[Aka]) -> Iterator[Said]:
    """The title, the original one, and what else it is called in Korean or, in Korea, in Latin letters."""
    at_home = [aka.name for aka in akas if aka.country is None or aka.country.code in ("", _KOREA)]
    given = [text for text in dict.fromkeys([title, *at_home]) if text.strip()]
    hangul = [text for text in given if has_hangul(text)]
    latin = [text for text in given if text not in hangul and (text == title or text.isascii())]
    named = [(text, "official" if text == title else "alternative", "en") for text in latin]
    named += [(text, "original" if text == hangul[0] else "alternative", "ko") for text in hangul]
    named.sort(key=lambda one: one[1] == "alternative")
    for position, (text, kind, language) in enumerate(named):
        yield name(text, kind, language, position)


def _only_name(text: str) -> Said:
    return name(text, *(("original", "ko") if has_hangul(text) else ("official", "en")), 0)


def _zone(network: _Network | None) -> str | None:
    """The zone of a network's air times, where it is known."""
    if network is None:
        return None
    country = network.country or _Country()
    if country.timezone in known_zones():
        return country.timezone
    korean = country.code == _KOREA or (not country.code and network.name in _KOREAN_NETWORKS)
    return SEOUL if korean else None


def _when(show: Show, episode: _Episode) -> When | None:
    """When an episode airs: to the minute on a network whose zone is known, else on a day; None if it is not known.

    An episode without an air time, as all of streaming services, has an instant too, but it does not mean anything.
    """
    zone = _zone(show.network)
    if zone and episode.airtime and episode.airstamp:
        instant = episode.airstamp.astimezone(UTC)
        return When(Precision.MINUTE, zone, instant, instant)
    return _day(show, episode.airdate)


def _day(show: Show, day: date | None) -> When | None:
    zone = _zone(show.network) or _zone(show.web_channel) or SEOUL
    return parse(day.isoformat(), zone) if day else None


def _premiere(show: Show, numbered: Sequence[_Numbered]) -> When | None:
    first = numbered[0] if numbered else None
    found = _when(show, first.episode) if first and first.number == 1 else None
    return found or _day(show, show.premiered)


def _finale(show: Show, numbered: Sequence[_Numbered]) -> When | None:
    """The last date of a show that has ended: as long as it has not, its last episode so far may not be its last."""
    if show.status != "Ended":
        return None
    last = numbered[-1].episode if numbered else None
    if last and show.ended in (None, last.airdate):
        return _when(show, last)
    return _day(show, show.ended)


def _events(show: Show, numbered: Sequence[_Numbered], premiere: When | None, today: date) -> Iterator[Said]:
    if premiere:
        yield event(EventKind.PREMIERE, premiere, _status(premiere))
    if finale := _finale(show, numbered):
        yield event(EventKind.FINALE, finale, _status(finale))
    for number, episode in numbered:
        if (when := _when(show, episode)) and when.first_day and when.first_day >= today - RECENT:
            yield event(EventKind.EPISODE, when, _status(when), number)


def _status(when: When) -> Status:
    return Status.CONFIRMED if when.precision is Precision.MINUTE else Status.EXPECTED


def _count(episodes: int) -> Iterator[Said]:
    if episodes:
        yield detail("episodes", {"en": str(episodes), "ko": f"{episodes}부작"})


def _networks(show: Show) -> Iterator[tuple[Thing, Said]]:
    """Where it can be seen: the network with its slot, and the streaming service, with days if it is the only one."""
    days = ",".join(day[:3].lower() for day in _DAYS if day in show.schedule.days) or None
    if network := show.network:
        zone = _zone(network)
        time = show.schedule.time if zone and _TIME.fullmatch(show.schedule.time) else None
        yield _airing("tvmaze-network", network, "network", zone, days, time)
    if channel := show.web_channel:
        yield _airing("tvmaze-web-channel", channel, "platform", _zone(channel), None if network else days, None)


def _airing(
    authority: str, network: _Network, type_: str, zone: str | None, days: str | None, time: str | None
) -> tuple[Thing, Said]:
    id_ = ExternalId(authority, str(network.id))
    thing = Thing(id_, Kind.ORGANISATION, (_only_name(network.name),), type=type_)
    return thing, airing(id_, zone or SEOUL, days, time)


_Credit = tuple[ExternalId, ExternalId | None]


def _cast(show: Show) -> Sequence[_Credit]:
    """Who plays whom, each once, in the order of the list. Whoever plays oneself plays no character."""
    return [*dict.fromkeys((_person(part), _character(part)) for part in show.embedded.cast)]


def _person(part: _Part) -> ExternalId:
    return ExternalId("tvmaze-person", str(part.person.id))


def _character(part: _Part) -> ExternalId | None:
    return ExternalId("tvmaze-character", str(part.character.id)) if part.character and not part.oneself else None


def _people(show: Show, cast: Sequence[_Credit], work: ExternalId) -> Iterator[Thing]:
    names: Mapping[ExternalId, str] = {
        **{_person(part): part.person.name for part in show.embedded.cast},
        **{id_: part.character.name for part in show.embedded.cast if part.character and (id_ := _character(part))},
    }
    for person in dict.fromkeys(person for person, _ in cast):
        yield Thing(person, Kind.PERSON, (_only_name(names[person]),), related=(work,))
    for character in dict.fromkeys(character for _, character in cast if character):
        yield Thing(character, Kind.CHARACTER, (_only_name(names[character]),))
