"""The one visual language: a card is a heading, its blocks, its sources, and buttons to other cards.

Discord's limits (https://discord.com/developers/docs/components/reference): 40 components a message, 4,000 characters
of text in all of them, 5 buttons a row, 80 characters a button label, 100 a custom id, 25 options a menu.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

import discord
from discord import ui
from discord.utils import escape_mentions

from bot.catalogue.model import Kind, Ref
from bot.occasions.rsvp import Answer, Headcount
from bot.text import Words

MAX_LABEL = 80
MAX_OPTION = 100
MAX_CUSTOM_ID = 100
MAX_MENU = 25

PAGE_TEXT = 2400
"""Characters per page: leaves room for heading and sources, and takes about two screens of a phone."""
PAGE_BLOCKS = 10
"""Entries per page."""
MAX_CREDIT = 500
"""Characters of the line that credits sources, with its addresses."""


Row = ui.ActionRow[ui.LayoutView]


_MARKDOWN = re.compile(r"[\\*_~|`\[<]|^[#>-]")
"""What Discord would read as markup: anywhere in a line, or at its beginning."""


class Accent(IntEnum):
    """The colour of a card's edge, by subject."""

    WORK = 0x6C7BFF
    ARTIST = 0xEB6FBB
    SONG = 0x2FB8A6
    DATES = 0xF2B84B
    BOT = 0x9AA4B2
    TROUBLE = 0xD9605A


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a card is drawn with: the reader's words, the current time, and the page.

    `notify`: readers are members of a server that offers to tell them of more. `guild_id`: the server in which it is
    shown, and whose own events it may show; None elsewhere.
    """

    words: Words
    now: datetime
    page: int = 0
    notify: bool = False
    guild_id: int | None = None


@dataclass(frozen=True, slots=True)
class CardLink:
    """A button that opens another card, about an entity."""

    card: str
    ref: Ref
    label: str
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """What members are asked whether they come to, and how many said so: the event, and the slug of its occasion."""

    event_id: int
    slug: str
    counts: Headcount


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a card. Paging never splits one of `blocks`; the page buttons find the card by `card` and `key`.

    `credit`: what the licences of its sources ask to be said, at most `MAX_CREDIT`; it stands on every page.
    `later`: blocks of lesser interest, which get pages of their own after `blocks`. `pages`: if set, `blocks` are only
    one page out of this many. `subject`: what readers may want to be told of. `picture`: the address of an image below
    a post's text. `asking`: what readers are asked whether they come to.
    """

    accent: Accent
    title: str
    subtitle: str
    blocks: Sequence[str]
    later: Sequence[str] = ()
    card: str = ""
    key: str = ""
    footer: str = ""
    credit: str = ""
    leads: Sequence[CardLink] = ()
    per_page: int = PAGE_BLOCKS
    page_text: int = PAGE_TEXT
    pages: int | None = None
    subject: Ref | None = None
    picture: str = ""
    asking: Asking | None = None


NOTIFIED = (Kind.WORK, Kind.PERSON, Kind.GROUP)
"""The kinds of subjects that members can be told of."""

BY_RULE = "∗"
"""Follows a name that is romanised by rule; a card that shows it has a footnote."""


def escape(text: str) -> str:
    """Escape text from the catalogue or a user, so that Discord shows it literally, on one line, without mentions."""
    # discord.utils.escape_markdown skips everything between two links, and mentions.
    return escape_mentions(_MARKDOWN.sub(r"\\\g<0>", " ".join(text.split())))


def shorten(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def page_id(card: str, key: str, page: int, language: str) -> str:
    """The custom id of a button that shows another page, in the card's language."""
    return f"page:{card}:{key}:{page}:{language}"


def open_id(card: str, ref: Ref, delivery_token: str | None = None) -> str:
    """The custom id of a button that opens a card. `delivery_token` identifies the delivery, if the message is one."""
    return f"open:{card}:{ref}" + (f":{delivery_token}" if delivery_token else "")


def notify_id(subject: Ref, delivery_token: str | None = None) -> str:
    """The custom id of a button by which a member is told of a subject, or no longer; see `open_id`."""
    return f"notify:{subject}" + (f":{delivery_token}" if delivery_token else "")


def rsvp_id(answer: Answer, asking: Asking, delivery_token: str | None = None) -> str:
    """The custom id of a button by which a member says whether they come, or takes it back; see `open_id`."""
    return f"rsvp:{answer}:{asking.slug}:{asking.event_id}" + (f":{delivery_token}" if delivery_token else "")


def counted(label: str, count: int) -> str:
    """The label of such a button: how many said so stands behind it."""
    return f"{label} · {count}" if count else label


def pick_id(card: str, ref: Ref) -> str:
    """The custom id of a button that picks a candidate, and answers with its card."""
    return f"pick:{card}:{ref}"


def stateless_view(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """A layout that discord.py does not track: its buttons are answered by their custom ids alone."""
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def pages(blocks: Sequence[str], per_page: int = PAGE_BLOCKS, page_text: int = PAGE_TEXT) -> list[list[str]]:
    """Spread blocks over pages; there is always at least one. A block too long for a page is shortened."""
    spread: list[list[str]] = [[]]
    size = 0
    for block in blocks:
        fitted = shorten(block, PAGE_TEXT)
        if spread[-1] and (size + len(fitted) > page_text or len(spread[-1]) >= per_page):
            spread.append([])
            size = 0
        spread[-1].append(fitted)
        size += len(fitted) + 2
    return spread


def draw(context: RenderContext, content: Content, *, delivery_token: str | None = None) -> ui.LayoutView:
    """The layout of a card. `delivery_token` identifies the delivery, if the card is one."""
    t = context.words
    spread = _spread(content)
    page = min(max(context.page, 0), len(spread) - 1)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=discord.Colour(content.accent))
    heading = f"## {shorten(content.title, 250)}"
    box.add_item(ui.TextDisplay(f"{heading}\n-# {shorten(content.subtitle, 300)}" if content.subtitle else heading))
    if spread[page]:
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay("\n".join(spread[page])))
    footer = [content.footer] if content.footer else []
    footer += _footnote(t, [content.title, content.subtitle, *spread[page]])
    if len(spread) > 1:
        footer.insert(0, t("Page {page} of {pages}", page=page + 1, pages=len(spread)))
    if small := _small(content, footer):
        box.add_item(ui.TextDisplay("\n".join(small)))
    if len(spread) > 1:
        box.add_item(_turning(context, content, page, len(spread)))
    buttons = _buttons(context, content, delivery_token)
    for first in range(0, len(buttons), _A_ROW):
        box.add_item(ui.ActionRow(*buttons[first : first + _A_ROW]))
    return stateless_view(box)


def _spread(content: Content) -> list[Sequence[str]]:
    if content.pages is not None:
        return [content.blocks] * content.pages
    first, later = (pages(blocks, content.per_page, content.page_text) for blocks in (content.blocks, content.later))
    return [*first, *later] if content.later else [*first]


def _small(content: Content, footer: Sequence[str]) -> list[str]:
    """The small lines under a card."""
    said = [shorten(" · ".join(footer), 400)] if footer else []
    return [f"-# {words}" for words in (*said, content.credit) if words]


def _footnote(t: Words, texts: Sequence[str]) -> list[str]:
    """A footnote that explains `BY_RULE`, if it occurs in a text."""
    return [f"{BY_RULE} {t('romanised by rule')}"] if any(BY_RULE in text for text in texts) else []


_A_ROW = 5
"""The buttons of a row."""


def _buttons(context: RenderContext, content: Content, delivery_token: str | None) -> list[ui.Button[Any]]:
    """The buttons under a card.

    By the first, members say whether they come; others open cards; by the last, they are told of its subject.
    """
    buttons = _answering(context.words, content.asking, delivery_token) if content.asking is not None else []
    buttons += [_opening(lead, delivery_token) for lead in content.leads[:_A_ROW]]
    if context.notify and content.subject is not None and content.subject.kind in NOTIFIED:
        custom_id = notify_id(content.subject, delivery_token)
        buttons.append(ui.Button(label=context.words("Notify me"), emoji="🔔", custom_id=custom_id))
    return buttons


def _answering(t: Words, asking: Asking, delivery_token: str | None) -> list[ui.Button[Any]]:
    looks = [
        (Answer.IN, t("I'm in"), "🙋", discord.ButtonStyle.primary),
        (Answer.MAYBE, t("Maybe"), "🤔", discord.ButtonStyle.secondary),
    ]
    return [
        ui.Button(
            label=counted(name, asking.counts.of(answer)),
            emoji=emoji,
            style=style,
            custom_id=rsvp_id(answer, asking, delivery_token),
        )
        for answer, name, emoji, style in looks
    ]


def _opening(lead: CardLink, delivery_token: str | None = None) -> ui.Button[Any]:
    label = shorten(lead.label, MAX_LABEL)
    return ui.Button(label=label, emoji=lead.emoji, custom_id=open_id(lead.card, lead.ref, delivery_token))


def link_row(leads: Sequence[CardLink]) -> Row:
    """A row of at most five buttons that open other cards."""
    return ui.ActionRow(*map(_opening, leads))


@dataclass(frozen=True, slots=True)
class Classic:
    """A message of one line of content, an embed and buttons: unlike a layout, it shows in push notifications."""

    content: str
    embed: discord.Embed
    view: ui.View


def classic(context: RenderContext, line: str, content: Content, delivery_token: str | None = None) -> Classic:
    """A message with `line` as text and `content` below it. `delivery_token` identifies the delivery, if it is one."""
    # Discord's limits (https://discord.com/developers/docs/resources/message#embed-object-embed-limits): 256 characters
    # for a title, 4,096 for a description.
    subtitle = [f"**{content.subtitle}**"] if content.subtitle else []
    footer = [content.footer] if content.footer else []
    footer += _footnote(context.words, [content.title, *content.blocks])
    embed = discord.Embed(
        title=shorten(content.title, 250),
        description="\n".join([*subtitle, shorten("\n".join(content.blocks), 2800), *_small(content, footer)]),
        colour=discord.Colour(content.accent),
    )
    if content.picture:
        embed.set_image(url=content.picture)
    view = ui.View(timeout=None)
    for button in _buttons(context, content, delivery_token):
        view.add_item(button)
    view.stop()
    return Classic(line, embed, view)


def _turning(context: RenderContext, content: Content, page: int, count: int) -> Row:
    def button(label: str, emoji: str, to: int) -> ui.Button[ui.LayoutView]:
        there = 0 <= to < count
        # A disabled button needs a unique id too: it has the current page's.
        return ui.Button(
            label=label,
            emoji=emoji,
            custom_id=page_id(content.card, content.key, to if there else page, context.words.language),
            disabled=not there,
        )

    return ui.ActionRow(
        button(context.words("Back"), "◀️", page - 1),
        button(context.words("Next"), "▶️", page + 1),
    )


def notice(accent: Accent, title: str, body: str, *items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """A short message in a box of its own."""
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=discord.Colour(accent))
    box.add_item(ui.TextDisplay(shorten(f"**{title}**\n{body}" if body else f"**{title}**", 3500)))
    for item in items:
        box.add_item(item)
    return stateless_view(box)
