"""What is said when a name fits several things or none, when a button leads nowhere, and when something fails."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.catalogue.model import Label
from bot.render import phrases
from bot.render.card import MAX_LABEL, MAX_MENU, Accent, Row, escape, notice, pick_id, shorten
from bot.search import Entry
from bot.text import Words

PICK_MENU = "pick-menu"
"""The beginning of the custom id of a menu of choices; what follows is the card that is to be shown."""


def which_one(t: Words, query: str, card: str | None, matches: Sequence[Entry]) -> ui.LayoutView:
    """A name fits several things: a menu of them, if what was asked for is a card."""
    if card is None:
        title = t("“{query}” fits several", query=_shown(query))
        return notice(Accent.BOT, title, _named(t, matches))
    menu: ui.Select[ui.LayoutView] = ui.Select(custom_id=f"{PICK_MENU}:{card}", placeholder=t("Choose one"))
    for entry in matches[:MAX_MENU]:
        menu.append_option(discord.SelectOption(label=phrases.option(t, entry), value=str(entry.ref)))
    row: Row = ui.ActionRow(menu)
    body = t("“{query}” fits several. Choose one, and I will show it here.", query=_shown(query))
    return notice(Accent.BOT, t("Which one do you mean?"), body, row)


def did_you_mean(t: Words, query: str, card: str | None, near: Sequence[Entry]) -> ui.LayoutView:
    """Nothing has that name: buttons for what comes closest, if what was asked for is a card."""
    title = t("Nothing is called “{query}”", query=_shown(query))
    if not near:
        return notice(
            Accent.TROUBLE,
            title,
            t("Try another spelling, a part of the name, or Hangul. While you type, I suggest what I know."),
        )
    if card is None:
        return notice(Accent.BOT, title, _named(t, near))
    row: Row = ui.ActionRow()
    for entry in near[:5]:
        row.add_item(
            ui.Button(
                label=shorten(phrases.option(t, entry), MAX_LABEL),
                custom_id=pick_id(card, entry.ref),
                style=discord.ButtonStyle.primary,
            )
        )
    return notice(Accent.BOT, title, t("Did you mean one of these?"), row)


def _named(t: Words, entries: Sequence[Entry]) -> str:
    """What may have been meant, and how to say which."""
    names = [f"- {escape(phrases.option(t, entry))}" for entry in entries[:10]]
    return "\n".join((*names, t("Use the command again, and choose from the list that opens while you type.")))


def picked(t: Words, label: Label) -> ui.LayoutView:
    """What a menu becomes once something was chosen from it."""
    return notice(Accent.BOT, t("{name}, here you are.", name=phrases.called(t, label)), "")


def trouble(t: Words, title: str, body: str) -> ui.LayoutView:
    """Something that did not work, and what to do."""
    return notice(Accent.TROUBLE, title, body)


def _shown(query: str) -> str:
    return escape(shorten(" ".join(query.split()), 80))
