"""What the bot says about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from discord import ui
from discord.utils import format_dt

from bot import __version__
from bot.catalogue import licence as licences
from bot.catalogue.model import Provided
from bot.render import phrases
from bot.render.card import Accent, Content, RenderContext, draw, escape
from bot.text import Words

MOST_CITED = 12
"""The most publishers that are named; the others are counted, and every card names its own."""


def about(
    context: RenderContext,
    counts: Mapping[str, int],
    publishers: Sequence[tuple[str, int, str | None]],
    providers: Sequence[Provided] = (),
) -> ui.LayoutView:
    """Version, how large and how fresh the catalogue is, its sources, and privacy.

    `publishers`: name, statements, licence.
    """
    t = context.words
    counted = [
        t.plural("{n} drama", "{n} dramas", counts.get("work", 0)),
        t.plural("{n} person", "{n} people", counts.get("person", 0)),
        t.plural("{n} group", "{n} groups", counts.get("group", 0)),
        t.plural("{n} song", "{n} songs", counts.get("track", 0)),
        t.plural("{n} date", "{n} dates", counts.get("event", 0)),
        t.plural("{n} source", "{n} sources", counts.get("source", 0)),
    ]
    cited = ", ".join(
        escape(name) + (f" ({escape(licence)})" if licence else "") for name, _, licence in publishers[:MOST_CITED]
    )
    if len(publishers) > MOST_CITED:
        more = len(publishers) - MOST_CITED
        cited = t.plural("{shown} and {n} more", "{shown} and {n} more", more, shown=cited)
    blocks = [
        t(
            "I answer questions about K-dramas, their casts and their songs, and announce premieres and OST releases "
            "in the channels that a server's admins choose."
        ),
        f"**{t('Catalogue')}** {' · '.join(counted)}",
        *(["\n".join([f"**{t('Open data')}**", *(_provided(t, one) for one in providers)])] if providers else []),
        *([f"**{t('Sources')}** {cited}"] if cited else []),
        t(
            "Facts are cited from these publishers; the words are our own. The data files and the code are under the "
            "MIT licence. Each card's Sources button shows who said what."
        ),
        f"**{t('Privacy')}** "
        + t(
            "I read no messages, except to find my own post again after an interruption. I keep what admins chose "
            "for a server, which of its roles are for “Notify me”, what it follows and plans, and what was announced "
            "there. Of you I keep one thing: where you pressed “I'm in” or “Maybe”, your answer and the role you got "
            "for it, until you take it back or a week after the end."
        ),
    ]
    content = Content(
        accent=Accent.BOT,
        title="Byeol · 별",
        subtitle=t("version {version}", version=__version__),
        blocks=blocks,
        card="about",
        key="all",
    )
    return draw(context, content)


def _provided(t: Words, one: Provided) -> str:
    """A provider with its licence, each linked, and how fresh its data are."""
    licence = [phrases.linked(escape(one.licence), licences.address(one.licence))] if one.licence else []
    fresh = [t("updated {time}", time=format_dt(one.updated, "R")) if one.updated else t("not complete yet")]
    if one.held_back:
        fresh.append(t("the last update was held back"))
    return "- " + " · ".join([phrases.linked(escape(one.title), one.url), *licence, *fresh])


def help_(context: RenderContext, commands: Sequence[tuple[str, str]]) -> ui.LayoutView:
    """The commands, each as a mention, which Discord makes clickable, and a description."""
    t = context.words
    content = Content(
        accent=Accent.BOT,
        title=t("What I can do"),
        subtitle=t("Type part of a name in any spelling: English, Hangul or romanised."),
        blocks=[f"{mention}\n-# {does}" for mention, does in commands],
        card="help",
        key="all",
        per_page=len(commands),
    )
    return draw(context, content)
