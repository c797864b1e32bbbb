"""The card of a person or a group."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from discord import ui

from bot.catalogue.lists import count_osts, holding, newest_first
from bot.catalogue.model import Album, Artist, Credit, Fact, Kind, Membership, Song
from bot.render import phrases, vocabulary, wording
from bot.render.card import Accent, CardLink, Content, RenderContext, draw, escape
from bot.text import Words


def artist(context: RenderContext, found: Artist) -> ui.LayoutView:
    """A person or a group: memberships, parts in dramas, OSTs and albums."""
    t, profile = context.words, found.profile
    ref = profile.label.ref
    osts = newest_first(song for song in found.songs if song.osts)
    others = newest_first(song for song in found.songs if not song.osts)
    lists = [
        *_members(t, found),
        *phrases.headed(t("Roles"), (_part(t, credit) for credit in holding(found.credits))),
        *phrases.headed(
            t("Behind the camera"),
            (f"{phrases.called(t, c.work)} — {vocabulary.job_name(t, c.job)}" for c in holding(found.crew)),
        ),
        *phrases.headed(t("OSTs"), (_song(context, song) for song in osts)),
        *phrases.headed(t("Other songs"), (_song(context, song) for song in others)),
        *phrases.headed(t("Albums"), (_album(context, album) for album in found.albums)),
    ]
    more = [
        *phrases.also_called(t, profile),
        *phrases.day_lines(t, profile.days),
        *phrases.detail_lines(t, profile.details),
        *phrases.link_lines(t, profile.links),
    ]
    blocks = [*lists, *(phrases.headed(t("More"), more) if lists else more)]
    works = {credit.work.ref: credit.work for credit in found.credits}
    facts: list[Fact] = [
        *(*found.memberships, *found.credits, *found.crew, *profile.details, *profile.days, *profile.names),
        *chain.from_iterable((*song.osts, *song.events) for song in osts),
        *chain.from_iterable(album.profile.events for album in found.albums),
    ]
    content = Content(
        accent=Accent.ARTIST,
        title=phrases.called_fully(t, profile.label),
        subtitle=_subtitle(t, found, osts),
        blocks=blocks or [t("Nothing more is known yet.")],
        card="artist",
        key=str(ref),
        footer=phrases.footer(t, facts),
        credit=phrases.credit(t, facts),
        leads=[
            *([CardLink("ost", ref, t("OST"), "🎵")] if found.songs or found.member_osts else []),
            *(CardLink("drama", work.ref, work.name(t.language) or t("Drama"), "🎬") for work in [*works.values()][:2]),
            CardLink("sources", ref, t("Sources"), "📎"),
        ],
        subject=ref,
    )
    return draw(context, content)


def _subtitle(t: Words, found: Artist, osts: list[Song]) -> str:
    person = found.profile.label.ref.kind is Kind.PERSON
    groups = [phrases.called(t, m.other) + _term(t, m) for m in _current_first(found)] if person else []
    counts = [t.plural("{n} drama", "{n} dramas", len({c.work.ref for c in found.credits}))] if found.credits else []
    kind = [] if person and (groups or counts or osts) else [vocabulary.kind_name(t, found.profile.label.ref.kind)]
    return " · ".join([*kind, *groups, *counts, *wording.ost_counts(t, count_osts(osts))])


def _members(t: Words, found: Artist) -> list[str]:
    """The members of a group; the groups of a person appear under the name instead."""
    known = _current_first(found)
    if not known or found.profile.label.ref.kind is Kind.PERSON:
        return []
    lines = [
        phrases.field(heading, ", ".join(_member(t, member) for member in members))
        for heading, members in (
            (t("Members"), [member for member in known if not member.former]),
            (t("Former members"), [member for member in known if member.former]),
        )
        if members
    ]
    if "members" not in found.profile.partial:
        return lines
    note = t.plural(
        "Incomplete: my sources name {n} member so far.", "Incomplete: my sources name {n} members so far.", len(known)
    )
    return [*lines[:-1], f"{lines[-1]}\n{phrases.small(note)}"]


def _current_first(found: Artist) -> Sequence[Membership]:
    return sorted(holding(found.memberships), key=lambda member: member.former)


def _member(t: Words, member: Membership) -> str:
    return phrases.called_fully(t, member.other) + _term(t, member) + phrases.remarks(t, member)


def _term(t: Words, member: Membership) -> str:
    words = wording.term(t, member.since, member.until)
    return f" ({words})" if words else ""


def _part(t: Words, credit: Credit) -> str:
    line = f"*{phrases.called(t, credit.work)}*"
    if credit.character:
        line += f" — {phrases.called_fully(t, credit.character)}"
    if size := wording.role(t, credit, phrases.MARKED):
        line += f" ({size})"
    return line + wording.credited_as(t, credit, phrases.MARKED) + phrases.remarks(t, credit)


def _song(context: RenderContext, song: Song) -> str:
    t = context.words
    place = " / ".join(phrases.ost_place(t, ost) for ost in holding(song.osts))
    line = f"**{phrases.song_title(t, song)}**" + (f" — {place}" if place else "")
    return line + phrases.song_date(t, song, context.now)


def _album(context: RenderContext, album: Album) -> str:
    t, events = context.words, holding(album.profile.events)
    line = f"**{phrases.called_fully(t, album.profile.label)}**"
    said = [escape(t.pick(d.value)) for d in holding(album.profile.details) if d.attribute in ("album_type", "tracks")]
    date = [phrases.dated(t, events[0], context.now) + phrases.remarks(t, events[0])] if events else []
    return " · ".join([line, *date, *said])
