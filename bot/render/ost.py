"""The cards of songs: those of an artist, those of a drama, and one song by itself."""

from __future__ import annotations

from itertools import chain

from discord import ui

from bot.catalogue.model import Discography, Kind, Song, Track, by_part, count_osts, newest_first
from bot.render import phrases
from bot.render.card import Accent, Content, Lead, Scene, draw, escape
from bot.text import Words


def discography(scene: Scene, found: Discography) -> ui.LayoutView:
    """All OSTs of an artist, the newest first, or those of a drama, by part."""
    return _of_work(scene, found) if found.label.ref.kind is Kind.WORK else _of_artist(scene, found)


def _of_artist(scene: Scene, found: Discography) -> ui.LayoutView:
    t = scene.words
    songs = newest_first(song for song in found.songs if song.osts)
    counted = count_osts(songs)
    total = t.plural("{n} OST", "{n} OSTs", counted.total)
    solo = t.plural("{n} solo", "{n} solo", counted.solo)
    ref = found.label.ref
    content = Content(
        accent=Accent.SONG,
        title=phrases.called_fully(t, found.label),
        subtitle=f"{total}, {solo}",
        blocks=[_entry(scene, song, found) for song in songs] or [t("No OST is known.")],
        card="ost",
        key=str(ref),
        footer=phrases.footer(t, chain.from_iterable((*song.osts, *song.events) for song in songs)),
        leads=[
            Lead("artist", ref, t("About {name}", name=found.label.name(t.language) or ""), "🎤"),
            *_song_leads(t, songs),
        ],
    )
    return draw(scene, content)


def _song_leads(t: Words, songs: list[Song]) -> list[Lead]:
    titled = ((song, song.label.name(t.language)) for song in songs)
    return [Lead("ost", song.label.ref, title, "🎵") for song, title in titled if title][:3]


def _entry(scene: Scene, song: Song, among: Discography) -> str:
    t = scene.words
    of_artist = among.label.ref.kind is not Kind.WORK
    place = " / ".join(
        phrases.ost_place(t, ost, with_work=of_artist)
        for ost in song.osts
        if of_artist or ost.work.ref == among.label.ref
    )
    line = f"**{phrases.song_title(t, song)}**" + (f" — {place}" if place else "")
    others = phrases.performers(t, song.performers, but=among.label if of_artist else None)
    if others:
        others = t("with {names}", names=others) if of_artist else others
    return line + "\n-# " + " · ".join(filter(None, (others, phrases.dated(t, song.event, scene.now))))


def _of_work(scene: Scene, found: Discography) -> ui.LayoutView:
    t = scene.words
    ref = found.label.ref
    songs = by_part(found.songs, ref)
    content = Content(
        accent=Accent.SONG,
        title=t("OST of {work}", work=phrases.called_fully(t, found.label)),
        subtitle=t.plural("{n} song", "{n} songs", len(songs)),
        blocks=[_entry(scene, song, found) for song in songs] or [t("No song is known yet.")],
        card="ost",
        key=str(ref),
        footer=phrases.footer(t, chain.from_iterable((*song.osts, *song.events) for song in songs)),
        leads=[Lead("drama", ref, t("Drama"), "🎬"), Lead("cast", ref, t("Cast"), "🎭"), *_song_leads(t, songs)],
    )
    return draw(scene, content)


def track(scene: Scene, found: Track) -> ui.LayoutView:
    """One song: performers, drama, dates, links."""
    t = scene.words
    song, profile = found.song, found.profile
    blocks = [phrases.field(t("Performed by"), phrases.performers(t, song.performers))] if song.performers else []
    blocks += [phrases.field(t("OST of"), phrases.ost_place(t, ost)) for ost in song.osts]
    blocks += phrases.event_lines(scene.words, profile.events, scene.now)
    blocks += phrases.also_called(t, profile)
    blocks += phrases.detail_lines(t, profile.details)
    blocks += phrases.link_lines(t, profile.links)
    works = [ost.work for ost in song.osts]
    content = Content(
        accent=Accent.SONG,
        title=phrases.song_title(t, song),
        subtitle=_credit_line(t, song),
        blocks=blocks,
        card="ost",
        key=str(profile.label.ref),
        footer=phrases.footer(t, [*song.osts, *song.performers, *song.events, *profile.names]),
        leads=[
            *(Lead("drama", work.ref, work.name(t.language) or t("Drama"), "🎬") for work in works[:1]),
            *(
                Lead("ost", performer.artist.ref, performer.artist.name(t.language) or "", "🎤")
                for performer in song.performers[:3]
            ),
            Lead("sources", profile.label.ref, t("Sources"), "📎"),
        ],
    )
    return draw(scene, content)


def _credit_line(t: Words, song: Song) -> str:
    kind = t("Song") if not song.osts else t("OST")
    by = ", ".join(escape(name) for p in song.performers if (name := p.artist.name(t.language)))
    return " · ".join(filter(None, (kind, by)))
