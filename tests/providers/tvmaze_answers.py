"""TVmaze's answers about a world (https://www.tvmaze.com/api)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from .faults import Reply
from .world import Casting, Episode, Organisation, Work, World

JSON: TypeAlias = dict[str, Any]

SITE = "https://www.tvmaze.com"
API = "https://api.tvmaze.com"
PAGE = 250
"""How many ids, not shows, a page of the index spans."""
SOUTH_KOREA = {"name": "Korea, Republic of", "code": "KR", "timezone": "Asia/Seoul"}
GENRES = {"Q1366112": "Drama", "Q2484376": "Thriller", "Q1054574": "Romance", "Q1368898": "History"}
SINCE = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=31)}


def answer(world: World, path: str, query: Mapping[str, str], embed: Sequence[str]) -> Reply:
    """The answer at a path. `embed` is what is to be embedded in a show."""
    match path.strip("/").split("/"):
        case ["shows"]:
            return _index(world, query)
        case ["shows", id_, *part] if work := world.find(Work, lambda work: str(work.tvmaze) == id_):
            return _about(world, work, part, query, embed)
        case ["schedule"]:
            return _day(world, query, web=False)
        case ["schedule", "web"]:
            return _day(world, query, web=True)
        case ["schedule", "full"]:
            return _full(world)
        case ["updates", "shows"]:
            return _updates(world, query)
        case ["lookup", "shows"]:
            return _lookup(world, query)
        case _:
            return _missing()


def _about(world: World, work: Work, part: list[str], query: Mapping[str, str], embed: Sequence[str]) -> Reply:
    match part:
        case []:
            show = _show(world, work, embed)
            return Reply(show, headers={"ETag": f'"{hashlib.sha1(json.dumps(show).encode()).hexdigest()}"'})
        case ["akas"]:
            return Reply(_akas(work))
        case ["cast"]:
            return Reply(_cast(world, work))
        case ["episodes"]:
            specials = query.get("specials") == "1"
            rows = [_episode(work, row) for row in work.episodes if specials or row.number is not None]
            return Reply(rows)
        case _:
            return _missing()


def _missing() -> Reply:
    return Reply({"name": "Not Found", "message": "Page not found.", "code": 0, "status": 404}, 404)


def _shows(world: World) -> list[Work]:
    return sorted((work for work in world.all(Work) if work.tvmaze is not None), key=lambda work: work.tvmaze or 0)


def _index(world: World, query: Mapping[str, str]) -> Reply:
    page = int(query.get("page", "0"))
    shows = _shows(world)
    if not shows or page > (shows[-1].tvmaze or 0) // PAGE:
        return _missing()
    return Reply([_show(world, work) for work in shows if (work.tvmaze or 0) // PAGE == page])


def _lookup(world: World, query: Mapping[str, str]) -> Reply:
    work = world.find(Work, lambda work: work.imdb is not None and work.imdb == query.get("imdb"))
    if work is None or work.tvmaze is None:
        return Reply(None, 404)
    return Reply(None, 301, {"Location": f"/shows/{work.tvmaze}"})


def _updates(world: World, query: Mapping[str, str]) -> Reply:
    span = SINCE.get(query.get("since", ""))
    after = world.now - span if span else datetime.min.replace(tzinfo=UTC)
    return Reply({str(work.tvmaze): int(work.changed.timestamp()) for work in _shows(world) if work.changed >= after})


# Shows


def _show(world: World, work: Work, embed: Sequence[str] = ()) -> JSON:
    outlets = [world.one(Organisation, key) for key in work.outlets]
    network = next((outlet for outlet in outlets if not outlet.web), None)
    channel = next((outlet for outlet in outlets if outlet.web), None) if network is None else None
    days = [episode.on for episode in work.episodes]
    numbered = [episode for episode in work.episodes if episode.number is not None]
    today = world.now.date()
    show: JSON = {
        "id": work.tvmaze,
        "url": f"{SITE}/shows/{work.tvmaze}/{_slug(work.name)}",
        "name": work.name,
        "type": work.type,
        "language": work.language,
        "genres": [GENRES[genre] for genre in work.genres],
        "status": _status(days, today),
        "runtime": 60 if network else None,
        "averageRuntime": 60,
        "premiered": min(days).isoformat() if days else None,
        "ended": max(days).isoformat() if days and max(days) < today else None,
        "officialSite": None,
        "schedule": {"time": next((episode.time for episode in numbered), ""), "days": list(work.days)},
        "rating": {"average": None},
        "weight": 50,
        "network": _outlet(network),
        "webChannel": _outlet(channel),
        "dvdCountry": None,
        "externals": {"tvrage": None, "thetvdb": None, "imdb": work.imdb},
        "image": None,
        "summary": f"<p>A show named <b>{work.name}</b>.</p>",
        "updated": int(work.changed.timestamp()),
        "_links": {"self": {"href": f"{API}/shows/{work.tvmaze}"}, **_neighbours(numbered, today)},
    }
    parts: dict[str, Callable[[], object]] = {
        "cast": lambda: _cast(world, work),
        "episodes": lambda: [_episode(work, episode) for episode in numbered],
        "akas": lambda: _akas(work),
    }
    if embedded := {name: parts[name]() for name in embed if name in parts}:
        show["_embedded"] = embedded
    return show


def _status(days: Sequence[date], today: date) -> str:
    if not days or min(days) > today:
        return "In Development"
    return "Ended" if max(days) < today else "Running"


def _outlet(outlet: Organisation | None) -> JSON | None:
    if outlet is None:
        return None
    country = SOUTH_KOREA if outlet.zone else None
    return {"id": outlet.tvmaze, "name": outlet.name, "country": country, "officialSite": None}


def _neighbours(episodes: Sequence[Episode], today: date) -> JSON:
    links: JSON = {}
    for name, found in (
        ("previousepisode", [episode for episode in episodes if episode.on < today][-1:]),
        ("nextepisode", [episode for episode in episodes if episode.on >= today][:1]),
    ):
        for episode in found:
            links[name] = {"href": f"{API}/episodes/{episode.id}", "name": _called(episode)}
    return links


def _akas(work: Work) -> list[JSON]:
    korean = work.names.get("ko")
    return [{"name": korean, "country": SOUTH_KOREA}] if korean else []


def _cast(world: World, work: Work) -> list[JSON]:
    return [
        entry
        for number, casting in enumerate(work.cast)
        if (entry := _casting(world, work, casting, (work.tvmaze or 0) * 100 + number)) is not None
    ]


def _casting(world: World, work: Work, casting: Casting, id_: int) -> JSON | None:
    person = world.get(casting.person)
    if person.tvmaze is None:
        return None
    role = world.get(casting.character).name if casting.character else casting.role or person.name
    return {
        "person": {
            "id": person.tvmaze,
            "url": f"{SITE}/people/{person.tvmaze}/{_slug(person.name)}",
            "name": _given_name_first(person.name),
            "country": SOUTH_KOREA,
            "birthday": "1998-04-12",
            "deathday": None,
            "gender": "Female",
            "image": None,
            "updated": int(person.changed.timestamp()),
            "_links": {"self": {"href": f"{API}/people/{person.tvmaze}"}},
        },
        "character": {
            "id": id_,
            "url": f"{SITE}/characters/{id_}/{_slug(work.name)}-{_slug(role)}",
            "name": role,
            "image": None,
            "_links": {"self": {"href": f"{API}/characters/{id_}"}},
        },
        "self": False,
        "voice": False,
    }


def _given_name_first(name: str) -> str:
    family, _, given = name.partition(" ")
    return f"{given} {family}" if given else name


# Episodes


def _episode(work: Work, episode: Episode) -> JSON:
    return {
        "id": episode.id,
        "url": f"{SITE}/episodes/{episode.id}/{_slug(work.name)}-{_slug(_called(episode))}",
        "name": _called(episode),
        "season": episode.season,
        "number": episode.number,
        "type": "regular" if episode.number is not None else "insignificant_special",
        "airdate": episode.on.isoformat(),
        "airtime": episode.time,
        "airstamp": _stamp(episode),
        "runtime": 60,
        "rating": {"average": None},
        "image": None,
        "summary": None,
        "_links": {
            "self": {"href": f"{API}/episodes/{episode.id}"},
            "show": {"href": f"{API}/shows/{work.tvmaze}", "name": work.name},
        },
    }


def _called(episode: Episode) -> str:
    return episode.title or f"Episode {episode.number}"


def _stamp(episode: Episode) -> str:
    """The instant; noon in UTC stands for a day of which no time is known."""
    if not episode.time:
        return f"{episode.on.isoformat()}T12:00:00+00:00"
    local = datetime.combine(episode.on, time.fromisoformat(episode.time), ZoneInfo("Asia/Seoul"))
    return local.astimezone(UTC).isoformat()


def _airings(world: World) -> Iterator[tuple[Work, Episode, JSON]]:
    pairs = [(work, episode) for work in _shows(world) for episode in work.episodes]
    for work, episode in sorted(pairs, key=lambda pair: (pair[1].on, pair[1].time, pair[1].id)):
        yield work, episode, _show(world, work)


def _day(world: World, query: Mapping[str, str], *, web: bool) -> Reply:
    """A day's episodes on networks of a country, or on the web.

    Without a country, the web's are those of all services, and with an empty one, those of services in none.
    """
    on = date.fromisoformat(query.get("date") or world.now.date().isoformat())
    country = query.get("country") if web else query.get("country", "US")
    found: list[JSON] = []
    for work, episode, show in _airings(world):
        outlet: JSON | None = show["webChannel" if web else "network"]
        if outlet is None or episode.on != on:
            continue
        place: JSON | None = outlet["country"]
        if country is not None and country != (place["code"] if place else ""):
            continue
        document = _episode(work, episode)
        found.append({**document, "_embedded": {"show": show}} if web else _with_show(document, show))
    return Reply(found)


def _with_show(episode: JSON, show: JSON) -> JSON:
    return {
        **{key: value for key, value in episode.items() if key != "_links"},
        "show": show,
        "_links": episode["_links"],
    }


def _full(world: World) -> Reply:
    today = world.now.date()
    return Reply(
        [
            {**_episode(work, episode), "_embedded": {"show": show}}
            for work, episode, show in _airings(world)
            if episode.on >= today
        ]
    )


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
