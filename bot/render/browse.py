"""The cards that list the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.catalogue.model import Kind, Label, Ref
from bot.render import phrases, wording
from bot.render.card import Accent, CardLink, Content, RenderContext, draw

DRAMAS, AIRING, ARTISTS = Ref(Kind.WORK, "all"), Ref(Kind.WORK, "airing"), Ref(Kind.PERSON, "all")
"""The keys of the lists; the list of a network has the network's own key."""


def listed(
    context: RenderContext, ref: Ref, title: str, entries: Sequence[tuple[Label, int | None]], total: int, per_page: int
) -> ui.LayoutView:
    """A page of a list: names, with the year if one is known, and buttons to the other lists."""
    t = context.words
    blocks = [
        f"{wording.EMOJI[label.ref.kind]} **{phrases.called_fully(t, label)}**" + (f" · {year}" if year else "")
        for label, year in entries
    ]
    leads = [
        CardLink("browse", DRAMAS, t("All dramas"), "🎬"),
        CardLink("browse", AIRING, t("Now airing"), "📺"),
        CardLink("browse", ARTISTS, t("Artists"), "🎤"),
    ]
    content = Content(
        accent=Accent.BOT,
        title=title,
        subtitle=t.plural("{n} entry", "{n} entries", total),
        blocks=["\n".join(blocks) or t("Nothing is known here yet.")],
        card="browse",
        key=str(ref),
        footer=t("Ask about one with `/drama`, `/cast`, `/ost` or `/artist`."),
        leads=[lead for lead in leads if lead.ref != ref],
        pages=max(-(-total // per_page), 1),
    )
    return draw(context, content)
