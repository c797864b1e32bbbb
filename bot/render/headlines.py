"""What happens, on one line: of one event, or of several that are told together."""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalogue.model import ANNIVERSARIES, OWN, EventKind, Kind, Upcoming
from bot.render.wording import PLAIN, Style, called
from bot.text import Words

_MAIN_FIRST = (
    EventKind.PREMIERE,
    EventKind.FINALE,
    EventKind.ALBUM_RELEASE,
    EventKind.EPISODE,
    EventKind.OST_RELEASE,
    *OWN,
    *ANNIVERSARIES,
)

SIGNS = {
    EventKind.COMEBACK: "🌟",
    EventKind.TEASER: "🎞️",
    EventKind.MUSIC_VIDEO: "📽️",
    EventKind.CONCERT: "🎫",
    EventKind.FAN_MEETING: "🤝",
    EventKind.BROADCAST: "📺",
    EventKind.WATCH_PARTY: "🍿",
    EventKind.BIRTHDAY: "🎂",
    EventKind.OTHER: "📌",
}
"""What stands before the title of a server's own event."""


def ordered(items: Sequence[Upcoming]) -> list[Upcoming]:
    """The most important first; episodes by number."""
    return sorted(items, key=lambda item: (_MAIN_FIRST.index(item.event.kind), item.event.number))


def headline(t: Words, item: Upcoming, style: Style = PLAIN) -> str:
    """What happens at one date."""
    subject, kind = item.event.subject, item.event.kind
    name = called(t, subject, style)
    artists = ", ".join(called(t, artist, style) for artist in item.performers)
    works = ", ".join(called(t, work, style) for work in item.works)
    match kind:
        case EventKind.PREMIERE:
            return t("🎬 {work} premieres", work=name)
        case EventKind.FINALE:
            return t("🎬 {work}: the finale", work=name)
        case EventKind.EPISODE:
            return t("🎬 {work}: episode {number}", work=name, number=item.event.number)
        case EventKind.OST_RELEASE:
            if not works:
                return t("🎵 {song} by {artists}", song=name, artists=artists)
            return t("🎵 {song} by {artists} ({works})", song=name, artists=artists, works=works)
        case EventKind.ALBUM_RELEASE:
            return t("💿 {album} by {artists}", album=name, artists=artists)
        case EventKind.ARTIST_BIRTHDAY:
            return f"🎂 {recalled(t, item, name)}"
        case EventKind.DEBUT_ANNIVERSARY | EventKind.PREMIERE_ANNIVERSARY:
            return f"🎉 {recalled(t, item, name)}"
        case _:
            about = item.occasion.about if item.occasion is not None else None
            if about is None or called(t, about).casefold() in called(t, subject).casefold():
                return f"{SIGNS[kind]} {name}"
            return f"{SIGNS[kind]} {name} ({called(t, about, style)})"


def recalled(t: Words, item: Upcoming, name: str) -> str:
    """What an anniversary recalls, and of things how long ago that was; of people, nobody is told how old they are.

    `name`: what its subject is called in the medium.
    """
    kind, years = item.event.kind, item.years or 0
    match kind:
        case EventKind.DEBUT_ANNIVERSARY if years < 1:
            return t("Debut anniversary of {name}", name=name)
        case EventKind.DEBUT_ANNIVERSARY if item.event.subject.ref.kind is Kind.GROUP:
            return t.plural("{n} year of {name}", "{n} years of {name}", years, name=name)
        case EventKind.DEBUT_ANNIVERSARY:
            return t.plural("{n} year since {name}'s debut", "{n} years since {name}'s debut", years, name=name)
        case EventKind.PREMIERE_ANNIVERSARY if years < 1:
            return t("Anniversary of {work}'s premiere", work=name)
        case EventKind.PREMIERE_ANNIVERSARY:
            return t.plural("{n} year since {work} premiered", "{n} years since {work} premiered", years, work=name)
        case _:
            return t("{name}'s birthday", name=name)


def title(t: Words, items: Sequence[Upcoming], style: Style = PLAIN, *, digest: bool = False) -> str:
    """The subject of a post."""
    if digest:
        return t("🗓️ Coming up")
    main = ordered(items)[0]
    if len(items) > 1 and {item.event.kind for item in items} == {EventKind.EPISODE}:
        numbers = t.numbers(sorted(item.event.number for item in items))
        return t("🎬 {work}: episodes {numbers}", work=called(t, main.event.subject, style), numbers=numbers)
    if len(items) > 1 and {item.event.kind for item in items} == {EventKind.OST_RELEASE} and main.works:
        work = called(t, main.works[0], style)
        return t.plural("🎵 {n} song from {work}", "🎵 {n} songs from {work}", len(items), work=work)
    return headline(t, main, style)
