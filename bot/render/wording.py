"""The words for what the catalogue states, for any medium: names, dates, credits, songs, places and amounts.

Each sentence is composed here, once, and without markup. What a medium writes in its own way (a name, a quotation, an
emphasised title, a minute) goes through a `Style`. `PLAIN` adds nothing, so its words fit a calendar or a picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.catalogue.lists import OstCount, disputing, holding
from bot.catalogue.model import (
    ANNIVERSARIES,
    KOREAN,
    OWN,
    Airing,
    Credit,
    Detail,
    Event,
    Fact,
    Kind,
    Label,
    Money,
    Occasion,
    Ost,
    Performer,
    Profile,
    Relation,
    Song,
    Status,
    Text,
)
from bot.catalogue.when import EXACT, SEOUL, WEEKDAYS, Precision, When
from bot.render import vocabulary
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
    Kind.OCCASION: "📌",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a medium writes the parts of a sentence that it may mark. This one marks none; others override it.

    `zone`: the reader's. Without one, a minute is said in the zone that it was stated in.
    """

    zone: ZoneInfo | None = None

    def text(self, text: str) -> str:
        """Words of a source, or a name beside the first: on one line."""
        return " ".join(text.split())

    def name(self, name: str, *, by_rule: bool) -> str:
        """The name that an entity is shown by. `by_rule`: it is romanised by rule, which footnotes can tell."""
        return self.text(name)

    def emphasised(self, written: str) -> str:
        """The written name of a work, where it stands among other words."""
        return written

    def linked(self, name: str, addresses: Sequence[str]) -> str:
        """A name with the addresses that it leads to, if there are any."""
        return f"{self.text(name)} ({', '.join(addresses)})" if addresses else self.text(name)

    def minute(self, t: Words, at: datetime, zone: str) -> str:
        """A day and a time; `zone` is the one they were stated in."""
        local = at.astimezone(self.zone or ZoneInfo(zone))
        return t("{day} at {clock}", day=t.day(local.date()), clock=clock(t, local))


PLAIN = Style()


class Line(NamedTuple):
    """A named value. `others`: what is also stated; empty if nothing is."""

    name: str
    value: str
    others: str = ""


def called(t: Words, label: Label, style: Style = PLAIN) -> str:
    """The name of an entity."""
    name = label.name(t.language)
    return style.name(name, by_rule=label.by_rule(t.language)) if name else t("untitled")


def called_fully(t: Words, label: Label, style: Style = PLAIN) -> str:
    """The name of an entity, with the one in the other script."""
    other = label.other(t.language)
    return f"{called(t, label, style)} · {style.text(other)}" if other else called(t, label, style)


def called_clearly(t: Words, label: Label, style: Style = PLAIN) -> str:
    """The name of an entity, with its name in Hangul if the first is romanised by rule."""
    return called_fully(t, label, style) if label.by_rule(t.language) else called(t, label, style)


def told_apart(t: Words, entry: Entry) -> str:
    """A name with a hint that distinguishes it from others: "Jin (BTS)"."""
    hints = [called(t, label) for label in entry.hints[:3] if label.names]
    if entry.year is not None:
        hints.append(str(entry.year))
    return called(t, entry.label) + (f" ({', '.join(hints)})" if hints else "")


def listed(t: Words, entry: Entry) -> str:
    """An entity in a list to choose from: kind, name, hint that distinguishes it, other script."""
    other = entry.label.other(t.language)
    return f"{EMOJI[entry.ref.kind]} {told_apart(t, entry)}{f' · {PLAIN.text(other)}' if other else ''}"


def also_called(t: Words, profile: Profile, style: Style = PLAIN) -> list[str]:
    """The names that a card's title does not show, each with its kinds, except spellings of those it shows."""
    shown = set(profile.label.names.values())
    kinds: dict[str, list[str]] = {}
    for name in profile.names:
        if name.text not in shown and name.kind != "spelling":
            kinds.setdefault(name.text, []).append(vocabulary.name_kind(t, name.kind) + remarks(t, name, style))
    return [f"{style.text(text)} ({', '.join(kinds[text])})" for text in kinds]


def when(t: Words, at: When, style: Style = PLAIN) -> str:
    """A date at its own precision: a minute in the reader's zone, a day as a day, a vague date as it was stated."""
    if at.precision is Precision.MINUTE and at.earliest is not None:
        return style.minute(t, at.earliest, at.zone)
    if at.words is not None and at.precision not in EXACT:
        return quoted(t, at.words, style)
    day = at.first_day
    if day is None:
        return t("date not known")
    match at.precision:
        case Precision.MONTH:
            return t.month(day)
        case Precision.YEAR:
            return str(day.year)
        case _:
            return t.day(day)


def clock(t: Words, local: datetime) -> str:
    """A time of day with the name of its zone, which readers of Korean do not need for Korea."""
    name = local.tzname() or ""
    if name == "KST":
        return t("{clock} KST", clock=t.clock(local))
    if name[:1] in "+-":
        # Name zones without an abbreviation by their offset: -03, +0545.
        name = f"UTC{name[0]}{int(name[1:3])}" + (f":{name[3:]}" if name[3:] else "")
    return t("{clock} {zone}", clock=t.clock(local), zone=name)


def zone_short(zone: str) -> str:
    """A zone's abbreviation as in listings, if it is the same all year; else its IANA name."""
    return {"Asia/Seoul": "KST", "Asia/Tokyo": "JST"}.get(zone, zone)


def quoted(t: Words, text: Text, style: Style = PLAIN) -> str:
    """The words of a statement, as a quotation."""
    return f"“{style.text(t.pick(text))}”"


def dated(t: Words, event: Event | None, now: datetime, style: Style = PLAIN) -> str:
    """A date with its status, except "released"."""
    if event is None:
        return t("date not known")
    shown = when(t, event.when, style)
    if event.after and event.when.precision not in EXACT:
        work, kind = event.after
        name = vocabulary.event_name(t, kind).lower()
        shown += " " + t("(after: {event}, {work})", event=name, work=called(t, work, style))
    return with_firmness(t, shown, event, now)


def with_firmness(t: Words, shown: str, event: Event, now: datetime) -> str:
    """A date in words with how firm it is, unless that goes without saying.

    What a server's people plan is firm, and so is that a birthday comes.
    """
    status = event.status_at(now)
    firm = event.kind in OWN or event.kind in ANNIVERSARIES
    return shown if firm and status is Status.CONFIRMED else with_status(t, shown, status)


def lasting(t: Words, span: timedelta) -> str:
    """A duration, to the minute."""
    minutes = int(span.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    said = [
        t.plural("{n} day", "{n} days", days) if days else "",
        t.plural("{n} hour", "{n} hours", hours) if hours else "",
        t.plural("{n} minute", "{n} minutes", minutes) if minutes else "",
    ]
    return " ".join(filter(None, said))


def where(occasion: Occasion, style: Style = PLAIN) -> str:
    """Where something of a server's own takes place, and what leads there; empty if neither is said."""
    name = occasion.place or (urlsplit(occasion.url).hostname if occasion.url else None)
    return style.linked(name, [occasion.url] if occasion.url else []) if name else ""


def with_status(t: Words, shown: str, status: Status) -> str:
    """A date in words with how firm it is, except "released"."""
    return shown if status is Status.RELEASED else f"{shown} · {vocabulary.status_name(t, status)}"


def event_dates(t: Words, events: Sequence[Event], now: datetime, style: Style = PLAIN) -> list[Line]:
    """Dates, each with the stated dates that contradict it."""

    def said(event: Event) -> str:
        return dated(t, event, now, style) + remarks(t, event, style)

    return [
        Line(
            vocabulary.event_name(t, event.kind, event.number),
            said(event),
            also_stated(t, (said(other) for other in disputing(event, events))),
        )
        for event in holding(events)
    ]


def remarks(t: Words, fact: Fact, style: Style = PLAIN) -> str:
    """How certain a statement is, and its own words if they say more. Starts with a space, or is empty."""
    said = [vocabulary.certainty_name(t, fact.certainty)]
    if isinstance(fact, Event) and fact.when.words is not None and fact.when.precision in EXACT:
        said.insert(0, quoted(t, fact.when.words, style))
    words = "; ".join(filter(None, said))
    return f" ({words})" if words else ""


def also_stated(t: Words, others: Iterable[str]) -> str:
    """Contradicting statements; empty if there are none."""
    words = "; ".join(dict.fromkeys(others))
    return t("Also stated: {others}", others=words) if words else ""


def performers(t: Words, performed: Iterable[Performer], style: Style = PLAIN, *, but: Label | None = None) -> str:
    """The performers, in the order of the credit, without `but`."""
    credited = (p for p in holding(performed) if but is None or p.artist.ref != but.ref)
    return ", ".join(called(t, p.artist, style) + remarks(t, p, style) for p in credited)


def song_title(t: Words, song: Song, style: Style = PLAIN) -> str:
    """The title of a song; for an untitled one, which OST it is."""
    if song.label.name(t.language):
        return called_fully(t, song.label, style)
    return t("Main OST, title not known") if any(ost.main for ost in song.osts) else t("Title not known")


def song_date(t: Words, song: Song, now: datetime, style: Style = PLAIN) -> str:
    """The date of a song; empty if none is known. Omits "confirmed"."""
    if song.event is None or song.event.when.precision is Precision.UNKNOWN:
        return ""
    firm = song.event.status_at(now) is Status.CONFIRMED
    return when(t, song.event.when, style) if firm else dated(t, song.event, now, style)


def ost_place(t: Words, ost: Ost, style: Style = PLAIN, *, with_work: bool = True) -> str:
    """Which OST of which drama a song is."""
    parts = [style.emphasised(called_clearly(t, ost.work, style))] if with_work else []
    if ost.part is not None:
        parts.append(t("Part {part}", part=ost.part))
    if ost.main:
        parts.append(t("main OST"))
    return " · ".join(parts) + remarks(t, ost, style)


def term(t: Words, since: str | None, until: str | None) -> str:
    """The years from which and until which something was so, from ISO dates; empty if neither is known."""
    first, last = since and since[:4], until and until[:4]
    if first and last:
        return t("in {year}", year=last) if first == last else t("{since}–{until}", since=first, until=last)
    if first:
        return t("since {year}", year=first)
    return t("until {year}", year=last) if last else ""


def ost_counts(t: Words, counted: OstCount) -> list[str]:
    """How many OSTs an artist sings, and how many of them solo; empty if none."""
    total = t.plural("{n} OST", "{n} OSTs", counted.total) if counted.total else ""
    # Omit it for a single solo OST, and for a group's songs.
    solo = t.plural("{n} solo", "{n} solo", counted.solo) if counted.solo else ""
    return [words for words in (total, solo) if words]


def role_words(t: Words, credit: Credit, style: Style = PLAIN) -> str:
    """The size of a part in the words of its source; empty if it has none of its own."""
    return style.text(t.pick(credit.role_words)) if credit.role_words else ""


def role(t: Words, credit: Credit, style: Style = PLAIN) -> str:
    """The size of a part, in the words of its source if it has its own; empty if none is stated."""
    return role_words(t, credit, style) or (vocabulary.role_of(t, credit.role) if credit.role else "")


def credited_as(t: Words, credit: Credit, style: Style = PLAIN) -> str:
    """The name that a work credits somebody by, if it is another one. Starts with a space, or is empty."""
    if not credit.credited_as:
        return ""
    return " " + t("(credited as {name})", name=style.text(credit.credited_as))


def part(t: Words, credit: Credit, style: Style = PLAIN) -> str:
    """A part on one line: the person, the character, and its size."""
    character = f" — {called(t, credit.character, style)}" if credit.character else ""
    size = role(t, credit, style)
    return called(t, credit.person, style) + character + (f" ({size})" if size else "")


def relation(t: Words, related: Relation, style: Style = PLAIN) -> str:
    """A relation to another entity."""
    other = called(t, related.other, style)
    return {
        "meets": t("meets {name}", name=other),
        "teammate": t("teammate of {name}", name=other),
        "engaged": t("engaged to {name}", name=other),
        "partner": t("partner of {name}", name=other),
    }[related.kind]


def airing(t: Words, airs: Airing, style: Style = PLAIN) -> str:
    """One network with its slot, or one platform."""
    times = slot(t, airs)
    region = style.text(t.pick(airs.region)) if airs.region else ""
    words = (called(t, airs.organisation, style), times, f"({region})" if region else "")
    return " ".join(filter(None, words)) + remarks(t, airs, style)


def slot(t: Words, airs: Airing) -> str:
    """The days and the time of a slot, in the style of the language's listings."""
    days = t.weekdays([WEEKDAYS.index(day) for day in airs.days])
    time = t.listed_time(airs.time) if airs.time else ""
    # Korean readers assume a Korean slot.
    named = airs.time and (t.language != KOREAN or airs.zone != SEOUL)
    return " ".join(filter(None, (days, time, zone_short(airs.zone) if named else "")))


def detail(t: Words, stated: Detail, style: Style = PLAIN) -> str:
    """An attribute's value, and how certain it is."""
    value = t.pick(stated.value)
    shown = t.day(date.fromisoformat(value)) if stated.attribute == "break" else style.text(value)
    return shown + remarks(t, stated, style)


def details(t: Words, stated: Iterable[Detail], style: Style = PLAIN) -> list[Line]:
    """Attributes with their values, without statements that a better one contradicts."""
    said: dict[str, list[str]] = {}
    for one in holding(stated):
        said.setdefault(one.attribute, []).append(detail(t, one, style))
    return [Line(vocabulary.attribute_name(t, attribute), "; ".join(said[attribute])) for attribute in said]


def amount(t: Words, money: Money) -> str:
    """An amount as it was stated."""
    shown = t.money(money.amount, money.currency)
    if money.qualifier == "about":
        return t("about {amount}", amount=shown)
    return t("more than {amount}", amount=shown) if money.qualifier == "more_than" else shown


def credited(t: Words, facts: Iterable[Fact], style: Style = PLAIN, *, most_linked: int = 1) -> str:
    """What is owed to those whose licences ask to be credited: what is theirs, who they are, and the licence.

    Empty if there are none among the sources of some facts. Each is linked to at most so many of its addresses.
    """
    owed: dict[tuple[str, str], tuple[dict[str, None], set[type[Fact]]]] = {}
    for fact in facts:
        for cited in fact.sources:
            if cited.asks_for_credit and cited.licence:
                addresses, shapes = owed.setdefault((cited.publisher, cited.licence), ({}, set()))
                shapes.add(type(fact))
                if cited.url:
                    addresses.setdefault(cited.url)
    return " · ".join(
        _owed(t, shapes, f"{style.linked(publisher, [*addresses][:most_linked])}, {style.text(licence)}")
        for (publisher, licence), (addresses, shapes) in owed.items()
    )


def _owed(t: Words, shapes: Collection[type[Fact]], source: str) -> str:
    times, cast = bool({Event, Airing} & {*shapes}), Credit in shapes
    if times and cast:
        return t("Air times and cast: {source}", source=source)
    if times:
        return t("Air times: {source}", source=source)
    return t("Cast: {source}", source=source) if cast else t("Data: {source}", source=source)


def sourced(t: Words, facts: Iterable[Fact], style: Style = PLAIN) -> str:
    """Who states most of some facts, and how many others there are; empty if nobody is named."""
    cited = Counter(cited.publisher for fact in facts for cited in fact.sources)
    if not cited:
        return ""
    (most, _), others = cited.most_common(1)[0], len(cited) - 1
    name = style.text(most)
    if not others:
        return t("Source: {name}", name=name)
    return t.plural("Source: {name} and {n} more", "Source: {name} and {n} more", others, name=name)
