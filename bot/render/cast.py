"""The card of a cast."""

from __future__ import annotations

from itertools import chain, groupby

from discord import ui

from bot.catalogue.lists import billed, holding
from bot.catalogue.model import Cast, Credit, Profile
from bot.render import phrases, vocabulary, wording
from bot.render.card import Accent, CardLink, Content, RenderContext, draw
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
        blocks.append(phrases.small(note))
    ref = found.work.ref
    facts = [*found.credits, *chain.from_iterable(profile.details for profile in found.characters.values())]
    content = Content(
        accent=Accent.WORK,
        title=t("Cast of {work}", work=phrases.called_fully(t, found.work)),
        subtitle=t.plural("{n} person", "{n} people", len(people)) if people else "",
        blocks=blocks or [t("No cast is known yet.")],
        card="cast",
        key=str(ref),
        footer=phrases.footer(t, facts),
        credit=phrases.credit(t, facts),
        leads=[
            CardLink("drama", ref, t("Drama"), "🎬"),
            *([CardLink("ost", ref, t("OST"), "🎵")] if found.has_songs else []),
            *(CardLink("artist", person.ref, person.name(t.language) or "", "🎤") for person in [*people.values()][:2]),
            *([CardLink("cast-sources", ref, t("Sources"), "📎")] if people else []),
        ],
        subject=ref,
    )
    return draw(context, content)


def _entry(t: Words, credit: Credit, found: Cast) -> str:
    line = f"**{phrases.called_fully(t, credit.person)}**" + wording.credited_as(t, credit, phrases.MARKED)
    if credit.character:
        line += f" — {phrases.called_fully(t, credit.character)}"
    # The heading says the size of a part.
    if words := wording.role_words(t, credit, phrases.MARKED):
        line += f" ({words})"
    line += phrases.remarks(t, credit)
    character = found.characters.get(credit.character.ref) if credit.character else None
    said = [phrases.small(words) for words in character_lines(t, character)] if character else []
    others = (phrases.part(t, other) for other in found.credits if other.rank > 0 and _same(other, credit))
    return "\n".join(filter(None, [line, *said, phrases.also_stated(t, others)]))


def _same(one: Credit, other: Credit) -> bool:
    """Whether two statements are about one part: the same person's, or the same character."""
    if one.person.ref == other.person.ref:
        return True
    return one.character is not None and other.character is not None and one.character.ref == other.character.ref


def character_lines(t: Words, character: Profile) -> list[str]:
    """Details of a character and its relations to others, without statements that a better one contradicts."""
    described = [wording.detail(t, one, phrases.MARKED) for one in holding(character.detail("description"))]
    related = [phrases.relation(t, one) + phrases.remarks(t, one) for one in holding(character.relations)]
    return [line for line in ("; ".join(described), "; ".join(related)) if line]
