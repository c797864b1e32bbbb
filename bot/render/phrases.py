"""The words of `wording` and `headlines` with Discord's markup: escaped, emphasised, linked, with its timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from discord.utils import format_dt

from bot.catalogue.lists import holding
from bot.catalogue.model import (
    Airing,
    Credit,
    Detail,
    Event,
    Fact,
    Label,
    Link,
    Occasion,
    Ost,
    Performer,
    Profile,
    Relation,
    Song,
    Source,
    Upcoming,
    YearDay,
)
from bot.catalogue.when import When
from bot.render import headlines, vocabulary, wording
from bot.render.card import BY_RULE, MAX_CREDIT, MAX_OPTION, escape, shorten
from bot.search import Entry
from bot.text import Words


@dataclass(frozen=True, slots=True)
class _Marked(wording.Style):
    """Names and quotations escaped, works in italics, and minutes as timestamps, which Discord shows in any zone."""

    def text(self, text: str) -> str:
        return escape(text)

    def name(self, name: str, *, by_rule: bool) -> str:
        return escape(name) + (BY_RULE if by_rule else "")

    def emphasised(self, written: str) -> str:
        return f"*{written}*"

    def linked(self, name: str, addresses: Sequence[str]) -> str:
        if len(addresses) < 2:
            return linked(escape(name), addresses[0] if addresses else None)
        numbered = (linked(str(number), address) for number, address in enumerate(addresses, start=1))
        return f"{escape(name)} ({', '.join(numbered)})"

    def minute(self, t: Words, at: datetime, zone: str) -> str:
        return format_dt(at, "f")


MARKED = _Marked()


def called(t: Words, label: Label) -> str:
    """The name of an entity, marked if it is romanised by rule."""
    return wording.called(t, label, MARKED)


def called_fully(t: Words, label: Label) -> str:
    """The name of an entity, with the one in the other script."""
    return wording.called_fully(t, label, MARKED)


def called_clearly(t: Words, label: Label) -> str:
    """The name of an entity, with its name in Hangul if the first is romanised by rule."""
    return wording.called_clearly(t, label, MARKED)


def option(t: Words, entry: Entry) -> str:
    """An entity as an option of a menu or of a command, which Discord shows as it is."""
    return shorten(wording.listed(t, entry), MAX_OPTION)


def headline(t: Words, item: Upcoming) -> str:
    """What happens at one date."""
    return headlines.headline(t, item, MARKED)


def when(t: Words, at: When) -> str:
    """A date at its own precision: a minute in the reader's zone, a day as a day, a vague date as it was stated."""
    return wording.when(t, at, MARKED)


def dated(t: Words, event: Event | None, now: datetime) -> str:
    """A date with its status, except "released"."""
    return wording.dated(t, event, now, MARKED)


def where(occasion: Occasion | None) -> str:
    """Where something of a server's own takes place, for the end of a line; empty if that is not said."""
    shown = wording.where(occasion, MARKED) if occasion is not None else ""
    return f" · {shown}" if shown else ""


def song_date(t: Words, song: Song, now: datetime) -> str:
    """The date of a song, for the end of a line; empty if none is known."""
    shown = wording.song_date(t, song, now, MARKED)
    return f" · {shown}" if shown else ""


def remarks(t: Words, fact: Fact) -> str:
    """How certain a statement is, and its own words if they say more. Starts with a space, or is empty."""
    return wording.remarks(t, fact, MARKED)


def performers(t: Words, performed: Iterable[Performer], but: Label | None = None) -> str:
    """The performers, in the order of the credit, without `but`."""
    return wording.performers(t, performed, MARKED, but=but)


def song_title(t: Words, song: Song) -> str:
    """The title of a song; for an untitled one, which OST it is."""
    return wording.song_title(t, song, MARKED)


def ost_place(t: Words, ost: Ost, *, with_work: bool = True) -> str:
    """Which OST of which drama a song is."""
    return wording.ost_place(t, ost, MARKED, with_work=with_work)


def part(t: Words, credit: Credit) -> str:
    """A part on one line: the person, the character, and its size."""
    return wording.part(t, credit, MARKED)


def airing(t: Words, airs: Airing) -> str:
    """One network with its slot, or one platform."""
    return wording.airing(t, airs, MARKED)


def relation(t: Words, related: Relation) -> str:
    """A relation to another entity."""
    return wording.relation(t, related, MARKED)


def footer(t: Words, facts: Iterable[Fact]) -> str:
    """The line under a card about its sources: the one that states most of it, and how many others there are."""
    return wording.sourced(t, facts, MARKED)


def credit(t: Words, facts: Iterable[Fact], *, with_links: bool = True) -> str:
    """The line under a card that credits those whose licences ask for it; empty if nobody's does.

    It has as many of their addresses as there is room for; the card of sources has all. Without `with_links` it
    has none, since the lines of a list have them (`credit_links`).
    """
    facts = list(facts)
    lines = (wording.credited(t, facts, MARKED, most_linked=most) for most in ((6, 3, 1, 0) if with_links else (0,)))
    line = ""
    for line in lines:
        if len(line) <= MAX_CREDIT:
            return line
    return shorten(line, MAX_CREDIT)


def credit_links(facts: Iterable[Fact]) -> str:
    """Who is credited for one line of a list, with links. Starts with a space, or is empty."""
    owed = {cited.url: cited.publisher for fact in facts for cited in fact.sources if cited.asks_for_credit}
    return "".join(f" · {linked(escape(publisher), url)}" for url, publisher in owed.items())


def linked(shown: str, address: str | None) -> str:
    """Words that lead to an address, if there is one, without Discord's preview."""
    # An address may contain a closing bracket, which would end a link; angle brackets suppress Discord's preview.
    return f"[{shown}](<{address}>)" if address else shown


def source(t: Words, cited: Source) -> str:
    """A source: publisher, title and day, linked to its address if that is known."""
    shown = f"**{linked(escape(cited.publisher), cited.url)}**"
    if cited.title:
        shown += f", *{escape(shorten(cited.title, 120))}*"  # no quotation marks: it may be a description
    if cited.licence and cited.asks_for_credit:
        shown += f", {escape(cited.licence)}"
    return f"{shown}, {t.day(date.fromisoformat(cited.published))}" if cited.published else shown


def field(name: str, value: str) -> str:
    """A named value, on a line of its own."""
    return f"**{name}** {value}"


def small(words: str) -> str:
    """A small line; empty if there are no words for it."""
    return f"-# {words}" if words else ""


def also_stated(t: Words, others: Iterable[str]) -> str:
    """A small line with contradicting statements; empty if there are none."""
    return small(wording.also_stated(t, others))


def also_called(t: Words, profile: Profile) -> list[str]:
    """The names that a card's title does not show, except spellings of those it shows."""
    listed = wording.also_called(t, profile, MARKED)
    return [field(t("Also called"), " · ".join(listed))] if listed else []


def event_lines(t: Words, events: Sequence[Event], now: datetime) -> list[str]:
    """Dates, each with the stated dates that contradict it."""
    lines = wording.event_dates(t, events, now, MARKED)
    return ["\n".join(filter(None, (field(line.name, line.value), small(line.others)))) for line in lines]


def detail_lines(t: Words, details: Iterable[Detail]) -> list[str]:
    """Attributes, without statements that a better one contradicts."""
    return [field(line.name, line.value) for line in wording.details(t, details, MARKED)]


def year_day(t: Words, day: YearDay) -> str:
    """A day that comes round every year; with the year in which it was the first time, if that is told."""
    return t.day_of_year(day.day) if day.year is None else t.day(day.day.in_year(day.year))


def day_lines(t: Words, days: Sequence[YearDay]) -> list[str]:
    """The days of an artist that come round every year."""
    return [field(vocabulary.day_name(t, one.kind), year_day(t, one) + remarks(t, one)) for one in holding(days)]


def link(t: Words, kind: str, url: str) -> str:
    """A link of an entity."""
    return linked(vocabulary.link_name(t, kind), url)


def link_lines(t: Words, links: Iterable[Link]) -> list[str]:
    """The links of an entity."""
    shown = [link(t, one.kind, one.url) for one in holding(links) if one.url]
    return [field(t("Links"), " · ".join(shown))] if shown else []


def headed(heading: str, entries: Iterable[str]) -> list[str]:
    """Entries under a heading: one block each, with the heading on the first."""
    blocks = list(entries)
    return [f"### {heading}\n{blocks[0]}", *blocks[1:]] if blocks else []
