"""The card of a cast."""

from __future__ import annotations

from itertools import chain, groupby

from discord import ui

from bot.catalogue.lists import billed, holding
from bot.catalogue.model import Cast, Credit, Profile
from bot.render import phrases, vocabulary
from bot.render.card import Accent, CardLink, Content, RenderContext, draw, escape
from bot.text import Words


def cast(context: RenderContext, found: Cast) -> ui.LayoutView:
    """Who plays whom: leads first, then the others by the size of the part, in billing order."""
    t = context.words
    shown = billed(holding(found.credits))
    blocks: list[str] = []
    for role, credits_ in groupby(shown, key=lambda credit: credit.role):
        heading = f"### {vocabulary.role_name(t, role)}\n" if any(c.role for c in shown) else ""
        for credit in credits_:
            blocks.append(heading + _entry(t, credit, found))
            heading = ""
    people = {credit.person.ref: credit.person for credit in shown}
    if not found.complete and blocks:
        note = t.plural(
            "Incomplete: my sources name {n} person so far.",
            "Incomplete: my sources name {n} people so far.",
            len(people),
        )
        blocks.append(f"-# {note}")
    ref = found.work.ref
    content = Content(
        accent=Accent.WORK,
        title=t("Cast of {work}", work=phrases.called_fully(t, found.work)),
        subtitle=t.plural("{n} person", "{n} people", len(people)) if people else "",
        blocks=blocks or [t("No cast is known yet.")],
        card="cast",
        key=str(ref),
        footer=phrases.footer(t, chain(found.credits, *(p.details for p in found.characters.values()))),
        leads=[
            CardLink("drama", ref, t("Drama"), "🎬"),
            *([CardLink("ost", ref, t("OST"), "🎵")] if found.has_songs else []),
            *(CardLink("artist", person.ref, person.name(t.language) or "", "🎤") for person in [*people.values()][:2]),
            *([CardLink("cast-sources", ref, t("Sources"), "📎")] if people else []),
        ],
    )
    return draw(context, content)


def _entry(t: Words, credit: Credit, found: Cast) -> str:
    line = f"**{phrases.called_fully(t, credit.person)}**"
    if credit.credited_as:
        line += " " + t("(credited as {name})", name=escape(credit.credited_as))
    if credit.character:
        line += f" — {phrases.called_fully(t, credit.character)}"
    if credit.role_words:
        line += f" ({escape(t.pick(credit.role_words))})"
    line += phrases.remarks(t, credit)
    character = found.characters.get(credit.character.ref) if credit.character else None
    said = [f"-# {words}" for words in character_lines(t, character)] if character else []
    others = (part_words(t, other) for other in found.credits if other.rank > 0 and _same(other, credit))
    return "\n".join(filter(None, [line, *said, phrases.also_stated(t, others)]))


def _same(one: Credit, other: Credit) -> bool:
    """Whether two statements are about one part: the same person's, or the same character."""
    if one.person.ref == other.person.ref:
        return True
    return one.character is not None and other.character is not None and one.character.ref == other.character.ref


def part_words(t: Words, credit: Credit) -> str:
    """A part on one line: the person, the character, and its size."""
    said = phrases.called(t, credit.person)
    if credit.character:
        said += f" — {phrases.called(t, credit.character)}"
    size = escape(t.pick(credit.role_words)) if credit.role_words else ""
    if not size and credit.role:
        size = vocabulary.role_of(t, credit.role)
    return said + (f" ({size})" if size else "")


def character_lines(t: Words, character: Profile) -> list[str]:
    """Details of a character and its relations to others, without statements that a better one contradicts."""
    described = [
        escape(t.pick(detail.value)) + phrases.remarks(t, detail) for detail in holding(character.detail("description"))
    ]
    related = [
        phrases.relation(t, relation.kind, phrases.called(t, relation.other)) + phrases.remarks(t, relation)
        for relation in holding(character.relations)
    ]
    return [line for line in ("; ".join(described), "; ".join(related)) if line]
