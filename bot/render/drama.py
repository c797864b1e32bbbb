"""The card of a drama."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from discord import ui

from bot.catalogue.lists import billed, by_part, disputing, holding
from bot.catalogue.model import KOREAN, Airing, Credit, Crew, Event, EventKind, Money, Role, Song, Work
from bot.render import phrases, vocabulary, wording
from bot.render.card import Accent, CardLink, Content, RenderContext, draw, escape
from bot.render.post_item import begins
from bot.text import Words

_FIRST = ("synopsis", "genre", "episodes", "slot")
"""Attributes shown on the first page or, as the slot is, in words of their own."""
_MOST_SONGS = 6
_MOST_PEOPLE = 4
_MOST_EXPECTED = 4


def drama(context: RenderContext, found: Work) -> ui.LayoutView:
    """A drama as fans ask for it: when and where, the story, the leads, its songs; the rest on a page of its own."""
    t, profile = context.words, found.profile
    ref = profile.label.ref
    blocks = [
        *_dates(context, found),
        *airing_lines(t, found.airings),
        *(escape(t.pick(detail.value)) for detail in holding(profile.detail("synopsis"))[:1]),
        *_leads(t, found.credits),
        *_songs(context, found.songs, found),
        *_budget(t, profile.money),
    ]
    later = [
        *phrases.also_called(t, profile),
        *crew_lines(t, found.crew),
        *(
            phrases.field(vocabulary.event_name(t, event.kind, event.number), phrases.dated(t, event, context.now))
            for event in holding(profile.dates(EventKind.EPISODE))
            if not event.follows
        ),
        *_expected(context, found),
        *phrases.detail_lines(t, [d for d in profile.details if d.attribute not in _FIRST]),
        *phrases.link_lines(t, profile.links),
    ]
    facts = [
        *(*(event for event in profile.events if not event.follows), *found.airings, *found.credits, *found.crew),
        *(*profile.details, *profile.money, *profile.names),
    ]
    content = Content(
        accent=Accent.WORK,
        title=phrases.called_fully(t, profile.label),
        subtitle=_subtitle(t, found),
        blocks=blocks or later or [t("Nothing more is known yet.")],
        later=later if blocks else [],
        card="drama",
        key=str(ref),
        footer=phrases.footer(t, facts),
        credit=phrases.credit(t, facts),
        leads=[
            *([CardLink("cast", ref, t("Cast"), "🎭")] if found.credits else []),
            *([CardLink("ost", ref, t("OST"), "🎵")] if found.songs else []),
            CardLink("sources", ref, t("Sources"), "📎"),
        ],
        subject=ref,
    )
    return draw(context, content)


def _subtitle(t: Words, found: Work) -> str:
    episodes = [t.pick(detail.value) for detail in holding(found.profile.detail("episodes"))][:1]
    counted = [
        t.plural("{n} episode", "{n} episodes", int(said)) if said.isdecimal() and len(said) < 5 else escape(said)
        for said in episodes
    ]
    genres = ", ".join(escape(t.pick(detail.value)) for detail in holding(found.profile.detail("genre")))
    kind = vocabulary.kind_name(t, found.profile.label.ref.kind, found.profile.type)
    return " · ".join(filter(None, [kind, *counted, genres]))


def _dates(context: RenderContext, found: Work) -> list[str]:
    """Premiere and finale on one line, each date once, and contradicting dates beneath."""
    t, events = context.words, found.profile.events
    shown = [
        event for kind in (EventKind.PREMIERE, EventKind.FINALE) for event in holding(found.profile.dates(kind))[:1]
    ]
    if not shown:
        return []
    statuses = [event.status_at(context.now) for event in shown]
    words = [_date(t, event, found.airings) for event in shown]
    if len(set(statuses)) > 1:
        words = [wording.with_status(t, said, status) for said, status in zip(words, statuses, strict=True)]
    line = t("{premiere} to {finale}", premiere=words[0], finale=words[1]) if len(words) == 2 else words[0]
    if len(set(statuses)) == 1:
        line = wording.with_status(t, line, statuses[0])
    heading = t("Airs") if len(shown) == 2 else vocabulary.event_name(t, shown[0].kind)
    others = (
        f"{vocabulary.event_name(t, event.kind)} {phrases.dated(t, other, context.now)}"
        for event in shown
        for other in disputing(event, events)
    )
    return ["\n".join(filter(None, (phrases.field(heading, line), phrases.also_stated(t, others))))]


def _date(t: Words, event: Event, airings: Sequence[Airing]) -> str:
    """A date; a premiere's to the minute if its network's slot gives the time."""
    at = (begins(event.when, airings) if event.kind is EventKind.PREMIERE else None) or event.when
    return phrases.when(t, at) + phrases.remarks(t, event)


def _expected(context: RenderContext, found: Work) -> list[str]:
    """The next episodes that are expected by the slot, on one line."""
    t = context.words
    ahead = [
        event
        for event in found.profile.dates(EventKind.EPISODE)
        if event.follows and event.when.latest is not None and event.when.latest >= context.now
    ]
    if not ahead:
        return []
    shown = [
        f"{vocabulary.event_name(t, event.kind, event.number)} {phrases.when(t, event.when)}"
        for event in ahead[:_MOST_EXPECTED]
    ]
    more = len(ahead) - len(shown)
    rest = [t.plural("and {n} more", "and {n} more", more)] if more > 0 else []
    return [phrases.field(t("Expected"), " · ".join([*shown, *rest]))]


def airing_lines(t: Words, airings: Sequence[Airing]) -> list[str]:
    """Where to watch a work: networks with their slots, then platforms."""
    shown = [phrases.airing(t, airing) for airing in sorted(holding(airings), key=lambda a: a.type or "")]
    return [phrases.field(t("Where"), " · ".join(shown))] if shown else []


def crew_lines(t: Words, crew: Sequence[Crew]) -> list[str]:
    """The crew, by job."""
    lines: list[str] = []
    for job in ("writer", "director", "music_director"):
        people = [phrases.called_fully(t, c.person) + phrases.remarks(t, c) for c in holding(crew) if c.job == job]
        if people:
            lines.append(phrases.field(vocabulary.job_name(t, job), ", ".join(people)))
    return lines


def _leads(t: Words, credits_: Iterable[Credit]) -> list[str]:
    """The leads; if no source names any, the first in the credits."""
    known = billed(holding(credits_))
    leads = [credit for credit in known if credit.role is Role.LEAD]
    parts: dict[str, list[str]] = {}
    for credit in leads or known[:_MOST_PEOPLE]:
        named = parts.setdefault(phrases.called(t, credit.person), [])
        if credit.character:
            named.append(phrases.called(t, credit.character))
    people = [person + (f" ({', '.join(named)})" if named else "") for person, named in parts.items()]
    heading = vocabulary.role_name(t, Role.LEAD) if leads else t("With")
    return [phrases.field(heading, ", ".join(people))] if people else []


def _songs(context: RenderContext, songs: Sequence[Song], found: Work) -> list[str]:
    """The titled songs, by part, and how many more there are."""
    t = context.words
    titled = [song for song in by_part(songs, found.profile.label.ref) if song.label.name(t.language)]
    entries = [
        f"{phrases.called_clearly(t, song.label)} — {phrases.performers(t, song.performers)}"
        + phrases.song_date(t, song, context.now)
        for song in titled[:_MOST_SONGS]
    ]
    if not entries:
        return [phrases.field(t("OST"), t.plural("{n} song", "{n} songs", len(songs)))] if songs else []
    more = len(songs) - len(entries)
    rest = [t.plural("and {n} more", "and {n} more", more)] if more > 0 else []
    return ["\n".join([f"**{t('OST')}**", *(phrases.small(entry) for entry in [*entries, *rest])])]


def _budget(t: Words, money: Sequence[Money]) -> list[str]:
    """The budget, once: as it was stated, with a conversion for readers it helps."""
    shown = {m.converted: wording.amount(t, m) for m in reversed(holding(money)) if m.attribute == "budget"}
    if False not in shown:
        return []
    converted = f" ({shown[True]})" if True in shown and t.language != KOREAN else ""
    return [phrases.field(vocabulary.attribute_name(t, "budget"), shown[False] + converted)]
