"""The card of a person or a group."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from discord import ui

from bot.catalogue.model import Album, Artist, Credit, Fact, Kind, Song, count_osts, newest_first
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw, escape
from bot.text import Words


def artist(scene: Scene, found: Artist) -> ui.LayoutView:
    """A person or a group: memberships, parts in dramas, OSTs and albums."""
    t, profile = scene.words, found.profile
    ref = profile.label.ref
    osts = newest_first(song for song in found.songs if song.osts)
    blocks = [
        *phrases.also_called(t, profile),
        *_members(t, found),
        *phrases.detail_lines(t, profile.details),
        *_listed(t("Roles"), (_part(t, credit) for credit in found.credits)),
        *_listed(
            t("Behind the camera"),
            (f"{phrases.called(t, c.work)} — {vocabulary.job_name(t, c.job)}" for c in found.crew),
        ),
        *_listed(t("OSTs"), (_song(scene, song) for song in osts)),
        *_listed(t("Albums"), (_album(scene, album) for album in found.albums)),
        *phrases.link_lines(t, profile.links),
    ]
    works = {credit.work.ref: credit.work for credit in found.credits}
    facts: Iterable[Fact] = chain(
        found.memberships,
        found.credits,
        found.crew,
        profile.details,
        profile.names,
        *((*song.osts, *song.events) for song in osts),
        *(album.profile.events for album in found.albums),
    )
    content = Content(
        accent=Accent.ARTIST,
        title=phrases.called_fully(t, profile.label),
        subtitle=_subtitle(t, found, osts),
        blocks=blocks or [t("Nothing more is known yet.")],
        card="artist",
        key=str(ref),
        footer=phrases.footer(t, facts),
        leads=[
            *([Lead("ost", ref, t("OST"), "🎵")] if osts else []),
            *(Lead("drama", work.ref, work.name(t.language) or t("Drama"), "🎬") for work in [*works.values()][:2]),
            Lead("sources", ref, t("Sources"), "📎"),
        ],
    )
    return draw(scene, content)


def _subtitle(t: Words, found: Artist, osts: list[Song]) -> str:
    person = found.profile.label.ref.kind is Kind.PERSON
    groups = [phrases.called(t, m.other) for m in found.memberships] if person else []
    counted = count_osts(osts)
    counts = [
        t.plural("{n} drama", "{n} dramas", len({c.work.ref for c in found.credits})) if found.credits else "",
        t.plural("{n} OST", "{n} OSTs", counted.total) if counted.total else "",
        t.plural("{n} solo", "{n} solo", counted.solo) if counted.total else "",
    ]
    return " · ".join(filter(None, (vocabulary.kind_name(t, found.profile.label.ref.kind), *groups, *counts)))


def _members(t: Words, found: Artist) -> list[str]:
    if not found.memberships:
        return []
    heading = t("Member of") if found.profile.label.ref.kind is Kind.PERSON else t("Members")
    members = (phrases.called_fully(t, m.other) + phrases.remarks(t, m) for m in found.memberships)
    return [phrases.field(heading, ", ".join(members))]


def _listed(heading: str, entries: Iterable[str]) -> list[str]:
    """A heading with its entries: one block each, the heading on the first."""
    blocks = [f"- {entry}" for entry in entries]
    return [f"**{heading}**\n{blocks[0]}", *blocks[1:]] if blocks else []


def _part(t: Words, credit: Credit) -> str:
    line = f"*{phrases.called(t, credit.work)}*"
    if credit.character:
        line += f" — {phrases.called_fully(t, credit.character)}"
    if credit.role_words:
        line += f" ({escape(t.pick(credit.role_words))})"
    elif credit.role:
        line += f" ({vocabulary.role_of(t, credit.role)})"
    if credit.credited_as:
        line += " " + t("(credited as {name})", name=escape(credit.credited_as))
    return line + phrases.remarks(t, credit)


def _song(scene: Scene, song: Song) -> str:
    t = scene.words
    place = " / ".join(phrases.ost_place(t, ost) for ost in song.osts)
    return f"**{phrases.song_title(t, song)}** — {place} · {phrases.dated(t, song.event, scene.now)}"


def _album(scene: Scene, album: Album) -> str:
    t, events = scene.words, album.profile.events
    line = f"**{phrases.called_fully(t, album.profile.label)}**"
    if events:
        line += f" · {phrases.dated(t, events[0], scene.now)}{phrases.remarks(t, events[0])}"
    details, disputed = phrases.ranked(t, album.profile.details)
    others = [phrases.when(t, event.when) + phrases.remarks(t, event) for event in events if event.rank > 0]
    lines = [line, details, *(t("Also stated: {others}", others="; ".join(o)) for o in (disputed, others) if o)]
    return "\n".join(filter(None, lines)).replace("\n", "\n  ")
