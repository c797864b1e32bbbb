"""Wikidata's answers about a world: documents as `wbgetentities` gives them, and lists as the query service does.

The shape is that of Wikibase's JSON (https://doc.wikimedia.org/Wikibase/master/php/docs_topics_json.html), with its
traps: empty maps come as lists, ids of merged items lead to other documents, values may be unknown or deprecated. As in
Wikibase's `ResultBuilder`, a document stands under the id that was asked for, and has the id of the item itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from .faults import Reply
from .world import Album, Casting, Character, Entity, Group, Organisation, Person, Work, World

JSON: TypeAlias = dict[str, Any]

MOST = 50
"""How many ids one request may ask for."""
SOUTH_KOREA, KOREAN, KPOP, HUMAN = "Q884", "Q9176", "Q213665", "Q5"
GIRL_GROUP, FICTIONAL, ALBUM, OUTLET = "Q641066", "Q15632617", "Q482994", "Q15416"
DATATYPES = {
    "wikibase-entityid": "wikibase-item",
    "time": "time",
    "quantity": "quantity",
    "monolingualtext": "monolingualtext",
    "string": "external-id",
}


def entities(world: World, query: Mapping[str, str]) -> Reply:
    """The answer to `action=wbgetentities`."""
    if query.get("action") != "wbgetentities":
        return _error("badvalue", f'Unrecognized value for parameter "action": {query.get("action")}.')
    ids = [id_ for id_ in query.get("ids", "").split("|") if id_]
    if not ids:
        return _error("param-missing", 'Either provide the item "ids" or pairs of "sites" and "titles"')
    if len(ids) > MOST:
        return _error("toomanyvalues", f'Too many values supplied for parameter "ids". The limit is {MOST}.')
    wrong = [id_ for id_ in ids if not re.fullmatch(r"[QP][1-9]\d*", id_)]
    if wrong:
        return _error("no-such-entity", f'Could not find an entity with the ID "{wrong[0]}".')
    return Reply({"entities": {id_: _document(world, id_, query) for id_ in ids}, "success": 1})


def _error(code: str, info: str) -> Reply:
    error = {"code": code, "info": info, "*": "See https://www.wikidata.org/w/api.php for API usage."}
    return Reply({"error": error, "servedby": "mw-loopback"}, headers={"MediaWiki-API-Error": code})


def _document(world: World, asked: str, query: Mapping[str, str]) -> JSON:
    qid = world.resolve(asked)
    entity = world.find(Entity, lambda entity: entity.qid == qid)
    if entity is None:
        return {"id": asked, "missing": ""}
    props = query.get("props", "info|sitelinks|aliases|labels|descriptions|claims|datatype").split("|")
    languages = query.get("languages")
    wanted = languages.split("|") if languages else None
    document: JSON = {}
    if "info" in props:
        document |= {
            "pageid": int(qid[1:]) + 1000,
            "ns": 0,
            "title": qid,
            "lastrevid": entity.revision,
            "modified": f"{entity.changed:%Y-%m-%dT%H:%M:%SZ}",
        }
    if asked != qid:
        document["redirects"] = {"from": asked, "to": qid}
    document |= {"type": "item", "id": qid}
    if "labels" in props:
        document["labels"] = _filled(
            {code: {"language": code, "value": name} for code, name in entity.names.items() if _in(code, wanted)}
        )
    if "descriptions" in props:
        document["descriptions"] = []
    if "aliases" in props:
        document["aliases"] = _filled(
            {
                code: [{"language": code, "value": name} for name in names]
                for code, names in entity.aliases.items()
                if _in(code, wanted)
            }
        )
    if "claims" in props:
        document["claims"] = _filled(_claims(world, entity, qid))
    if "sitelinks" in props:
        sites = query.get("sitefilter")
        document["sitelinks"] = _filled(
            {
                f"{code}wiki": {"site": f"{code}wiki", "title": name, "badges": []}
                for code, name in entity.names.items()
                if code in ("en", "ko") and _in(f"{code}wiki", sites.split("|") if sites else None)
            }
        )
    return document


def _in(code: str, wanted: list[str] | None) -> bool:
    return wanted is None or code in wanted


def _filled(found: JSON) -> JSON | list[Any]:
    """PHP cannot tell an empty map from an empty list, so Wikibase gives `[]`."""
    return found or []


# Statements


def _claims(world: World, entity: Entity, qid: str) -> dict[str, list[JSON]]:
    claims: dict[str, list[JSON]] = {}
    for property_, snak, qualifiers, rank in _statements(world, entity):
        group = claims.setdefault(property_, [])
        claim: JSON = {"mainsnak": snak, "type": "statement"}
        if qualifiers:
            by_property: dict[str, list[JSON]] = {}
            for qualifier in qualifiers:
                by_property.setdefault(qualifier["property"], []).append(qualifier)
            claim |= {"qualifiers": by_property, "qualifiers-order": list(by_property)}
        mark = hashlib.sha1(f"{qid}{property_}{len(group)}".encode()).hexdigest().upper()
        claim |= {"id": f"{qid}${mark[:8]}-{mark[8:12]}-{mark[12:16]}-{mark[16:20]}-{mark[20:32]}", "rank": rank}
        group.append(claim)
    return claims


def _statements(world: World, entity: Entity) -> Iterator[tuple[str, JSON, list[JSON], str]]:
    for property_, snak, qualifiers in _facts(world, entity):
        yield property_, snak, qualifiers, "normal"
    if isinstance(entity, Work) and entity.premiere and len(entity.premiere) == 10:
        # A date that somebody withdrew still stands there.
        earlier = str(int(entity.premiere[:4]) - 1)
        began = _began(entity)
        yield began, _time(began, earlier), [], "deprecated"
        last = max((episode.on for episode in entity.episodes), default=None)
        if last is not None and last < world.now.date():
            yield "P582", _time("P582", str(last.year)), [], "normal"
            yield "P582", _time("P582", last.isoformat()), [], "preferred"
        elif last is not None:
            yield "P582", _snak("P582", None), [], "normal"


def _facts(world: World, entity: Entity) -> Iterator[tuple[str, JSON, list[JSON]]]:
    for property_, snak, *qualifiers in _about(world, entity):
        yield property_, snak, list(qualifiers)
    for property_, value in (("P345", entity.imdb), ("P8600", _tvmaze_of(entity)), ("P434", _artist_of(entity))):
        if value is not None:
            yield property_, _text(property_, value), []


def _about(world: World, entity: Entity) -> Iterator[tuple[Any, ...]]:
    match entity:
        case Work():
            yield from _about_work(world, entity)
        case Group():
            yield "P31", _item("P31", GIRL_GROUP)
            yield "P136", _item("P136", KPOP)
            if entity.korean:
                yield "P495", _item("P495", SOUTH_KOREA)
            if entity.founded:
                yield "P571", _time("P571", entity.founded)
            for member in entity.members:
                if qid := _qid(world, member.person):
                    yield "P527", _item("P527", qid), *_span(member.since, member.until)
        case Person():
            # The sex, the year of birth and the country are there as well; nobody is to take them.
            yield "P31", _item("P31", HUMAN)
            yield "P21", _item("P21", "Q6581072")
            yield "P569", _time("P569", "1998-04-12")
            yield "P27", _item("P27", SOUTH_KOREA)
            yield from (("P106", _item("P106", occupation)) for occupation in entity.occupations)
            if entity.soloist:
                yield "P136", _item("P136", KPOP)
            for group, member in world.groups_of(entity.key):
                if group.qid:
                    yield "P463", _item("P463", group.qid), *_span(member.since, member.until)
        case Character():
            yield "P31", _item("P31", FICTIONAL)
        case Album():
            yield "P31", _item("P31", ALBUM)
            for artist in entity.artists:
                if qid := _qid(world, artist):
                    yield "P175", _item("P175", qid)
            if entity.on:
                yield "P577", _time("P577", entity.on)
            if entity.mbid:
                yield "P436", _text("P436", entity.mbid)
        case Organisation():
            yield "P31", _item("P31", OUTLET)
        case _:
            raise TypeError(entity)


def _about_work(world: World, work: Work) -> Iterator[tuple[Any, ...]]:
    yield "P31", _item("P31", work.class_)
    if work.korean:
        yield "P495", _item("P495", SOUTH_KOREA)
    yield "P364", _item("P364", KOREAN)
    if title := work.names.get("ko"):
        yield "P1476", _snak("P1476", {"text": title, "language": "ko"}, "monolingualtext")
    if work.premiere:
        yield _began(work), _time(_began(work), work.premiere)
    numbered = [episode for episode in work.episodes if episode.number]
    if numbered:
        yield "P1113", _snak("P1113", {"amount": f"+{len(numbered)}", "unit": "1"}, "quantity")
    for key in work.outlets:
        outlet = world.one(Organisation, key)
        if outlet.qid:
            property_ = "P750" if outlet.web else "P449"
            yield property_, _item(property_, outlet.qid)
    for casting in work.cast:
        if qid := _qid(world, casting.person):
            yield "P161", _item("P161", qid), *_role(world, casting)
    for property_, keys in (("P57", work.directors), ("P58", work.writers)):
        for key in keys:
            if qid := _qid(world, key):
                yield property_, _item(property_, qid)
    yield from (("P136", _item("P136", genre)) for genre in work.genres)


def _began(work: Work) -> str:
    return "P577" if work.type == "Film" else "P580"


def _role(world: World, casting: Casting) -> Iterator[JSON]:
    if casting.silent:
        return
    if casting.character and (qid := _qid(world, casting.character)):
        yield _item("P453", qid)
    elif casting.role:
        yield _snak("P4633", casting.role, "string", "string")


def _span(since: str | None, until: str | None) -> list[JSON]:
    return [_time(name, value) for name, value in (("P580", since), ("P582", until)) if value]


def _qid(world: World, key: str) -> str | None:
    return world.get(key).qid


def _artist_of(entity: Entity) -> str | None:
    return entity.mbid if isinstance(entity, Person | Group) else None


def _tvmaze_of(entity: Entity) -> str | None:
    return str(entity.tvmaze) if isinstance(entity, Work) and entity.joined and entity.tvmaze is not None else None


# Values


def _item(property_: str, qid: str) -> JSON:
    value = {"entity-type": "item", "numeric-id": int(qid[1:]), "id": qid}
    return _snak(property_, value, "wikibase-entityid")


def _text(property_: str, value: str) -> JSON:
    return _snak(property_, value, "string")


def _time(property_: str, stated: str) -> JSON:
    """A date that is as exact as it is written: what is not known is `00`."""
    year, month, day = ([*stated.split("-"), "00", "00"])[:3]
    value = {
        "time": f"+{year}-{month}-{day}T00:00:00Z",
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": 9 + stated.count("-"),
        "calendarmodel": "http://www.wikidata.org/entity/Q1985727",
    }
    return _snak(property_, value, "time")


def _snak(property_: str, value: object, type_: str = "", datatype: str | None = None) -> JSON:
    """One value, or an unknown one, if it is None."""
    mark = hashlib.sha1(f"{property_}{value}".encode()).hexdigest()
    if value is None:
        return {"snaktype": "somevalue", "property": property_, "hash": mark, "datatype": "time"}
    return {
        "snaktype": "value",
        "property": property_,
        "hash": mark,
        "datavalue": {"value": value, "type": type_},
        "datatype": datatype or DATATYPES[type_],
    }


# Lists


def lists(world: World, query: str) -> Reply:
    """The answer of the query service, which here knows the lists that an import asks for, not SPARQL.

    It tells them apart by the properties they name, and honours the classes, broadcasters, LIMIT and OFFSET in them.
    """
    found = _listed(world, query)
    variable = re.search(r"SELECT\s+(?:DISTINCT\s+)?\?(\w+)", query, re.IGNORECASE)
    if found is None or variable is None:
        return Reply(status=400, text="Malformed query: the loopback does not know this list\n", type="text/plain")
    name = variable[1]
    offset, limit = _number("OFFSET", query), _number("LIMIT", query)
    ids = [entity.qid for entity in found if entity.qid][offset or 0 :][:limit]
    bindings = [{name: {"type": "uri", "value": f"http://www.wikidata.org/entity/{qid}"}} for qid in ids]
    return Reply({"head": {"vars": [name]}, "results": {"bindings": bindings}}, type="application/sparql-results+json")


def _listed(world: World, query: str) -> Iterable[Entity] | None:
    named = set(re.findall(r"wd:(Q\d+)", query))
    properties = set(re.findall(r"wdt:(P\d+)", query))
    if "P31" not in properties:
        return None
    if "P449" in properties or "P750" in properties:
        return [work for work in world.all(Work) if work.class_ in named and _outlets(world, work) & named]
    if GIRL_GROUP in named or "P463" in properties or "P527" in properties:
        return [group for group in world.all(Group) if group.qid]
    if HUMAN in named and "P136" in properties:
        return [person for person in world.all(Person) if person.soloist]
    if "P495" in properties:
        return [work for work in world.all(Work) if work.class_ in named and work.korean and _in_span(work, query)]
    return None


def _outlets(world: World, work: Work) -> set[str]:
    return {outlet.qid for key in work.outlets if (outlet := world.get(key)).qid}


def _in_span(work: Work, query: str) -> bool:
    """A list may be asked for in parts, by the year in which works began: `FILTER(YEAR(?date) >= 2020 && …)`."""
    year = int(work.premiere[:4]) if work.premiere else date.min.year
    bounds = re.findall(r"YEAR\(\?\w+\)\s*(>=|<=|<|>|=)\s*(\d{4})", query, re.IGNORECASE)
    compare = {">=": int.__ge__, "<=": int.__le__, "<": int.__lt__, ">": int.__gt__, "=": int.__eq__}
    return all(compare[sign](year, int(bound)) for sign, bound in bounds)


def _number(word: str, query: str) -> int | None:
    found = re.search(rf"\b{word}\s+(\d+)", query, re.IGNORECASE)
    return int(found[1]) if found else None
