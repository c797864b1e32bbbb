"""What the cards have in common: how names, dates, credits and sources are put into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from discord.utils import format_dt

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
from bot.render.card import MAX_OPTION, escape, shorten
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
    """What an entity is called, escaped."""
    name = label.name(t.language)
    return escape(name) if name else t("untitled")


def called_fully(t: Words, label: Label) -> str:
    """What an entity is called, with its name in the other script."""
    other = label.other(t.language)
    return f"{called(t, label)} · {escape(other)}" if other else called(t, label)


def option(t: Words, entry: Entry) -> str:
    """An entity as a choice in a list: kind, name, what tells it from others, other script. Not escaped."""
    name = entry.label.name(t.language) or t("untitled")
    hints = [hint for label in entry.hints[:3] if (hint := label.name(t.language))]
    if entry.year is not None:
        hints.append(str(entry.year))
    other = entry.label.other(t.language)
    told_apart = f" ({', '.join(hints)})" if hints else ""
    return shorten(f"{EMOJI[entry.ref.kind]} {name}{told_apart}{f' · {other}' if other else ''}", MAX_OPTION)


def when(t: Words, at: When) -> str:
    """A date at its own precision. A minute shows in the reader's zone, a day as a day, a vague date in its words."""
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
    """A date with its status; "released" goes without saying."""
    if event is None:
        return t("date not known")
    status = event.status_at(now)
    shown = when(t, event.when)
    if event.after and event.when.precision not in (Precision.MINUTE, Precision.DAY):
        work, kind = event.after
        shown += " " + t("(after: {event}, {work})", event=vocabulary.event_name(t, kind).lower(), work=called(t, work))
    return shown if status is Status.RELEASED else f"{shown} · {vocabulary.status_name(t, status)}"


def remarks(t: Words, fact: Fact) -> str:
    """How certain a statement is, and its words where they say more. Starts with a space, or is empty."""
    return _bracketed(_said(t, fact))


def remarks_fully(t: Words, fact: Fact) -> str:
    """The same with the note, for where there is room for it."""
    return _bracketed([*_said(t, fact), escape(t.pick(fact.note)) if fact.note else ""])


def _said(t: Words, fact: Fact) -> list[str]:
    said = [vocabulary.certainty_name(t, fact.certainty)]
    if isinstance(fact, Event) and fact.when.words is not None and fact.when.precision in EXACT:
        said.insert(0, quoted(t, fact.when.words))
    return said


def _bracketed(words: Iterable[str]) -> str:
    said = "; ".join(filter(None, words))
    return f" ({said})" if said else ""


def performers(t: Words, performed: Iterable[Performer], but: Label | None = None) -> str:
    """Who performs, in the order of the credit, leaving one out if asked to."""
    credited = (p for p in performed if p.rank == 0 and (but is None or p.artist.ref != but.ref))
    return ", ".join(called(t, p.artist) + remarks(t, p) for p in credited)


def song_title(t: Words, song: Song) -> str:
    """The title of a song; an untitled one is told by what it is."""
    if song.label.name(t.language):
        return called_fully(t, song.label)
    return t("Main OST, title not known") if any(ost.main for ost in song.osts) else t("Title not known")


def ost_place(t: Words, ost: Ost, *, with_work: bool = True) -> str:
    """Which OST of which drama a song is."""
    parts = [f"*{called(t, ost.work)}*"] if with_work else []
    if ost.part is not None:
        parts.append(t("Part {part}", part=ost.part))
    if ost.main:
        parts.append(t("main OST"))
    return " · ".join(parts) + remarks(t, ost)


def amount(t: Words, money: Money) -> str:
    """An amount as it was stated."""
    shown = t.money(money.amount, money.currency)
    if money.qualifier == "about":
        shown = t("about {amount}", amount=shown)
    elif money.qualifier == "more_than":
        shown = t("more than {amount}", amount=shown)
    return t("{amount} as reported", amount=shown) if money.converted else shown


def source(t: Words, cited: Source) -> str:
    """A source: publisher and day, leading to its address where it is known."""
    words = cited.publisher
    if cited.published:
        words = f"{words}, {t.day(date.fromisoformat(cited.published))}"
    # An address may hold a closing bracket, which would end a link; angle brackets keep Discord from unfolding it.
    return f"[{escape(words)}](<{cited.url}>)" if cited.url else escape(words)


def sources_of(facts: Iterable[Fact]) -> list[Source]:
    """The sources of what a card states, each once, in the order of the statements."""
    return list({cited.slug: cited for fact in facts for cited in fact.sources}.values())


def footer(t: Words, facts: Iterable[Fact], limit: int = 3) -> str:
    """The line under a card that says where it comes from: publishers by name, and how many more there are."""
    found = list(dict.fromkeys(cited.publisher for cited in sources_of(facts)))
    if not found:
        return ""
    shown = ", ".join(escape(publisher) for publisher in found[:limit])
    if len(found) > limit:
        return t.plural(
            "Sources: {shown} and {n} more", "Sources: {shown} and {n} more", len(found) - limit, shown=shown
        )
    return t("Sources: {shown}", shown=shown)


def field(name: str, value: str) -> str:
    """A named value, on a line of its own."""
    return f"**{name}** {value}"


def zone_short(zone: str) -> str:
    """A zone as listings write it, where it has one name the year round; else its IANA name."""
    return {"Asia/Seoul": "KST", "Asia/Tokyo": "JST"}.get(zone, zone)


def relation(t: Words, kind: str, other: str) -> str:
    """How somebody stands to another."""
    return {
        "meets": t("meets {name}", name=other),
        "teammate": t("teammate of {name}", name=other),
        "engaged": t("engaged to {name}", name=other),
        "partner": t("partner of {name}", name=other),
    }[kind]


def ranked(t: Words, facts: Sequence[Detail], separator: str = "; ") -> tuple[str, list[str]]:
    """Details in words: those that nothing better disagrees with, and the others."""
    said = [(d.rank, escape(t.pick(d.value)) + remarks(t, d)) for d in facts]
    return separator.join(words for rank, words in said if rank == 0), [words for rank, words in said if rank > 0]


def with_others(t: Words, heading: str, shown: str, others: Sequence[str]) -> list[str]:
    """A named value, and beneath it what sources that disagree say; nothing where there is neither."""
    lines = [field(heading, shown)] if shown else []
    if others:
        lines.append("-# " + t("Also stated: {others}", others="; ".join(others)))
    return ["\n".join(lines)] if lines else []


def also_called(t: Words, profile: Profile) -> list[str]:
    """The names that the title of a card does not show."""
    shown = {profile.label.english, profile.label.korean}
    kinds: dict[str, list[str]] = {}
    for name in profile.names:
        if name.text not in shown:
            kinds.setdefault(name.text, []).append(vocabulary.name_kind(t, name.kind) + remarks(t, name))
    listed = [f"{escape(text)} ({', '.join(kinds[text])})" for text in kinds]
    return [field(t("Also"), " · ".join(listed))] if listed else []


def event_lines(t: Words, events: Sequence[Event], now: datetime) -> list[str]:
    """Dates, each with what else was stated for it."""
    lines: list[str] = []
    for event in events:
        if event.rank == 0:
            others = [
                dated(t, other, now) + remarks(t, other)
                for other in events
                if other.rank > 0 and (other.kind, other.number) == (event.kind, event.number)
            ]
            name = vocabulary.event_name(t, event.kind, event.number)
            lines += with_others(t, name, dated(t, event, now) + remarks(t, event), others)
    return lines


def detail_lines(t: Words, details: Sequence[Detail]) -> list[str]:
    """Attributes in words, each with what else was stated for it."""
    lines: list[str] = []
    for attribute in dict.fromkeys(detail.attribute for detail in details):
        own = [detail for detail in details if detail.attribute == attribute]
        first, others = ranked(t, own, ", " if attribute == "genre" else "; ")
        lines += with_others(t, vocabulary.attribute_name(t, attribute), first, others)
    return lines


def money_lines(t: Words, money: Sequence[Money]) -> list[str]:
    """Amounts, conversions as they were reported, and other amounts that were stated."""
    lines: list[str] = []
    for attribute in dict.fromkeys(sum_.attribute for sum_ in money):
        said = [(m.rank, amount(t, m) + remarks(t, m)) for m in money if m.attribute == attribute]
        first = [words for rank, words in said if rank == 0]
        lines += with_others(
            t, vocabulary.attribute_name(t, attribute), "; ".join(first), [w for rank, w in said if rank > 0]
        )
    return lines


def link_lines(t: Words, links: Sequence[Link]) -> list[str]:
    """What can be opened; where the address is lost, that it exists."""
    named = [(vocabulary.link_name(t, link.kind), link) for link in links]
    shown = [
        (f"[{name}](<{link.url}>)" if link.url else t("{link} (it exists; its address is not known)", link=name))
        + remarks(t, link)
        for name, link in named
    ]
    return [field(t("Links"), " · ".join(shown))] if shown else []
