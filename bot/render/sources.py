"""The cards of sources: disagreements first, then each source with its statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from discord import ui

from bot.catalogue.lists import holding
from bot.catalogue.model import Album, Artist, Cast, Event, Fact, Label, Profile, Song, Source, Track, Work
from bot.render import phrases, vocabulary, wording
from bot.render.card import Accent, CardLink, Content, RenderContext, draw, escape
from bot.text import Words

_PER_PAGE = 20
_PAGE_TEXT = 3000
"""Mostly addresses, which nobody sees; heading and footer take up to 1,000 characters more."""
_MOST_GIVEN = 12


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: subject, content, the fact itself, and the key shared by statements it may contradict."""

    heading: str
    said: str
    fact: Fact
    about: object = None


def of_work(context: RenderContext, found: Work) -> ui.LayoutView:
    """The sources of a drama's card."""
    t, ref = context.words, found.profile.label.ref
    statements = [
        *_profile(context, found.profile),
        *(Statement(t("Where"), phrases.airing(t, one), one, one.type) for one in found.airings),
        *(Statement(vocabulary.job_name(t, c.job), phrases.called(t, c.person), c, c.job) for c in found.crew),
        *_songs(context, found.songs),
    ]
    leads = [CardLink("drama", ref, t("Drama"), "🎬")]
    if found.credits:
        leads.append(CardLink("cast-sources", ref, t("Cast"), "🎭"))
    return _draw(context, found.profile.label, "sources", statements, leads)


def of_cast(context: RenderContext, found: Cast) -> ui.LayoutView:
    """The sources of a cast."""
    t = context.words
    playing = {credit.person.ref for credit in holding(found.credits)}
    statements = [
        # Sources may disagree on a person's character, or on a character's actor.
        Statement(
            t("Cast"),
            phrases.part(t, credit),
            credit,
            credit.person.ref if credit.person.ref in playing or not credit.character else credit.character.ref,
        )
        for credit in found.credits
    ]
    for character in found.characters.values():
        statements += _under(phrases.called(t, character.label), context, character)
    return _draw(context, found.work, "cast-sources", statements, [CardLink("cast", found.work.ref, t("Cast"), "🎭")])


def of_artist(context: RenderContext, found: Artist) -> ui.LayoutView:
    """The sources of a person's or a group's card."""
    t = context.words
    statements = [
        *_profile(context, found.profile),
        *(Statement(t("Groups and members"), phrases.called(t, m.other), m) for m in found.memberships),
        *(Statement(t("Roles"), phrases.called(t, credit.work), credit) for credit in found.credits),
        *(Statement(vocabulary.job_name(t, c.job), phrases.called(t, c.work), c) for c in found.crew),
        *_songs(context, found.songs),
        *chain.from_iterable(
            _under(phrases.called(t, album.profile.label), context, album.profile) for album in found.albums
        ),
    ]
    ref = found.profile.label.ref
    leads = [CardLink("artist", ref, t("About {name}", name=found.profile.label.name(t.language) or ""), "🎤")]
    return _draw(context, found.profile.label, "sources", statements, leads)


def of_track(context: RenderContext, found: Track) -> ui.LayoutView:
    """The sources of a song's card."""
    t = context.words
    performers = (
        Statement(t("Performed by"), phrases.called(t, one.artist), one, "performers") for one in found.song.performers
    )
    osts = (Statement(t("OST of"), phrases.ost_place(t, ost), ost, "ost") for ost in found.song.osts)
    return _draw(
        context,
        found.profile.label,
        "sources",
        [*performers, *osts, *_profile(context, found.profile)],
        [CardLink("ost", found.profile.label.ref, t("Song"), "🎵")],
    )


def of_album(context: RenderContext, found: Album) -> ui.LayoutView:
    """The sources of an album's card."""
    t = context.words
    performers = (
        Statement(t("Performed by"), phrases.called(t, one.artist), one, "performers") for one in found.performers
    )
    return _draw(
        context,
        found.profile.label,
        "sources",
        [*performers, *_profile(context, found.profile)],
        [CardLink("ost", found.profile.label.ref, t("Album"), "💿")],
    )


def _songs(context: RenderContext, songs: Iterable[Song]) -> Iterator[Statement]:
    t = context.words
    for song in songs:
        title, ref = phrases.song_title(t, song), song.label.ref
        said: list[tuple[str, Fact, object]] = [
            *((phrases.dated(t, event, context.now), event, (ref, event.kind, event.number)) for event in song.events),
            *((phrases.ost_place(t, ost), ost, (ref, "ost")) for ost in song.osts),
            *((phrases.called(t, one.artist), one, (ref, "performers")) for one in song.performers),
        ]
        for words, fact, about in said:
            yield Statement(t("OST"), f"{title} — {words}", fact, about)


def _under(heading: str, context: RenderContext, profile: Profile) -> Iterator[Statement]:
    """The statements about another entity on the card, under its name."""
    for one in _profile(context, profile):
        yield Statement(heading, one.said, one.fact, one.about and (profile.label.ref, one.about))


def _profile(context: RenderContext, profile: Profile) -> Iterator[Statement]:
    t = context.words
    for event in [event for event in profile.events if not event.follows]:
        heading = vocabulary.event_name(t, event.kind, event.number)
        yield Statement(heading, phrases.dated(t, event, context.now), event, (event.kind, event.number))
    for name in profile.names:
        yield Statement(t("Names"), escape(name.text), name)
    for detail in profile.details:
        heading = vocabulary.attribute_name(t, detail.attribute)
        yield Statement(heading, escape(t.pick(detail.value)), detail, detail.attribute)
    for day in profile.days:
        yield Statement(vocabulary.day_name(t, day.kind), phrases.year_day(t, day), day, ("day", day.kind))
    for money in profile.money:
        # Two conversions of one amount are not a disagreement.
        about = None if money.converted else money.attribute
        yield Statement(vocabulary.attribute_name(t, money.attribute), wording.amount(t, money), money, about)
    for link in profile.links:
        name = vocabulary.link_name(t, link.kind)
        yield Statement(name, name, link)
    for relation in profile.relations:
        yield Statement(t("Relation"), phrases.relation(t, relation), relation, ("relation", relation.other.ref))


def _draw(
    context: RenderContext, label: Label, card: str, statements: Sequence[Statement], leads: Sequence[CardLink]
) -> ui.LayoutView:
    t = context.words
    gave: dict[object, tuple[Source, dict[str, None]]] = {}
    for one in statements:
        for cited in one.fact.sources:
            given = one.heading if one.fact.rank == 0 else f"{one.heading} ({one.said})"
            # Each page of a provider that asks for credit is named, and of others the first.
            key = (cited.slug, cited.url) if cited.asks_for_credit else cited.slug
            gave.setdefault(key, (cited, {}))[1].setdefault(given)
    # The sources with most statements come first.
    ordered = sorted(gave.values(), key=lambda given: -len(given[1]))
    listed = [f"- {phrases.source(t, cited)}: {_given(t, [*headings])}" for cited, headings in ordered]
    disputes = _disputes(t, statements)
    if disputes and listed:
        listed[0] = f"### {t('Who said what')}\n{listed[0]}"
    content = Content(
        accent=Accent.BOT,
        title=t("Sources: {name}", name=phrases.called(t, label)),
        subtitle=t.plural("{n} source", "{n} sources", len(ordered)) if ordered else "",
        blocks=[*disputes, *listed] or [t("No source is named.")],
        per_page=_PER_PAGE,
        page_text=_PAGE_TEXT,
        card=card,
        key=str(label.ref),
        leads=leads,
    )
    return draw(context, content)


def _given(t: Words, headings: Sequence[str]) -> str:
    shown, more = ", ".join(headings[:_MOST_GIVEN]), len(headings) - _MOST_GIVEN
    return t.plural("{shown} and {n} more", "{shown} and {n} more", more, shown=shown) if more > 0 else shown


def _disputes(t: Words, statements: Sequence[Statement]) -> list[str]:
    """Disagreements: the statement that is shown, the others, and who makes them."""
    shown: dict[object, Statement] = {}
    for one in statements:
        if one.about is not None and one.fact.rank == 0:
            shown.setdefault(one.about, one)
    blocks: list[str] = []
    for about, first in shown.items():
        said = [
            "-# " + t("but {said} ({publishers})", said=other.said, publishers=_publishers(other.fact))
            for other in statements
            if other.about == about and other.fact.rank > 0 and _disagrees(first.fact, other.fact)
        ]
        if said:
            blocks.append("\n".join([f"**{first.heading}** {first.said}", *said]))
    return [f"### {t('Where they disagree')}\n{blocks[0]}", *blocks[1:]] if blocks else []


def _disagrees(shown: Fact, other: Fact) -> bool:
    """Whether they contradict each other: a date that is only vaguer does not."""
    return not (isinstance(shown, Event) and isinstance(other, Event) and shown.when.agrees(other.when))


def _publishers(fact: Fact) -> str:
    return ", ".join(escape(publisher) for publisher in dict.fromkeys(cited.publisher for cited in fact.sources))
