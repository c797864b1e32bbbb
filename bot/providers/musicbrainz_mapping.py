"""What MusicBrainz says of artists and of OST releases, as records. Pure.

Only its core data are used, which are CC0. Annotations, tags, genres and ratings have a licence that forbids commercial
use, so no model here has a field for them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from pydantic import Field

from bot.catalogue.model import EventKind, Kind, Status
from bot.catalogue.romanise import has_hangul
from bot.providers.document import Many, Model, Words
from bot.providers.soundtracks import Soundtrack, moment
from bot.store.record import ExternalId, Record, Said, Thing, event, membership, name, ost, performer

ARTIST, RELEASE_GROUP, RECORDING = "musicbrainz-artist", "musicbrainz-release-group", "musicbrainz-recording"

_KINDS = {"Person": Kind.PERSON, "Group": Kind.GROUP}
_LANGUAGES = frozenset({"en", "ko", "ja", "zh"})
_HOME = ("KR", "XW")
"""Korea, and the whole world (a code of MusicBrainz's own): the countries of a release that are taken first."""
_ITEM = re.compile(r"https?://www\.wikidata\.org/(?:wiki|entity)/(Q[1-9]\d*)")
_KANA = re.compile("[\u3040-\u30ff]")
_WITHOUT_VOICE = re.compile(
    r"""(?x)
    (?: [(\[] \s* (?i: inst\.? | instrumental | mr ) (?i: \s+ ver(?:sion|\.)? )? \s* [)\]]
      | [\s-] (?: (?i: inst\. | instrumental ) | Inst | INST | MR ) )
    \s* $
    """
)


class _Alias(Model):
    name: Words = ""
    locale: Words = ""
    type: Words = ""
    primary: bool | None = None
    ended: bool | None = None


class _Artist(Model):
    id: str
    name: Words
    type: Words = ""

    @property
    def key(self) -> ExternalId:
        return ExternalId(ARTIST, self.id)

    @property
    def kind(self) -> Kind | None:
        """Person or group; None for choirs, characters, "Various Artists", and where it is not said."""
        return _KINDS.get(self.type)


class _Url(Model):
    resource: Words = ""


class _Relation(Model):
    type: Words = ""
    direction: Words = ""
    begin: Words = ""
    end: Words = ""
    artist: _Artist | None = None
    url: _Url | None = None


class _Credit(Model):
    name: Words = ""
    artist: _Artist


class Artist(_Artist):
    """An artist with aliases, links and relations to other artists."""

    country: Words = ""
    aliases: Many[_Alias] = ()
    relations: Many[_Relation] = ()


class ReleaseGroup(Model):
    """An album with all of its releases, as searches and dumps have it."""

    id: str
    title: str
    secondary_types: Many[str] = Field((), alias="secondary-types")
    first_release_date: Words = Field("", alias="first-release-date")
    artist_credit: Many[_Credit] = Field((), alias="artist-credit")
    relations: Many[_Relation] = ()


class _Recording(Model):
    id: str
    title: Words = ""


class _Track(Model):
    title: Words = ""
    artist_credit: Many[_Credit] = Field((), alias="artist-credit")
    recording: _Recording


class _Medium(Model):
    tracks: Many[_Track] = ()


class Release(Model):
    """One release of a release group, with its tracks."""

    id: str
    status: Words = ""
    country: Words = ""
    date: Words = ""
    artist_credit: Many[_Credit] = Field((), alias="artist-credit")
    media: Many[_Medium] = ()


def artist(document: Artist) -> Record | None:
    """An artist, with its groups or its members; None if it is neither a person nor a group."""
    if document.kind is None:
        return None
    related = [relation for relation in document.relations if relation.type == "member of band" and relation.artist]
    groups = _others(related, "forward", Kind.GROUP) if document.kind is Kind.PERSON else ()
    members = _others(related, "backward", Kind.PERSON) if document.kind is Kind.GROUP else ()
    subject = Thing(
        document.key,
        document.kind,
        (*_names(document), *(_membership(related, group.key, group.key) for group in groups)),
        also=_items(document.relations),
        related=tuple(group.key for group in groups),
    )
    others = (
        *(Thing(group.key, Kind.GROUP, _name(group.name)) for group in groups),
        *(
            Thing(
                member.key,
                Kind.PERSON,
                (*_name(member.name), _membership(related, document.key, member.key)),
                related=(document.key,),
            )
            for member in members
        ),
    )
    return Record("musicbrainz", f"artist/{document.id}", (subject, *others))


def release_group(document: ReleaseGroup, soundtrack: Soundtrack, release: Release | None) -> Record:
    """An OST release: the album, the songs of one release of it, and of which work they are."""
    released = moment(document.first_release_date)
    tracks = _songs(release) if release else ()
    credited = [*document.artist_credit, *(one for track in tracks for one in track.artist_credit)]
    artists = _artists([*credited, *(release.artist_credit if release else ())])
    album = Thing(
        ExternalId(RELEASE_GROUP, document.id),
        Kind.ALBUM,
        (
            *_name(document.title),
            *_performers(document.artist_credit, artists),
            *((event(EventKind.ALBUM_RELEASE, released, Status.EXPECTED),) if released else ()),
        ),
        also=_items(document.relations),
    )
    out = moment(release.date) if release else None
    songs = (
        Thing(
            ExternalId(RECORDING, track.recording.id),
            Kind.TRACK,
            (
                *_name(_title(track)),
                *_performers(track.artist_credit, artists),
                ost(soundtrack.work, soundtrack.part),
                *((event(EventKind.OST_RELEASE, out, Status.EXPECTED),) if out else ()),
            ),
        )
        for track in tracks
    )
    performing = {one.artist.key: artists[one.artist.key] for one in credited if one.artist.key in artists}
    return Record("musicbrainz", f"release-group/{document.id}", (album, *songs, *performing.values()))


def one_release(releases: Sequence[Release]) -> Release | None:
    """The official release whose tracks stand for all: of Korea or of the whole world if there is one, the earliest."""
    official = [release for release in releases if release.status == "Official"]
    return min(
        official,
        key=lambda release: (release.country not in _HOME, not release.date, release.date, release.id),
        default=None,
    )


def has_voice(title: str) -> bool:
    """Whether a title is not that of an instrumental version: "(Inst.)", "Instrumental", or "MR", as Korea calls it."""
    return _WITHOUT_VOICE.search(title) is None


def _songs(release: Release) -> Sequence[_Track]:
    found: dict[str, _Track] = {}
    for medium in release.media:
        for track in medium.tracks:
            if has_voice(_title(track)):
                found.setdefault(track.recording.id, track)
    return [*found.values()]


def _title(track: _Track) -> str:
    return track.title or track.recording.title


def _others(related: Iterable[_Relation], direction: str, kind: Kind) -> Sequence[_Artist]:
    """The artists at the other end of memberships, each once."""
    found = {
        relation.artist.key: relation.artist
        for relation in related
        if relation.artist and relation.direction == direction and relation.artist.kind is kind
    }
    return [*found.values()]


def _membership(related: Iterable[_Relation], group: ExternalId, other: ExternalId) -> Said:
    """The membership in `group`, from the first begin to the last end of its spans. `other` is whom they lead to.

    A span without an end is one that lasts, or one of which the end is not known.
    """
    spans = [relation for relation in related if relation.artist and relation.artist.key == other]
    begins = sorted(span.begin for span in spans if span.begin)
    ends = sorted(span.end for span in spans)
    return membership(group, begins[0] if begins else None, ends[-1] if all(ends) else None)


def _names(document: Artist) -> Iterator[Said]:
    """The name, then that of each other language, then the other aliases. Sort names are of no use to anybody."""
    main = _main_language(document)
    found = {(document.name, main): "original" if main == "ko" else "official"}
    taken = {main}
    aliases = [(alias, _alias_language(alias)) for alias in document.aliases if alias.name.strip()]
    aliases.sort(key=lambda one: not one[0].primary)
    for alias, language in aliases:
        if language is None or (alias.name, language) in found:
            continue
        kind = _alias_kind(alias, document.kind)
        if alias.primary and kind == "alternative" and language not in taken:
            kind = "original" if language == "ko" else "official"
            taken.add(language)
        found[alias.name, language] = kind
    for position, ((text, language), kind) in enumerate(found.items()):
        yield name(text, kind, language, position)


def _main_language(document: Artist) -> str:
    """The language of an artist's name: that of its script, or of the alias that is the same."""
    same = (_alias_language(alias) for alias in document.aliases if alias.name == document.name)
    return _language(document.name) or next(filter(None, same), "en")


def _alias_kind(alias: _Alias, kind: Kind | None) -> str:
    if alias.type == "Search hint":
        return "spelling"
    if alias.type == "Legal name" and kind is Kind.PERSON:
        return "birth"
    return "former" if alias.ended else "alternative"


def _alias_language(alias: _Alias) -> str | None:
    """The language of an alias: that of its locale, or of its script. A Korean name is not made English by a locale."""
    script = _language(alias.name)
    language = alias.locale.partition("_")[0]
    if language not in _LANGUAGES or (script == "ko" and language == "en"):
        return script if not alias.locale or language in _LANGUAGES else None
    return language


def _language(text: str) -> str | None:
    """The language of a name, as far as its script tells: Chinese characters are those of several."""
    if has_hangul(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    return "en" if any("a" <= letter.casefold() <= "z" for letter in text) else None


def _name(text: str) -> tuple[Said, ...]:
    """The only name that is known."""
    language = _language(text) or "en"
    return (name(text, "original" if language == "ko" else "official", language, 0),) if text.strip() else ()


def _artists(credits_: Iterable[_Credit]) -> Mapping[ExternalId, Thing]:
    """Persons and groups among those who are credited. Searches do not say what they are; releases do."""
    found: dict[ExternalId, Thing] = {}
    for one in credits_:
        if one.artist.kind:
            found.setdefault(one.artist.key, Thing(one.artist.key, one.artist.kind, _name(one.artist.name)))
    return found


def _performers(credits_: Iterable[_Credit], artists: Container[ExternalId]) -> Iterator[Said]:
    performing: dict[ExternalId, str] = {}
    for one in credits_:
        if one.artist.key in artists:
            performing.setdefault(one.artist.key, one.name if one.name != one.artist.name else "")
    for position, (artist_, credited_as) in enumerate(performing.items()):
        yield performer(artist_, position, credited_as or None)


def _items(relations: Iterable[_Relation]) -> tuple[ExternalId, ...]:
    """The items of Wikidata that are the same."""
    addresses = (relation.url.resource for relation in relations if relation.type == "wikidata" and relation.url)
    found = filter(None, map(_ITEM.fullmatch, addresses))
    return tuple(dict.fromkeys(ExternalId("wikidata", match[1]) for match in found))
