"""Maps an entity document of Wikidata to a record: works, groups, people, organisations and characters. Pure.

Of people it takes names, occupations of the field, memberships, the day and month of their birth and the day of their
debut, and nothing else that Wikidata says of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from bot.catalogue.model import EventKind, Kind, Status
from bot.catalogue.month_day import MonthDay
from bot.catalogue.romanise import has_hangul
from bot.catalogue.when import SEOUL
from bot.providers import wikidata_items as items
from bot.providers.wikidata_document import AMOUNT, ITEM, MONOLINGUAL, TEXT, TIME, Entity, Moment, Statement, tidy
from bot.store import record
from bot.store.record import ExternalId, Record, Said, Thing

PROVIDER = "wikidata"
ROLE = "wikidata-role"
"""The authority of characters that have no item: ``work/person/number``, since a cast may name them in words."""

_AUTHORITIES = {
    Kind.WORK: {"P345": "imdb", "P8600": "tvmaze-show", "P4983": "tmdb-tv"},
    Kind.PERSON: {"P345": "imdb", "P434": "musicbrainz-artist"},
    Kind.GROUP: {"P345": "imdb", "P434": "musicbrainz-artist"},
}
_CREW = {"P58": "writer", "P57": "director", "P86": "music_director"}
_LABELS = {
    "ja": ("ja",),
    "zh": ("zh", "zh-hans"),
    "zh-TW": ("zh-tw", "zh-hant"),
    "es": ("es",),
    "pt": ("pt", "pt-br"),
    "id": ("id",),
}
"""Languages besides English and Korean, each with the codes that Wikidata may have it under, the best first."""
LANGUAGES = ("en", "mul", "ko", *(code for codes in _LABELS.values() for code in codes))
"""The language codes that labels and aliases are asked for."""


_TO_THE_DAY = 11
"""The precision of a time that is known to the day (https://www.wikidata.org/wiki/Help:Dates#Precision)."""


def external(id_: str) -> ExternalId:
    """The id of an item, as an external id."""
    return ExternalId(PROVIDER, id_)


class Reference(NamedTuple):
    """An item that a document refers to, and what it must be."""

    id: str
    kind: Kind


def kind_of(entity: Entity) -> Kind | None:
    """What an item of our field is, by its own classes; None if it is no work, group or person of it.

    Organisations and characters cannot be told by their classes, which are too many: what refers to them says so.
    """
    classes = entity.items("P31")
    if items.HUMAN in classes:
        return Kind.PERSON
    if _type_of_work(entity) and _is_korean(entity):
        return Kind.WORK
    if classes & items.GROUPS.keys() and _is_korean(entity):
        return Kind.GROUP
    return None


def references(entity: Entity, kind: Kind) -> Iterator[Reference]:
    """The people, organisations and characters that a work or a group names."""
    if kind is Kind.GROUP:
        yield from (Reference(id_, Kind.PERSON) for id_ in _in_order(entity, "P527"))
    if kind is Kind.WORK:
        yield from (Reference(id_, Kind.ORGANISATION) for id_ in _broadcasters(entity))
        for part in entity.every("P161", ITEM):
            yield Reference(part.value, Kind.PERSON)
            yield from (Reference(id_, Kind.CHARACTER) for id_ in _characters(part))
        for property_ in _CREW:
            yield from (Reference(id_, Kind.PERSON) for id_ in _in_order(entity, property_))


def record_of(
    entity: Entity, kind: Kind | None = None, related: Iterable[str] = (), groups: Collection[str] = frozenset()
) -> Record | None:
    """The record of an item, or None if it is not of our field or has no name in any of our languages.

    `kind` is what the list or the reference that led to it says it is; without, its classes decide. `related` are the
    works and groups that name a person. `groups` are items known as groups: one that is part of another is no member.
    """
    found = kind_of(entity)
    if kind is None:
        kind = found
    elif kind is Kind.WORK or kind is Kind.PERSON:
        kind = kind if found is kind else None
    elif kind is Kind.GROUP and (found in (Kind.PERSON, Kind.WORK)):
        kind = None
    names = tuple(_names(entity, kind)) if kind else ()
    if kind is None or not names:
        return None
    known = _things(entity, kind, names, related, groups)
    return Record(PROVIDER, entity.id, tuple(known))


def _things(
    entity: Entity, kind: Kind, names: tuple[Said, ...], related: Iterable[str], groups: Collection[str]
) -> Iterator[Thing]:
    id_ = external(entity.id)
    also = tuple(
        ExternalId(authority, statement.value.strip())
        for property_, authority in _AUTHORITIES.get(kind, {}).items()
        for statement in entity.best(property_, TEXT)
    )
    match kind:
        case Kind.WORK:
            cast, characters = _cast(entity)
            said = (*names, *_details(entity), *_site(entity), *_airings(entity), *_crew(entity), *cast)
            premiere = _premiere(entity)
            year = premiere.year if premiere else None
            events = tuple(_events(premiere, _latest(entity, "P582")))
            yield Thing(id_, kind, (*said, *events), _type_of_work(entity), "cast", also, year)
            yield from characters
        case Kind.GROUP:
            yield Thing(id_, kind, (*names, *_site(entity), *_debut(entity, "P2031", "P571")), also=also)
            for member, terms in _terms(entity, "P527").items():
                if member not in groups:
                    yield Thing(external(member), Kind.PERSON, (record.membership(id_, *terms),))
        case Kind.PERSON:
            joined = _terms(entity, "P463")
            memberships = (record.membership(external(group), *terms) for group, terms in joined.items())
            met = sorted({*related, *joined}, key=number)
            days = () if entity.says("P570") else (*_birthday(entity), *_debut(entity, "P2031"))
            said = (*names, *_occupations(entity), *memberships, *days)
            yield Thing(id_, kind, said, also=also, related=tuple(map(external, met)))
        case Kind.ORGANISATION:
            yield Thing(id_, kind, names, "platform" if entity.id in items.PLATFORMS else "network")
        case _:
            yield Thing(id_, kind, names)


def number(id_: str) -> int:
    """The number of an item, by which ids are sorted."""
    return int(id_[1:])


def _type_of_work(entity: Entity) -> str | None:
    """``drama``, ``film`` or ``show``; None if it is no work that we know."""
    classes, genres = entity.items("P31"), entity.items("P136")
    if classes & items.NO_WORKS.keys():
        return None
    kinds_of_shows = items.SHOWS.keys() - {"Q15416"}
    if classes & kinds_of_shows:
        return "show"
    if classes & items.FILMS.keys() and not classes & items.SERIES.keys():
        return "film"
    if classes & items.SERIES.keys():
        return "show" if genres & kinds_of_shows else "drama"
    return "show" if classes & items.SHOWS.keys() else None


def _is_korean(entity: Entity) -> bool:
    """Whether it is from South Korea, broadcast there first, or K-pop: not every item says where it is from."""
    return (
        items.SOUTH_KOREA in entity.items("P495")
        or items.K_POP in entity.items("P136")
        or bool(entity.items("P449") & items.BROADCASTERS.keys())
    )


def _in_order(entity: Entity, property_: str) -> list[str]:
    return list(dict.fromkeys(statement.value for statement in entity.every(property_, ITEM)))


_KANA, _HAN = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\u3400-\u9fff]")


def language_of(text: str) -> str:
    """The language of a name that comes without one, by its script."""
    if has_hangul(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    return "zh" if _HAN.search(text) else "en"


def _names(entity: Entity, kind: Kind) -> Iterator[Said]:
    """The official name, the original one, those in other languages, then what else it is called."""
    seen: set[tuple[str, str]] = set()
    texts: set[str] = set()

    def name(text: str, kind: str, language: str) -> Iterator[Said]:
        if text and (language, text) not in seen:
            seen.add((language, text))
            texts.add(text)
            yield record.name(text, kind, language, len(seen) - 1)

    labels = entity.labels
    english = [
        labels.get("en", ""),
        labels.get("mul", ""),
        *(labels[code] for code in sorted(labels) if code[:3] == "en-"),
    ]
    official = next((text for text in english if text and not has_hangul(text)), "")
    yield from name(official, "official", "en")
    titles = [tidy(title.value[0]) for title in entity.best("P1476", MONOLINGUAL) if title.value[1] == "ko"]
    if kind is not Kind.WORK:
        titles = []
    own = labels.get("ko") or next(filter(has_hangul, english), "")
    korean = [text for text in (*titles, own, *_native(entity)) if text and text != official]
    if korean:
        yield from name(korean[0], "original", "ko")
    for language, codes in _LABELS.items():
        text = next(filter(None, map(labels.get, codes)), "")
        if text != official:
            yield from name(text, "official", language)

    stage = {tidy(statement.value) for statement in entity.every("P742", TEXT)} if kind is Kind.PERSON else set[str]()
    birth = {tidy(statement.value[0]) for statement in entity.every("P1477", MONOLINGUAL)}
    others = [(text, "ko") for text in korean[1:]]
    others += [(text, language_of(text)) for text in sorted(stage)]
    for language, codes in ("en", ("en", "mul")), ("ko", ("ko",)), *_LABELS.items():
        for text in (text for code in codes for text in entity.aliases.get(code, ())):
            others.append((text, "ko" if has_hangul(text) else language))
    for text, language in others:
        if text not in texts:
            yield from name(text, "stage" if text in stage else "birth" if text in birth else "alternative", language)


def _native(entity: Entity) -> list[str]:
    """Names in Korean that are stated as native: usual for groups and people whose Korean label is missing."""
    stated = (statement.value for property_ in ("P1705", "P1559") for statement in entity.best(property_, MONOLINGUAL))
    return [tidy(text) for text, language in stated if language == "ko"]


def _details(entity: Entity) -> Iterator[Said]:
    genres = [items.GENRES[id_] for id_ in _in_order(entity, "P136") if id_ in items.GENRES]
    distinct = [genre for at, genre in enumerate(genres) if genre not in genres[:at]]
    for position, genre in enumerate(distinct):
        yield record.detail("genre", genre, position)
    episodes = [int(statement.value) for statement in entity.best("P1113", AMOUNT) if statement.value >= 1]
    if episodes:
        yield record.detail("episodes", {"en": str(episodes[0]), "ko": f"{episodes[0]}부작"}, len(distinct))


def _occupations(entity: Entity) -> Iterator[Said]:
    words = [items.OCCUPATIONS[id_] for id_ in _in_order(entity, "P106") if id_ in items.OCCUPATIONS]
    distinct = [word for at, word in enumerate(words) if word not in words[:at]]
    return (record.detail("occupation", word, position) for position, word in enumerate(distinct))


def _site(entity: Entity) -> Iterator[Said]:
    """The official site, unless it is said to be closed."""
    for site in entity.best("P856", TEXT):
        if site.value.startswith(("https://", "http://")) and not site.qualifiers("P582", TIME):
            yield record.link("official", site.value)
            return


def _broadcasters(entity: Entity) -> list[str]:
    """Networks, then streaming services, in the order they are stated in."""
    networks = [statement.value for statement in entity.best("P449", ITEM)]
    platforms = [statement.value for statement in entity.best("P750", ITEM) if statement.value in items.PLATFORMS]
    return sorted(dict.fromkeys([*networks, *platforms]), key=lambda id_: id_ in items.PLATFORMS)


def _airings(entity: Entity) -> Iterator[Said]:
    return (record.airing(external(id_), SEOUL) for id_ in _broadcasters(entity))


def _crew(entity: Entity) -> Iterator[Said]:
    for property_, job in _CREW.items():
        yield from (record.crew(external(id_), job) for id_ in _in_order(entity, property_))


def _characters(part: Statement[str]) -> list[str]:
    """The characters of a cast entry that have items. Whoever appears as themselves plays no character."""
    return [id_ for id_ in part.qualifiers("P453", ITEM) if id_ != part.value]


def _cast(entity: Entity) -> tuple[list[Said], list[Thing]]:
    """The cast in its stated order, and the characters that are only named in words.

    A part without a character says nothing if the same person has another with one. How large a part is must be
    stated: the order alone makes nobody a lead.
    """
    parts = list(enumerate(entity.every("P161", ITEM)))
    parts.sort(key=lambda at_part: (_ordinal(at_part[1]), at_part[0]))
    plays: dict[tuple[str, ExternalId | None], None] = {}
    roles: dict[tuple[str, ExternalId | None], str] = {}
    words: dict[str, list[str]] = {}
    for _, part in parts:
        named = words.setdefault(part.value, [])
        characters: list[ExternalId | None] = [external(id_) for id_ in _characters(part)]
        if not characters:
            for text in filter(None, map(tidy, part.qualifiers("P4633", TEXT))):
                if text not in named:
                    named.append(text)
                characters.append(ExternalId(ROLE, f"{entity.id}/{part.value}/{named.index(text) + 1}"))
        size = next((id_ for id_ in part.qualifiers("P3831", ITEM) if id_ in items.ROLES), None)
        for character in characters or [None]:
            plays.setdefault((part.value, character))
            if size:
                roles.setdefault((part.value, character), size)
    with_character = {person for person, character in plays if character}
    kept = [play for play in plays if play[1] or play[0] not in with_character]
    cast = [
        record.credit(external(play[0]), play[1], billing, items.ROLES[roles[play]] if play in roles else None)
        for billing, play in enumerate(kept, 1)
    ]
    things = [
        Thing(ExternalId(ROLE, f"{entity.id}/{person}/{place}"), Kind.CHARACTER, (_in_words(text),))
        for person, texts in words.items()
        for place, text in enumerate(texts, 1)
    ]
    return cast, things


def _in_words(text: str) -> Said:
    language = language_of(text)
    return record.name(text, "original" if language == "ko" else "official", language, 0)


def _ordinal(part: Statement[str]) -> float:
    """The place in the billing, if the cast entry has one."""
    ordinal = part.qualifier("P1545", TEXT) or ""
    return int(ordinal) if ordinal.isascii() and ordinal.isdecimal() else float("inf")


def _latest(entity: Entity, property_: str) -> Moment | None:
    """The latest of the best stated times that are as precise as any."""
    moments = _dated(entity, property_)
    return moments[-1] if moments else None


def _premiere(entity: Entity) -> Moment | None:
    """When it began; else when it was first published or performed, the earliest of several."""
    return next((moments[0] for property_ in ("P580", "P577", "P1191") if (moments := _dated(entity, property_))), None)


def _dated(entity: Entity, property_: str) -> list[Moment]:
    moments = [statement.value for statement in entity.best(property_, TIME) if statement.value.when]
    finest = max((moment.precision for moment in moments), default=0)
    return sorted(moment for moment in moments if moment.precision == finest)


def _events(premiere: Moment | None, finale: Moment | None) -> Iterator[Said]:
    """Dates are expected ones: that one has come to pass is for the clock to say."""
    for kind, moment in (EventKind.PREMIERE, premiere), (EventKind.FINALE, finale):
        if moment and (at := moment.when):
            yield record.event(kind, at, Status.EXPECTED)


def _birthday(entity: Entity) -> Iterator[Said]:
    """The day and the month of a birth, if they are known; never its year. If two are as good, neither is sure."""
    days = {str(moment.iso)[5:] for moment in _exact(entity, "P569")}
    if len(days) == 1:
        yield record.year_day("birthday", MonthDay.parse(days.pop()))


def _debut(entity: Entity, *properties: str) -> Iterator[Said]:
    """The day on which somebody began, by the first of some properties that says it; the earliest, if several do.

    Of who ended there are no anniversaries.
    """
    if entity.says("P576") or entity.says("P2032"):
        return
    first = next((min(moments) for property_ in properties if (moments := _exact(entity, property_))), None)
    if first is not None:
        yield record.year_day("debut", MonthDay(first.month, first.day), first.year)


def _exact(entity: Entity, property_: str) -> list[Moment]:
    """The best stated times of a property that are known to the day."""
    moments = (statement.value for statement in entity.best(property_, TIME))
    return [moment for moment in moments if moment.precision == _TO_THE_DAY and moment.when]


def _terms(entity: Entity, property_: str) -> dict[str, tuple[str | None, str | None]]:
    """Whom or what a membership is with, from when until when; of several terms, the first known day and the last."""
    terms: dict[str, list[tuple[str | None, str | None]]] = {}
    for statement in entity.every(property_, ITEM):
        since, until = (statement.qualifier(qualifier, TIME) for qualifier in ("P580", "P582"))
        terms.setdefault(statement.value, []).append((_iso(since), _iso(until)))
    return {
        id_: (min(filter(None, (since for since, _ in spans)), default=None), _end([until for _, until in spans]))
        for id_, spans in terms.items()
    }


def _iso(moment: Moment | None) -> str | None:
    return moment.iso if moment and moment.when else None


def _end(ends: list[str | None]) -> str | None:
    """When the last of several terms ended; None if one of them has no end."""
    return None if None in ends else max(filter(None, ends), default=None)
