"""The words for the catalogue's vocabulary (kinds, roles, statuses and the like), by language."""

from __future__ import annotations

from functools import cache

from bot.catalogue.model import Certainty, EventKind, Kind, Role, Status
from bot.text import Words

# There is one `Words` per language and a small vocabulary, so each word is looked up once and cached.


@cache
def kind_name(t: Words, kind: Kind, type_: str | None = None) -> str:
    """The kind of an entity, in words."""
    types = {"film": t("Film"), "show": t("Show"), "webtoon": t("Webtoon"), "drama": t("Drama")}
    kinds = {
        Kind.WORK: t("Drama"),
        Kind.PERSON: t("Person"),
        Kind.GROUP: t("Group"),
        Kind.CHARACTER: t("Character"),
        Kind.TRACK: t("Song"),
        Kind.ALBUM: t("Album"),
        Kind.ORGANISATION: t("Broadcaster"),
        Kind.OCCASION: t("Event"),
    }
    return types.get(type_ or "", kinds[kind])


@cache
def status_name(t: Words, status: Status) -> str:
    """A status in a word."""
    return {
        Status.REPORTED: t("reported"),
        Status.EXPECTED: t("expected"),
        Status.CONFIRMED: t("confirmed"),
        Status.RELEASED: t("released"),
        Status.POSTPONED: t("postponed"),
        Status.CANCELLED: t("cancelled"),
    }[status]


@cache
def event_name(t: Words, kind: EventKind, number: int = 0) -> str:
    """The kind of an event, in words."""
    return {
        EventKind.PREMIERE: t("Premiere"),
        EventKind.EPISODE: t("Episode {number}", number=number),
        EventKind.FINALE: t("Finale"),
        EventKind.OST_RELEASE: t("Release"),
        EventKind.ALBUM_RELEASE: t("Release"),
        EventKind.COMEBACK: t("Comeback"),
        EventKind.TEASER: t("Teaser"),
        EventKind.MUSIC_VIDEO: t("Music video"),
        EventKind.CONCERT: t("Concert"),
        EventKind.FAN_MEETING: t("Fan meeting"),
        EventKind.BROADCAST: t("Broadcast"),
        EventKind.WATCH_PARTY: t("Watch party"),
        EventKind.BIRTHDAY: t("Birthday"),
        EventKind.OTHER: t("Event"),
        EventKind.ARTIST_BIRTHDAY: t("Birthday"),
        EventKind.DEBUT_ANNIVERSARY: t("Debut anniversary"),
        EventKind.PREMIERE_ANNIVERSARY: t("Premiere anniversary"),
    }[kind]


@cache
def certainty_name(t: Words, certainty: Certainty) -> str:
    """How sure the sources are, in a word; empty if they simply state it."""
    return {
        Certainty.STATED: "",
        Certainty.REPORTED: t("reported"),
        Certainty.APPROXIMATE: t("approximately"),
        Certainty.SPECULATIVE: t("unconfirmed talk"),
    }[certainty]


@cache
def role_name(t: Words, role: Role | None) -> str:
    """The heading over parts of one size; None if sources do not say."""
    return {
        Role.LEAD: t("Leads"),
        None: t("Also starring"),
        Role.SUPPORT: t("Support"),
        Role.SPECIAL: t("Special appearances"),
        Role.CAMEO: t("Cameos"),
    }[role]


@cache
def role_of(t: Words, role: Role) -> str:
    """The size of a part."""
    return {
        Role.LEAD: t("lead"),
        Role.SUPPORT: t("support"),
        Role.SPECIAL: t("special appearance"),
        Role.CAMEO: t("cameo"),
    }[role]


@cache
def job_name(t: Words, job: str) -> str:
    """The name of a job behind the camera."""
    return {"writer": t("Writer"), "director": t("Director"), "music_director": t("Music director")}[job]


@cache
def name_kind(t: Words, kind: str) -> str:
    """The name of a kind of name."""
    return {
        "official": t("official name"),
        "original": t("original name"),
        "former": t("former title"),
        "literal": t("literal translation"),
        "romanised": t("romanised"),
        "short": t("short form"),
        "stage": t("stage name"),
        "birth": t("birth name"),
        "alternative": t("also known as"),
        "spelling": t("other spelling"),
    }[kind]


@cache
def day_name(t: Words, kind: str) -> str:
    """The heading of a day that comes round every year."""
    return {"birthday": t("Birthday"), "debut": t("Debut")}[kind]


@cache
def attribute_name(t: Words, attribute: str) -> str:
    """The heading of an attribute."""
    return {
        "genre": t("Genre"),
        "synopsis": t("Story"),
        "setting": t("Setting"),
        "episodes": t("Episodes"),
        "episodes_a_night": t("Episodes a night"),
        "break": t("No episode"),
        "slot": t("Time slot"),
        "trivia": t("Good to know"),
        "occupation": t("Occupation"),
        "description": t("Description"),
        "recording": t("Recording"),
        "album_type": t("Type"),
        "tracks": t("Tracks"),
        "soundtrack": t("Soundtrack"),
        "buzz": t("Talk"),
        "budget": t("Budget"),
    }[attribute]


@cache
def link_name(t: Words, kind: str) -> str:
    """The name of a kind of link."""
    return {
        "teaser": t("Teaser"),
        "trailer": t("Trailer"),
        "video": t("Music video"),
        "official": t("Official page"),
        "listen": t("Listen"),
        "watch": t("Watch"),
    }[kind]
