"""The cards of songs: of an artist, of a drama, of one song or of one album."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from discord import ui

from bot.catalogue.lists import by_part, count_osts, holding, newest_first
from bot.catalogue.model import Album, Discography, Fact, Kind, Ref, Song, Track
from bot.render import phrases, vocabulary, wording
from bot.render.card import Accent, CardLink, Content, RenderContext, draw
from bot.text import Words


def discography(context: RenderContext, found: Discography) -> ui.LayoutView:
    """All OSTs of an artist, the newest first, or of a drama, by part."""
    return _of_work(context, found) if found.label.ref.kind is Kind.WORK else _of_artist(context, found)


def _of_artist(context: RenderContext, found: Discography) -> ui.LayoutView:
    """The artist's own, those of a group's members, and then songs of no work in the catalogue."""
    t, ref = context.words, found.label.ref
    osts = newest_first(song for song in found.songs if song.osts)
    others = newest_first(song for song in found.songs if not song.osts)
    by_members = newest_first(found.by_members)
    counts = wording.ost_counts(t, count_osts(osts)) if ref.kind is Kind.PERSON else []
    blocks = [
        *(_entry(context, song, found) for song in osts),
        *phrases.headed(t("By members"), (_by_member(context, song) for song in by_members)),
        *phrases.headed(t("Other songs"), (_entry(context, song, found) for song in others)),
    ]
    every = [*osts, *by_members, *others]
    if blocks:
        blocks.append(_may_be_more(t))
    content = Content(
        accent=Accent.SONG,
        title=phrases.called_fully(t, found.label),
        subtitle=", ".join(counts) or t.plural("{n} song", "{n} songs", len(every)) if every else "",
        blocks=blocks or [t("No OST is known yet.")],
        card="ost",
        key=str(ref),
        footer=phrases.footer(t, _facts(every)),
        credit=phrases.credit(t, _facts(every)),
        leads=[
            CardLink("artist", ref, t("About {name}", name=found.label.name(t.language) or ""), "🎤"),
            *_song_leads(t, every),
            *_sources(t, ref, every),
        ],
        subject=ref,
    )
    return draw(context, content)


def _may_be_more(t: Words) -> str:
    return phrases.small(t("There may be more: I list what my sources name."))


def _facts(songs: Iterable[Song]) -> list[Fact]:
    return [fact for song in songs for fact in (*song.osts, *song.performers, *song.events)]


def _sources(t: Words, ref: Ref, songs: Sequence[Song]) -> list[CardLink]:
    return [CardLink("sources", ref, t("Sources"), "📎")] if songs else []


def _song_leads(t: Words, songs: Iterable[Song]) -> list[CardLink]:
    titled = ((song, song.label.name(t.language)) for song in songs)
    return [CardLink("ost", song.label.ref, title, "🎵") for song, title in titled if title][:3]


def _entry(context: RenderContext, song: Song, among: Discography) -> str:
    """A song on an artist's card: of which drama, and with whom; or on a drama's: by whom."""
    t, osts = context.words, holding(song.osts)
    if among.label.ref.kind is Kind.WORK:
        place = " / ".join(
            phrases.ost_place(t, ost, with_work=False) for ost in osts if ost.work.ref == among.label.ref
        )
        others = phrases.performers(t, song.performers)
    else:
        place = " / ".join(phrases.ost_place(t, ost) for ost in osts)
        others = phrases.performers(t, song.performers, but=among.label)
        others = t("with {names}", names=others) if others else ""
    return _song(context, song, place, others)


def _by_member(context: RenderContext, song: Song) -> str:
    t = context.words
    place = " / ".join(phrases.ost_place(t, ost) for ost in holding(song.osts))
    return _song(context, song, place, phrases.performers(t, song.performers))


def _song(context: RenderContext, song: Song, place: str, artists: str) -> str:
    t = context.words
    line = f"**{phrases.song_title(t, song)}**" + (f" — {place}" if place else "")
    date = phrases.dated(t, song.event, context.now) if song.event else ""
    words = " · ".join(filter(None, (artists, date)))
    return "\n".join(filter(None, (line, phrases.small(words))))


def _of_work(context: RenderContext, found: Discography) -> ui.LayoutView:
    t = context.words
    ref = found.label.ref
    songs = by_part(found.songs, ref)
    blocks = [_entry(context, song, found) for song in songs]
    content = Content(
        accent=Accent.SONG,
        title=t("OST of {work}", work=phrases.called_fully(t, found.label)),
        subtitle=t.plural("{n} song", "{n} songs", len(songs)) if songs else "",
        blocks=[*blocks, _may_be_more(t)] if blocks else [t("No song is known yet.")],
        card="ost",
        key=str(ref),
        footer=phrases.footer(t, _facts(songs)),
        credit=phrases.credit(t, _facts(songs)),
        leads=[
            CardLink("drama", ref, t("Drama"), "🎬"),
            *([CardLink("cast", ref, t("Cast"), "🎭")] if found.has_cast else []),
            *_song_leads(t, songs)[: 2 if found.has_cast else 3],
            *_sources(t, ref, songs),
        ],
        subject=ref,
    )
    return draw(context, content)


def track(context: RenderContext, found: Track) -> ui.LayoutView:
    """One song: performers, drama, dates, links."""
    t = context.words
    song, profile = found.song, found.profile
    blocks = [
        *_performed(t, song),
        *(phrases.field(t("OST of"), phrases.ost_place(t, ost)) for ost in holding(song.osts)),
        *phrases.event_lines(context.words, profile.events, context.now),
        *phrases.also_called(t, profile),
        *phrases.detail_lines(t, profile.details),
        *phrases.link_lines(t, profile.links),
    ]
    works = [ost.work for ost in song.osts]
    artists = [performer.artist for performer in song.performers]
    facts = [*song.osts, *song.performers, *song.events, *profile.names, *profile.details]
    content = Content(
        accent=Accent.SONG,
        title=phrases.song_title(t, song),
        subtitle=_credit_line(t, song),
        blocks=blocks or [t("Nothing more is known yet.")],
        card="ost",
        key=str(profile.label.ref),
        footer=phrases.footer(t, facts),
        credit=phrases.credit(t, facts),
        leads=[
            *(CardLink("drama", work.ref, work.name(t.language) or t("Drama"), "🎬") for work in works[:1]),
            *(
                CardLink("ost", performer.artist.ref, performer.artist.name(t.language) or "", "🎤")
                for performer in holding(song.performers)[:3]
            ),
            CardLink("sources", profile.label.ref, t("Sources"), "📎"),
        ],
        subject=next((label.ref for label in (*works, *artists)), None),
    )
    return draw(context, content)


def album(context: RenderContext, found: Album) -> ui.LayoutView:
    """An album: artist, release date and details."""
    t, profile = context.words, found.profile
    performers = phrases.performers(t, found.performers)
    facts = [*profile.events, *found.performers, *profile.details, *profile.names]
    blocks = [
        *([phrases.field(t("Performed by"), performers)] if performers else []),
        *phrases.event_lines(t, profile.events, context.now),
        *phrases.also_called(t, profile),
        *phrases.detail_lines(t, profile.details),
        *phrases.link_lines(t, profile.links),
    ]
    content = Content(
        accent=Accent.SONG,
        title=phrases.called_fully(t, profile.label),
        subtitle=" · ".join(filter(None, (vocabulary.kind_name(t, Kind.ALBUM), performers))),
        blocks=blocks or [t("Nothing more is known yet.")],
        card="ost",
        key=str(profile.label.ref),
        footer=phrases.footer(t, facts),
        credit=phrases.credit(t, facts),
        leads=[
            *(
                CardLink("artist", performer.artist.ref, performer.artist.name(t.language) or "", "🎤")
                for performer in holding(found.performers)[:3]
            ),
            CardLink("sources", profile.label.ref, t("Sources"), "📎"),
        ],
        subject=next((performer.artist.ref for performer in found.performers), None),
    )
    return draw(context, content)


def _performed(t: Words, song: Song) -> list[str]:
    """Who performs a song, and who else is stated to."""
    shown = phrases.performers(t, song.performers)
    others = phrases.also_stated(t, (phrases.called(t, p.artist) for p in song.performers if p.rank > 0))
    line = phrases.field(t("Performed by"), shown) if shown else ""
    return ["\n".join(filter(None, (line, others)))] if line or others else []


def _credit_line(t: Words, song: Song) -> str:
    kind = t("Song") if not song.osts else t("OST")
    by = phrases.performers(t, song.performers)
    return " · ".join(filter(None, (kind, by)))
