"""The cards of sources: each statement with who made it, also those that a better one outranks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from discord import ui

from bot.catalogue.model import Artist, Cast, Fact, Label, Profile, Track, Work
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw, escape
from bot.render.drama import airing_words

Statement = tuple[str, str, Fact]
"""What a statement is about, what it says, and the fact itself."""


def of_work(scene: Scene, found: Work) -> ui.LayoutView:
    """Where what is known of a drama comes from."""
    t = scene.words
    statements = [
        *_profile(scene, found.profile),
        *((t("Airs on"), airing_words(t, airing), airing) for airing in found.airings),
        *((vocabulary.job_name(t, c.job), phrases.called(t, c.person), c) for c in found.crew),
    ]
    return _draw(
        scene,
        found.profile.label,
        "sources",
        statements,
        [Lead("cast-sources", found.profile.label.ref, t("Cast"), "🎭")],
    )


def of_cast(scene: Scene, found: Cast) -> ui.LayoutView:
    """Where what is known of a cast comes from."""
    t = scene.words
    statements: list[Statement] = []
    for credit in found.credits:
        said = phrases.called(t, credit.person)
        if credit.character:
            said += f" — {phrases.called(t, credit.character)}"
        if credit.role_words:
            said += f" ({escape(t.pick(credit.role_words))})"
        elif credit.role:
            said += f" ({vocabulary.role_of(t, credit.role)})"
        statements.append((t("Cast"), said, credit))
    for character in found.characters.values():
        statements += [(phrases.called(t, character.label), said, fact) for _, said, fact in _profile(scene, character)]
    return _draw(scene, found.work, "cast-sources", statements, [Lead("cast", found.work.ref, t("Cast"), "🎭")])


def of_artist(scene: Scene, found: Artist) -> ui.LayoutView:
    """Where what is known of a person or a group comes from."""
    t = scene.words
    statements = [
        *_profile(scene, found.profile),
        *((t("Member of"), phrases.called(t, m.other), m) for m in found.memberships),
        *((t("Roles"), phrases.called(t, credit.work), credit) for credit in found.credits),
        *((vocabulary.job_name(t, c.job), phrases.called(t, c.work), c) for c in found.crew),
    ]
    return _draw(scene, found.profile.label, "sources", statements)


def of_track(scene: Scene, found: Track) -> ui.LayoutView:
    """Where what is known of a song comes from."""
    t = scene.words
    statements = [
        *((t("Performed by"), phrases.called(t, p.artist), p) for p in found.song.performers),
        *((t("OST of"), phrases.ost_place(t, ost), ost) for ost in found.song.osts),
        *_profile(scene, found.profile),
    ]
    return _draw(scene, found.profile.label, "sources", statements)


def _profile(scene: Scene, profile: Profile) -> Iterator[Statement]:
    t = scene.words
    for event in profile.events:
        yield vocabulary.event_name(t, event.kind, event.number), phrases.dated(t, event, scene.now), event
    for name in profile.names:
        yield vocabulary.name_kind(t, name.kind).capitalize(), escape(name.text), name
    for detail in profile.details:
        yield vocabulary.attribute_name(t, detail.attribute), escape(t.pick(detail.value)), detail
    for money in profile.money:
        yield vocabulary.attribute_name(t, money.attribute), phrases.amount(t, money), money
    for link in profile.links:
        yield t("Links"), vocabulary.link_name(t, link.kind), link
    for relation in profile.relations:
        said = phrases.relation(t, relation.kind, phrases.called(t, relation.other))
        yield t("Relation"), said, relation


def _draw(
    scene: Scene, label: Label, card: str, statements: Iterable[Statement], leads: Iterable[Lead] = ()
) -> ui.LayoutView:
    t = scene.words
    blocks: list[str] = []
    for heading, said, fact in statements:
        cited = " · ".join(phrases.source(t, source) for source in fact.sources) or t("no source is named")
        blocks.append(f"**{heading}** {said}{phrases.remarks_fully(t, fact)}\n-# {cited}")
    content = Content(
        accent=Accent.BOT,
        title=t("Sources: {name}", name=phrases.called(t, label)),
        subtitle=t.plural("{n} statement", "{n} statements", len(blocks)),
        blocks=blocks,
        card=card,
        key=str(label.ref),
        leads=list(leads),
    )
    return draw(scene, content)
