"""The card of a drama."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from discord import ui

from bot.catalogue.model import Airing, Crew, Song, Work, by_part
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw, escape
from bot.text import Words

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def drama(scene: Scene, found: Work) -> ui.LayoutView:
    """A drama: titles, where and when it airs, who made it, what it cost, its story and its songs."""
    t, profile = scene.words, found.profile
    ref = profile.label.ref
    synopsis = [detail for detail in profile.detail("synopsis") if detail.rank == 0]
    blocks = [
        *phrases.also_called(t, profile),
        *phrases.event_lines(t, profile.events, scene.now),
        *airing_lines(t, found.airings),
        *phrases.detail_lines(t, [d for d in profile.details if d.attribute in ("episodes", "slot", "genre")]),
        *crew_lines(t, found.crew),
        *phrases.money_lines(t, profile.money),
        *phrases.detail_lines(
            t, [d for d in profile.details if d.attribute not in ("episodes", "slot", "genre", "synopsis")]
        ),
        *phrases.link_lines(t, profile.links),
        *_songs(t, found.songs, found),
    ]
    facts = [*profile.events, *found.airings, *profile.names, *found.crew, *profile.details, *profile.money]
    content = Content(
        accent=Accent.WORK,
        title=phrases.called_fully(t, profile.label),
        subtitle=_subtitle(t, found),
        intro="\n".join(escape(t.pick(detail.value)) for detail in synopsis[:1]),
        blocks=blocks or [t("Nothing more is known yet.")],
        card="drama",
        key=str(ref),
        footer=phrases.footer(t, facts),
        leads=[
            Lead("cast", ref, t("Cast"), "🎭"),
            Lead("ost", ref, t("OST"), "🎵"),
            Lead("sources", ref, t("Sources"), "📎"),
        ],
    )
    return draw(scene, content)


def _subtitle(t: Words, found: Work) -> str:
    networks = dict.fromkeys(phrases.called(t, airing.organisation) for airing in found.airings if airing.rank == 0)
    episodes = [escape(t.pick(d.value)) for d in found.profile.detail("episodes") if d.rank == 0]
    return " · ".join(
        [
            vocabulary.kind_name(t, found.profile.label.ref.kind, found.profile.type),
            *networks,
            *(t.plural("{n} episode", "{n} episodes", int(number)) for number in episodes[:1] if number.isdecimal()),
        ]
    )


def airing_lines(t: Words, airings: Sequence[Airing]) -> list[str]:
    """Where a work can be seen, and what else was said of it."""
    names = {"network": t("Airs on"), "platform": t("Streams on")}
    lines: list[str] = []
    for type_, group in groupby(sorted(airings, key=lambda a: a.type or ""), key=lambda a: a.type):
        all_ = list(group)
        first = [airing_words(t, airing) for airing in all_ if airing.rank == 0]
        others = [airing_words(t, airing) for airing in all_ if airing.rank > 0]
        lines += phrases.with_others(t, names.get(type_ or "", t("Airs on")), ", ".join(first), others)
    return lines


def airing_words(t: Words, airing: Airing) -> str:
    """One network with its slot, or one platform."""
    words = phrases.called(t, airing.organisation)
    days = ", ".join(t.weekday(_DAYS.index(day)) for day in airing.days)
    slot = " ".join(filter(None, (days, airing.time and f"{airing.time} {phrases.zone_short(airing.zone)}")))
    if slot:
        words += f" {slot}"
    if airing.region:
        words += f" ({escape(t.pick(airing.region))})"
    return words + phrases.remarks(t, airing)


def crew_lines(t: Words, crew: Sequence[Crew]) -> list[str]:
    """Who made it."""
    lines: list[str] = []
    for job in ("writer", "director", "music_director"):
        people = [phrases.called_fully(t, c.person) + phrases.remarks(t, c) for c in crew if c.job == job]
        if people:
            lines.append(phrases.field(vocabulary.job_name(t, job), ", ".join(people)))
    return lines


def _songs(t: Words, songs: Sequence[Song], found: Work) -> list[str]:
    if not songs:
        return []
    entries = [
        f"{phrases.song_title(t, song)} — {phrases.performers(t, song.performers)}"
        for song in by_part(songs, found.profile.label.ref)[:6]
    ]
    more = len(songs) - len(entries)
    listed = "\n".join(f"-# {entry}" for entry in entries)
    count = t.plural("{n} song", "{n} songs", len(songs))
    return [f"{phrases.field(t('OST'), count)}\n{listed}" + ("\n-# …" if more > 0 else "")]
