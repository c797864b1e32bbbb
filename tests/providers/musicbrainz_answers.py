"""MusicBrainz's answers about a world (https://musicbrainz.org/doc/MusicBrainz_API).

Lookups and browses come from the database, searches from an index; that index leaves out what is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from .faults import Reply
from .world import Album, Entity, Group, Person, World, mbid

JSON: TypeAlias = dict[str, Any]

HELP = "For usage, please see: https://musicbrainz.org/development/mmd"
TYPE_IDS = {
    "Person": "b6e035f4-3ce9-331c-97df-83397230b0df",
    "Group": "e431f5f6-b5d2-343d-8b36-72607fffb74b",
    "Album": "f529b476-6e62-324f-b0aa-1f3e33d313fc",
    "Official": "4e304316-386d-3409-af2e-78857eec5cfe",
    "member of band": "5be4c609-9afa-4ea0-910b-12ffb71e3821",
}
INC = {
    "artist": {"aliases", "artist-rels", "url-rels", "release-groups", "releases", "release-group-rels"},
    "release-group": {"artist-credits", "artists", "aliases", "releases", "url-rels"},
    "release": {"recordings", "artist-credits", "media", "release-groups", "labels", "aliases"},
    "url": {"artist-rels", "release-group-rels", "release-rels"},
}
NOT_FREE = {"tags", "genres", "ratings", "annotation", "user-tags", "user-genres", "user-ratings"}
"""Parts of the data that are not CC0, and that nobody here is to ask for."""
TERM = re.compile(r'(\w+):(?:"((?:[^"\\]|\\.)*)"|\(((?:"(?:[^"\\]|\\.)*"|[^")])*)\)|(\[[^\]]*\]|[^\s)]+))')


def answer(world: World, path: str, query: Mapping[str, str]) -> Reply:
    """The answer at a path below ``/ws/2/``."""
    kind, _, id_ = path.strip("/").partition("/")
    if kind not in INC:
        return _error(400, "This is not a resource that the loopback has.")
    inc = set(re.split(r"[ +]", query.get("inc", ""))) - {""}
    for unknown in sorted(inc - INC[kind] - NOT_FREE):
        return _error(400, f"{unknown} is not a valid inc parameter for the {kind} resource.")
    if id_:
        content = _lookup(world, kind, world.resolve(id_), inc)
    elif "query" in query and kind == "release-group":
        content = _search(world, query)
    elif kind == "url":
        content = _url(world, query.get("resource", ""), inc)
    else:
        content = _browse(world, kind, query, inc)
    return Reply(content) if content is not None else _error(404, "Not Found")


def not_free(query: Mapping[str, str]) -> set[str]:
    """What a request asks for that is not CC0."""
    return set(re.split(r"[ +]", query.get("inc", ""))) & NOT_FREE


def _error(status: int, text: str) -> Reply:
    return Reply({"error": text, "help": HELP}, status)


def _lookup(world: World, kind: str, id_: str, inc: set[str]) -> JSON | None:
    if kind == "artist":
        artist = world.find(Entity, lambda entity: entity.mbid == id_ and isinstance(entity, Person | Group))
        return artist and _artist(world, artist, inc)
    for album in world.all(Album):
        if kind == "release-group" and album.mbid == id_:
            return _release_group(world, album, inc)
        if kind == "release":
            for release in _releases(world, album, inc):
                if release["id"] == id_:
                    return release
    return None


# Artists


def _artist(world: World, artist: Entity, inc: set[str]) -> JSON:
    group = isinstance(artist, Group)
    type_ = "Group" if group else "Person"
    began = artist.founded if isinstance(artist, Group) else None
    document: JSON = {
        **_credited(artist),
        "type": type_,
        "type-id": TYPE_IDS[type_],
        "gender": None,
        "gender-id": None,
        "country": "KR",
        "area": _area("South Korea", "KR"),
        "begin-area": None,
        "end-area": None,
        "life-span": {"begin": began, "end": None, "ended": False},
        "ipis": [],
        "isnis": [],
    }
    if "aliases" in inc:
        document["aliases"] = list(_aliases(artist))
    if inc & {"artist-rels", "url-rels"}:
        document["relations"] = [*_memberships(world, artist, inc), *_links(artist, inc)]
    return document


def _credited(artist: Entity) -> JSON:
    return {"id": artist.mbid, "name": artist.name, "sort-name": artist.name, "disambiguation": ""}


def _area(name: str, code: str) -> JSON:
    return {
        "id": mbid(f"area {code}"),
        "name": name,
        "sort-name": name,
        "disambiguation": "",
        "type": None,
        "type-id": None,
        "iso-3166-1-codes": [code],
    }


def _aliases(artist: Entity) -> Iterator[JSON]:
    named = [(code, name, True) for code, name in artist.names.items() if code not in ("en", "mul")]
    named += [(code, name, False) for code, names in artist.aliases.items() for name in names]
    for code, name, primary in named:
        yield {
            "name": name,
            "sort-name": name,
            "locale": code if primary else None,
            "primary": True if primary else None,
            "type": "Artist name" if primary else None,
            "type-id": "894afba6-2816-3c24-8072-eadb66bd04bc" if primary else None,
            "begin": None,
            "end": None,
            "ended": False,
        }


def _relation(type_: str, direction: str, target: str, **more: Any) -> JSON:
    return {
        "type": type_,
        "type-id": TYPE_IDS.get(type_) or mbid(type_),
        "direction": direction,
        "target-type": target,
        "source-credit": "",
        "target-credit": "",
        "attributes": [],
        "attribute-ids": {},
        "attribute-values": {},
        "begin": None,
        "end": None,
        "ended": False,
        **more,
    }


def _memberships(world: World, artist: Entity, inc: set[str]) -> Iterator[JSON]:
    if "artist-rels" not in inc:
        return
    pairs = [(world.get(member.person), member, "backward") for member in getattr(artist, "members", ())]
    pairs += [(group, member, "forward") for group, member in world.groups_of(artist.key)]
    for other, member, direction in pairs:
        if other.mbid:
            type_ = "Group" if isinstance(other, Group) else "Person"
            target = {**_credited(other), "country": None, "type": type_, "type-id": TYPE_IDS[type_]}
            yield _relation(
                "member of band",
                direction,
                "artist",
                artist=target,
                begin=member.since,
                end=member.until,
                ended=member.until is not None,
            )


def _links(entity: Entity, inc: set[str]) -> Iterator[JSON]:
    if "url-rels" in inc and entity.qid:
        yield _relation("wikidata", "forward", "url", url=_url_of(entity.qid))


def _url_of(qid: str) -> JSON:
    return {"id": mbid(f"url {qid}"), "resource": f"https://www.wikidata.org/wiki/{qid}"}


def _url(world: World, resource: str, inc: set[str]) -> JSON | None:
    qid = resource.rpartition("/")[2]
    entity = world.find(Entity, lambda entity: entity.qid == qid and entity.mbid is not None)
    if entity is None:
        return None
    document = _url_of(qid)
    if isinstance(entity, Album) and "release-group-rels" in inc:
        group = _release_group(world, entity, set())
        document["relations"] = [_relation("wikidata", "backward", "release_group", release_group=group)]
    elif not isinstance(entity, Album) and "artist-rels" in inc:
        type_ = "Group" if isinstance(entity, Group) else "Person"
        target = {**_credited(entity), "country": "KR", "type": type_, "type-id": TYPE_IDS[type_]}
        document["relations"] = [_relation("wikidata", "backward", "artist", artist=target)]
    elif inc:
        document["relations"] = []
    return document


# Release groups and releases


def _title(album: Album) -> str:
    return next(iter(album.names.values()))


def _credit(world: World, keys: Sequence[str]) -> list[JSON]:
    artists = [world.get(key) for key in keys]
    credit: list[JSON] = []
    for number, artist in enumerate(artists, 1):
        type_ = "Group" if isinstance(artist, Group) else "Person"
        document = {**_credited(artist), "type": type_, "type-id": TYPE_IDS[type_]}
        joined = " & " if number < len(artists) else ""
        credit.append({"name": artist.name, "joinphrase": joined, "artist": document})
    return credit


def _release_group(world: World, album: Album, inc: set[str]) -> JSON:
    secondary = ["Soundtrack"] if album.work else []
    document: JSON = {
        "id": album.mbid,
        "title": _title(album),
        "disambiguation": "",
        "first-release-date": album.on,
        "primary-type": album.type,
        "primary-type-id": TYPE_IDS.get(album.type) or mbid(album.type),
        "secondary-types": secondary,
        "secondary-type-ids": [mbid(type_) for type_ in secondary],
    }
    if inc & {"artist-credits", "artists"}:
        document["artist-credit"] = _credit(world, album.artists)
    if "releases" in inc:
        document["releases"] = list(_releases(world, album, set()))
    if "url-rels" in inc:
        document["relations"] = list(_links(album, inc))
    return document


def _releases(world: World, album: Album, inc: set[str]) -> Iterator[JSON]:
    """An album's release; a long one was also handed out earlier, to promote it."""
    if album.type == "Album" and len(album.on) == 10:
        before = (date.fromisoformat(album.on) - timedelta(days=3)).isoformat()
        yield _release(world, album, inc, "Promotion", before, "KR")
    yield _release(world, album, inc, "Official", album.on, "XW")


def _release(world: World, album: Album, inc: set[str], status: str, on: str, country: str) -> JSON:
    name = {"KR": "South Korea", "XW": "[Worldwide]"}[country]
    document: JSON = {
        "id": mbid(f"release {album.key} {status}"),
        "title": _title(album),
        "disambiguation": "",
        "status": status,
        "status-id": TYPE_IDS.get(status) or mbid(status),
        "packaging": None,
        "packaging-id": None,
        "quality": "normal",
        "text-representation": {"language": "kor", "script": "Kore"},
        "barcode": None,
        "asin": None,
        "cover-art-archive": {"artwork": False, "count": 0, "front": False, "back": False, "darkened": False},
    }
    if on:
        document |= {"date": on, "country": country}
        document["release-events"] = [{"date": on, "area": _area(name, country)}]
    if "artist-credits" in inc:
        document["artist-credit"] = _credit(world, album.artists)
    if "release-groups" in inc:
        document["release-group"] = _release_group(world, album, inc)
    if inc & {"media", "recordings"}:
        medium: JSON = {
            "id": mbid(f"medium {album.key} {status}"),
            "title": "",
            "format": "Digital Media",
            "format-id": mbid("Digital Media"),
            "position": 1,
            "track-count": len(album.tracks),
        }
        if "recordings" in inc:
            medium |= {"track-offset": 0, "tracks": list(_tracks(world, album, inc, status))}
        document["media"] = [medium]
    return document


def _tracks(world: World, album: Album, inc: set[str], status: str) -> Iterator[JSON]:
    for number, track in enumerate(album.tracks, 1):
        credit = {"artist-credit": _credit(world, track.artists)} if "artist-credits" in inc else {}
        yield {
            "id": mbid(f"track {album.key} {status} {number}"),
            "position": number,
            "number": str(number),
            "title": track.title,
            "length": track.length,
            "recording": {
                "id": mbid(f"recording {album.key} {number}"),
                "title": track.title,
                "length": track.length,
                "disambiguation": "",
                "video": False,
                "first-release-date": album.on,
                **credit,
            },
            **credit,
        }


# Lists


def _page(query: Mapping[str, str]) -> tuple[int, int]:
    offset, limit = int(query.get("offset", "0")), int(query.get("limit", "25"))
    return offset, offset + min(limit, 100)


def _browse(world: World, kind: str, query: Mapping[str, str], inc: set[str]) -> JSON | None:
    start, end = _page(query)
    rows: list[JSON]
    if kind == "release-group" and "artist" in query:
        id_ = world.resolve(query["artist"])
        if world.find(Entity, lambda entity: entity.mbid == id_) is None:
            return None
        types = {type_.lower() for type_ in query.get("type", "").split("|") if type_}
        albums = [album for album in world.all(Album) if id_ in _ids(world, album)]
        rows = [_release_group(world, album, inc) for album in albums if not types or album.type.lower() in types]
    elif kind == "release" and "release-group" in query:
        id_ = world.resolve(query["release-group"])
        album = world.find(Album, lambda album: album.mbid == id_)
        if album is None:
            return None
        rows = list(_releases(world, album, inc))
    else:
        return None
    return {f"{kind}-count": len(rows), f"{kind}-offset": start, f"{kind}s": rows[start:end]}


def _ids(world: World, album: Album) -> set[str | None]:
    return {world.get(key).mbid for key in album.artists}


def _search(world: World, query: Mapping[str, str]) -> JSON:
    """Search by terms of which all must hold; a term may give alternatives in brackets."""
    start, end = _page(query)
    terms = [(field, _wanted(*values)) for field, *values in TERM.findall(query["query"])]
    found = [
        album
        for album in world.all(Album)
        if album.mbid and all(any(_matches(world, album, field, text) for text in texts) for field, texts in terms)
    ]
    return {
        "created": f"{world.now:%Y-%m-%dT%H:%M:%S}.000Z",
        "count": len(found),
        "offset": start,
        "release-groups": [_found(world, album) for album in found[start:end]],
    }


def _wanted(phrase: str, several: str, word: str) -> list[str]:
    if several:
        return [found or bare for found, bare in re.findall(r'"([^"]*)"|([^\s"]+)', several) if bare != "OR"]
    return [re.sub(r"\\(.)", r"\1", phrase or word)]


def _matches(world: World, album: Album, field: str, text: str) -> bool:
    check: dict[str, Callable[[], bool]] = {
        "secondarytype": lambda: bool(album.work) and text.lower() == "soundtrack",
        "primarytype": lambda: album.type.lower() == text.lower(),
        "releasegroup": lambda: any(text.lower() in name.lower() for name in album.names.values()),
        "rgid": lambda: album.mbid == text,
        "arid": lambda: text in _ids(world, album),
        "firstreleasedate": lambda: _between(album.on, text),
    }
    return field in check and check[field]()


def _between(on: str, text: str) -> bool:
    first, _, last = text.strip("[]").partition(" TO ")
    return bool(on) and first <= on <= (last if last not in ("", "*") else "9999" if last else first + "~")


def _found(world: World, album: Album) -> JSON:
    group = _release_group(world, album, {"artist-credits"})
    del group["disambiguation"]
    if not group["secondary-types"]:
        del group["secondary-types"], group["secondary-type-ids"]
    for credit in group["artist-credit"]:
        credit["artist"] = {key: credit["artist"][key] for key in ("id", "name", "sort-name")}
        if not credit["joinphrase"]:
            del credit["joinphrase"]
    releases = [
        {key: release[key] for key in ("id", "status-id", "title", "status")}
        for release in _releases(world, album, set())
    ]
    return {**group, "type-id": group["primary-type-id"], "score": 100, "count": len(releases), "releases": releases}
