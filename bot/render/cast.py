"""The card of a cast."""

from __future__ import annotations

from itertools import chain, groupby

from discord import ui

from bot.catalogue.model import Cast, Credit, Profile, billed
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw, escape
from bot.text import Words


def cast(scene: Scene, found: Cast) -> ui.LayoutView:
    """Who plays whom: leads first, then the others by the size of the part, in billing order."""
    t = scene.words
    blocks: list[str] = []
    for role, credits_ in groupby(billed(found.credits), key=lambda credit: credit.role):
        heading = f"### {vocabulary.role_name(t, role)}\n" if any(c.role for c in found.credits) else ""
        for credit in credits_:
            character = found.characters.get(credit.character.ref) if credit.character else None
            blocks.append(heading + _entry(t, credit, character))
            heading = ""
    if not found.complete:
        blocks.append(f"*{t('... and more: this list is not complete.')}*" if blocks else t("No cast is known yet."))
    people = {credit.person.ref: credit.person for credit in billed(found.credits)}
    ref = found.work.ref
    content = Content(
        accent=Accent.WORK,
        title=t("Cast of {work}", work=phrases.called_fully(t, found.work)),
        subtitle=t.plural("{n} person", "{n} people", len(people)) if people else "",
        blocks=blocks,
        card="cast",
        key=str(ref),
        footer=phrases.footer(t, chain(found.credits, *(p.details for p in found.characters.values()))),
        leads=[
            Lead("drama", ref, t("Drama"), "🎬"),
            Lead("ost", ref, t("OST"), "🎵"),
            *(Lead("artist", person.ref, person.name(t.language) or "", "🎤") for person in [*people.values()][:2]),
            Lead("cast-sources", ref, t("Sources"), "📎"),
        ],
    )
    return draw(scene, content)


def _entry(t: Words, credit: Credit, character: Profile | None) -> str:
    line = f"**{phrases.called_fully(t, credit.person)}**"
    if credit.credited_as:
        line += " " + t("(credited as {name})", name=escape(credit.credited_as))
    if credit.character:
        line += f" — {phrases.called_fully(t, credit.character)}"
    if credit.role_words:
        line += f" ({escape(t.pick(credit.role_words))})"
    line += phrases.remarks_fully(t, credit)
    said = character_lines(t, character) if character else []
    return "\n".join([line, *(f"-# {words}" for words in said)])


def character_lines(t: Words, character: Profile) -> list[str]:
    """What is known of a character: descriptions, the better ones first, and how it stands to others."""
    lines: list[str] = []
    first, others = phrases.ranked(t, character.detail("description"))
    if first:
        lines.append(first)
    if others:
        lines.append(t("Also stated: {others}", others="; ".join(others)))
    shown = {character.label.english, character.label.korean}
    names = [escape(name.text) for name in character.names if name.text not in shown]
    if names:
        lines.append(t("Also called {names}", names=", ".join(names)))
    for rank, relations in groupby(character.relations, key=lambda relation: relation.rank > 0):
        words = "; ".join(
            phrases.relation(t, relation.kind, phrases.called(t, relation.other)) + phrases.remarks(t, relation)
            for relation in relations
        )
        lines.append(t("Also stated: {others}", others=words) if rank else words)
    return lines
