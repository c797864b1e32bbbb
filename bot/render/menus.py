"""Replies to an ambiguous or unknown name, to a button whose target is gone, and to a failure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import discord
from discord import ui

from bot.catalogue.model import Kind, Label, Ref
from bot.render import phrases, vocabulary, wording
from bot.render.browse import ARTISTS, DRAMAS
from bot.render.card import MAX_LABEL, MAX_MENU, Accent, CardLink, Row, escape, link_row, notice, pick_id, shorten
from bot.search import Entry
from bot.text import Words

PICK_MENU = "pick-menu"
"""The prefix of the custom id of a menu of candidates; the name of the card to show follows."""


def which_one(t: Words, query: str, card: str | None, matches: Sequence[Entry]) -> ui.LayoutView:
    """A name is ambiguous: a menu of the candidates, if a card was asked for."""
    if card is None:
        title = t("“{query}” fits several", query=_shown(query))
        return notice(Accent.BOT, title, _named(t, matches))
    menu: ui.Select[ui.LayoutView] = ui.Select(custom_id=f"{PICK_MENU}:{card}", placeholder=t("Choose one"))
    for entry in matches[:MAX_MENU]:
        menu.append_option(discord.SelectOption(label=phrases.option(t, entry), value=str(entry.ref)))
    row: Row = ui.ActionRow(menu)
    body = t("“{query}” fits several. Choose one, and I will show it here.", query=_shown(query))
    return notice(Accent.BOT, t("Which one do you mean?"), body, row)


def unknown(t: Words, query: str, card: str | None, near: Sequence[Entry], size: tuple[int, int]) -> ui.LayoutView:
    """Nothing has that name: the size of the catalogue, the closest names, and how to browse it.

    `size`: how many dramas and how many artists it holds.
    """
    browse = link_row(
        [CardLink("browse", DRAMAS, t("Browse dramas"), "🎬"), CardLink("browse", ARTISTS, t("Browse artists"), "🎤")]
    )
    dramas, artists = size
    known = t(
        "So far it holds {dramas} and {artists}.",
        dramas=t.plural("{n} drama", "{n} dramas", dramas),
        artists=t.plural("{n} artist", "{n} artists", artists),
    )
    if not query.strip():
        return notice(Accent.BOT, t("Type a name, or a part of one"), known, browse)
    title = t("“{query}” isn't in my catalogue yet", query=_shown(query))
    if not near:
        how = t("Try another spelling, a part of the name, or Hangul. While you type, I suggest what I know.")
        return notice(Accent.BOT, title, f"{known}\n{how}", browse)
    if card is None:
        return notice(Accent.BOT, title, f"{known}\n{_named(t, near)}", browse)
    return notice(Accent.BOT, title, f"{known}\n{t('Did you mean one of these?')}", _picks(t, card, near), browse)


def _picks(t: Words, card: str, near: Sequence[Entry]) -> Row:
    """Buttons that answer with one of the candidates."""
    row: Row = ui.ActionRow()
    for entry in near[:5]:
        row.add_item(
            ui.Button(
                label=shorten(phrases.option(t, entry), MAX_LABEL),
                custom_id=pick_id(card, entry.ref),
                style=discord.ButtonStyle.primary,
            )
        )
    return row


def something_else(
    t: Words, query: str, card: str | None, others: Sequence[Entry], near: Sequence[Entry], singing: Collection[Ref]
) -> ui.LayoutView:
    """That name belongs to another kind than was asked for: what it is, buttons to its cards, and near names.

    `singing`: those with known songs.
    """
    lines = [
        f"**{escape(phrases.option(t, entry))}** — {vocabulary.kind_name(t, entry.ref.kind)}" for entry in others[:3]
    ]
    leads = [lead for entry in others[:2] for lead in _cards_of(t, entry, singing)]
    title = t("I know “{query}” as something else", query=_shown(query))
    rows = [link_row(leads[:5])] if leads else []
    if card is not None and near:
        lines.append(t("Or did you mean one of these?"))
        rows.append(_picks(t, card, near))
    return notice(Accent.BOT, title, "\n".join(lines), *rows)


def _cards_of(t: Words, entry: Entry, singing: Collection[Ref]) -> list[CardLink]:
    name, emoji = wording.told_apart(t, entry), wording.EMOJI[entry.ref.kind]
    osts = [CardLink("ost", entry.ref, t("OST"), "🎵")] if entry.ref in singing else []
    match entry.ref.kind:
        case Kind.WORK:
            return [CardLink("drama", entry.ref, name, emoji), *osts]
        case Kind.TRACK | Kind.ALBUM:
            return [CardLink("ost", entry.ref, name, emoji)]
        case _:
            return [CardLink("artist", entry.ref, t("About {name}", name=name), emoji), *osts]


def _named(t: Words, entries: Sequence[Entry]) -> str:
    """The candidates, and how to specify one."""
    names = [f"- {escape(phrases.option(t, entry))}" for entry in entries[:10]]
    return "\n".join((*names, t("Use the command again, and choose from the list that opens while you type.")))


def picked(t: Words, label: Label) -> ui.LayoutView:
    """What a menu is replaced with once a choice is made."""
    return notice(Accent.BOT, t("{name}, here you are.", name=phrases.called(t, label)), "")


def trouble(t: Words, title: str, body: str) -> ui.LayoutView:
    """A failure, and what to do about it."""
    return notice(Accent.TROUBLE, title, body)


def _shown(query: str) -> str:
    return escape(shorten(" ".join(query.split()), 80))
