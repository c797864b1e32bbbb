"""What the cards share: names, dates, credits and sources in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from discord.utils import format_dt

from bot.catalogue.lists import OstCount, holding
from bot.catalogue.model import (
    Detail,
    Event,
    Fact,
    Kind,
    Label,
    Link,
    Money,
    Ost,
    Performer,
    Profile,
    Song,
    Source,
    Status,
    Text,
)
from bot.catalogue.when import EXACT, Precision, When
from bot.render import vocabulary
from bot.render.card import BY_RULE, MAX_OPTION, escape, shorten
from bot.search import Entry
from bot.text import Words

EMOJI = {
    Kind.WORK: "🎬",
    Kind.PERSON: "🎤",
    Kind.GROUP: "👥",
    Kind.TRACK: "🎵",
    Kind.ALBUM: "💿",
    Kind.CHARACTER: "🎭",
    Kind.ORGANISATION: "📺",
}


def called(t: Words, label: Label) -> str:
    """The name of an entity, escaped, and marked if it is romanised by rule."""
    name = label.name(t.language)
    return (escape(name) + (BY_RULE if label.by_rule(t.language) else "")) if name else t("untitled")


def called_fully(t: Words, label: Label) -> str:
    """The name of an entity, with the one in the other script."""
    other = label.other(t.language)
    return f"{called(t, label)} · {escape(other)}" if other else called(t, label)


def called_clearly(t: Words, label: Label) -> str:
    """The name of an entity, with its name in Hangul if the first is romanised by rule."""
    return called_fully(t, label) if label.by_rule(t.language) else called(t, label)


def told_apart(t: Words, entry: Entry) -> str:
    """A name with a hint that distinguishes it from others: "Jin (BTS)". Not escaped."""
    hints = [hint for label in entry.hints[:3] if (hint := label.name(t.language))]
    if entry.year is not None:
        hints.append(str(entry.year))
    return (entry.label.name(t.language) or t("untitled")) + (f" ({', '.join(hints)})" if hints else "")


def option(t: Words, entry: Entry) -> str:
    """An entity as a choice in a list: kind, name, hint that distinguishes it, other script. Not escaped."""
    other = entry.label.other(t.language)
    name = told_apart(t, entry)
    return shorten(f"{EMOJI[entry.ref.kind]} {name}{f' · {other}' if other else ''}", MAX_OPTION)


def when(t: Words, at: When) -> str:
    """A date at its own precision: a minute in the reader's zone, a day as a day, a vague date as it was stated."""
    if at.precision is Precision.MINUTE and at.earliest is not None:
        return format_dt(at.earliest, "f")
    if at.words is not None and at.precision not in (Precision.DAY, Precision.MINUTE):
        return quoted(t, at.words)
    day = at.first_day
    if day is None:
        return t("date not known")
    return _day_words(t, at.precision, day)


def quoted(t: Words, text: Text) -> str:
    """The words of a statement, as a quotation."""
    return f"“{escape(t.pick(text))}”"


def _day_words(t: Words, precision: Precision, day: date) -> str:
    match precision:
        case Precision.MONTH:
            return t.month(day)
        case Precision.YEAR:
            return str(day.year)
        case _:
            return t.day(day)


def dated(t: Words, event: Event | None, now: datetime) -> str:
    """A date with its status, except "released"."""
    if event is None:
        return t("date not known")
    status = event.status_at(now)
    shown = when(t, event.when)
    if event.after and event.when.precision not in (Precision.MINUTE, Precision.DAY):
        work, kind = event.after
        shown += " " + t("(after: {event}, {work})", event=vocabulary.event_name(t, kind).lower(), work=called(t, work))
    return with_status(t, shown, status)


def with_status(t: Words, shown: str, status: Status) -> str:
    """A date in words with how firm it is, except "released"."""
    return shown if status is Status.RELEASED else f"{shown} · {vocabulary.status_name(t, status)}"


def song_date(t: Words, song: Song, now: datetime) -> str:
    """The date of a song, for the end of a line; empty if none is known. Omits "confirmed"."""
    if song.event is None or song.event.when.precision is Precision.UNKNOWN:
        return ""
    firm = song.event.status_at(now) is Status.CONFIRMED
    return " · " + (when(t, song.event.when) if firm else dated(t, song.event, now))


def remarks(t: Words, fact: Fact) -> str:
    """How certain a statement is, and its own words if they say more. Starts with a space, or is empty."""
    said = [vocabulary.certainty_name(t, fact.certainty)]
    if isinstance(fact, Event) and fact.when.words is not None and fact.when.precision in EXACT:
        said.insert(0, quoted(t, fact.when.words))
    words = "; ".join(filter(None, said))
    return f" ({words})" if words else ""


def performers(t: Words, performed: Iterable[Performer], but: Label | None = None) -> str:
    """The performers, in the order of the credit, without `but`."""
    credited = (p for p in holding(performed) if but is None or p.artist.ref != but.ref)
    return ", ".join(called(t, p.artist) + remarks(t, p) for p in credited)


def song_title(t: Words, song: Song) -> str:
    """The title of a song; for an untitled one, which OST it is."""
    if song.label.name(t.language):
        return called_fully(t, song.label)
    return t("Main OST, title not known") if any(ost.main for ost in song.osts) else t("Title not known")


def ost_counts(t: Words, counted: OstCount) -> list[str]:
    """How many OSTs an artist sings, and how many of them solo; empty if none."""
    total = t.plural("{n} OST", "{n} OSTs", counted.total) if counted.total else ""
    # Omit it for a single solo OST, and for a group's songs.
    solo = t.plural("{n} solo", "{n} solo", counted.solo) if counted.solo else ""
    return [words for words in (total, solo) if words]


def ost_place(t: Words, ost: Ost, *, with_work: bool = True) -> str:
    """Which OST of which drama a song is."""
    parts = [f"*{called_clearly(t, ost.work)}*"] if with_work else []
    if ost.part is not None:
        parts.append(t("Part {part}", part=ost.part))
    if ost.main:
        parts.append(t("main OST"))
    return " · ".join(parts) + remarks(t, ost)


def amount(t: Words, money: Money) -> str:
    """An amount as it was stated."""
    shown = t.money(money.amount, money.currency)
    if money.qualifier == "about":
        return t("about {amount}", amount=shown)
    return t("more than {amount}", amount=shown) if money.qualifier == "more_than" else shown


def source(t: Words, cited: Source) -> str:
    """A source: publisher, title and day, linked to its address if that is known."""
    words = escape(cited.publisher)
    # An address may contain a closing bracket, which would end a link; angle brackets suppress Discord's preview.
    shown = f"**[{words}](<{cited.url}>)**" if cited.url else f"**{words}**"
    if cited.title:
        shown += f", *{escape(shorten(cited.title, 120))}*"  # no quotation marks: it may be a description
    return f"{shown}, {t.day(date.fromisoformat(cited.published))}" if cited.published else shown


def footer(t: Words, facts: Iterable[Fact]) -> str:
    """The line under a card about its sources: the one that states most of it, and how many others there are."""
    cited = Counter(cited.publisher for fact in facts for cited in fact.sources)
    if not cited:
        return ""
    (most, _), others = cited.most_common(1)[0], len(cited) - 1
    if not others:
        return t("Source: {name}", name=escape(most))
    return t.plural("Source: {name} and {n} more", "Source: {name} and {n} more", others, name=escape(most))


def field(name: str, value: str) -> str:
    """A named value, on a line of its own."""
    return f"**{name}** {value}"


def zone_short(zone: str) -> str:
    """A zone's abbreviation as in listings, if it is the same all year; else its IANA name."""
    return {"Asia/Seoul": "KST", "Asia/Tokyo": "JST"}.get(zone, zone)


def relation(t: Words, kind: str, other: str) -> str:
    """A relation to another entity, in words."""
    return {
        "meets": t("meets {name}", name=other),
        "teammate": t("teammate of {name}", name=other),
        "engaged": t("engaged to {name}", name=other),
        "partner": t("partner of {name}", name=other),
    }[kind]


def also_stated(t: Words, others: Iterable[str]) -> str:
    """A small line with contradicting statements; empty if there are none."""
    words = "; ".join(dict.fromkeys(others))
    return "-# " + t("Also stated: {others}", others=words) if words else ""


def also_called(t: Words, profile: Profile) -> list[str]:
    """The names that a card's title does not show, except spellings of those it shows."""
    shown = set(profile.label.names.values())
    kinds: dict[str, list[str]] = {}
    for name in profile.names:
        if name.text not in shown and name.kind != "spelling":
            kinds.setdefault(name.text, []).append(vocabulary.name_kind(t, name.kind) + remarks(t, name))
    listed = [f"{escape(text)} ({', '.join(kinds[text])})" for text in kinds]
    return [field(t("Also called"), " · ".join(listed))] if listed else []


def event_lines(t: Words, events: Sequence[Event], now: datetime) -> list[str]:
    """Dates, each with the stated dates that contradict it."""
    lines: list[str] = []
    for event in holding(events):
        name = vocabulary.event_name(t, event.kind, event.number)
        others = also_stated(t, (dated(t, other, now) + remarks(t, other) for other in disputing(event, events)))
        lines.append("\n".join(filter(None, (field(name, dated(t, event, now) + remarks(t, event)), others))))
    return lines


def disputing(event: Event, events: Iterable[Event]) -> list[Event]:
    """Stated dates of the same event that contradict `event`."""
    return [
        other
        for other in events
        if other.rank > 0
        and (other.kind, other.number) == (event.kind, event.number)
        and not other.when.agrees(event.when)
    ]


def detail_lines(t: Words, details: Iterable[Detail]) -> list[str]:
    """Attributes in words, without statements that a better one contradicts."""
    said: dict[str, list[str]] = {}
    for detail in holding(details):
        said.setdefault(detail.attribute, []).append(escape(t.pick(detail.value)) + remarks(t, detail))
    return [field(vocabulary.attribute_name(t, attribute), "; ".join(said[attribute])) for attribute in said]


def link_lines(t: Words, links: Iterable[Link]) -> list[str]:
    """The links of an entity."""
    shown = [f"[{vocabulary.link_name(t, link.kind)}](<{link.url}>)" for link in holding(links) if link.url]
    return [field(t("Links"), " · ".join(shown))] if shown else []


def headed(heading: str, entries: Iterable[str]) -> list[str]:
    """Entries under a heading: one block each, with the heading on the first."""
    blocks = list(entries)
    return [f"### {heading}\n{blocks[0]}", *blocks[1:]] if blocks else []
