"""The card of upcoming events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from discord import ui
from discord.utils import format_dt

from bot.catalogue.model import Event, EventKind, Upcoming
from bot.catalogue.when import EXACT, SEOUL, Precision, When
from bot.render import phrases
from bot.render.card import Accent, Content, RenderContext, draw
from bot.text import Words

FEW = 6
"""With fewer events than this, a card also shows what follows the requested days."""


def upcoming(
    context: RenderContext, days: int, found: Sequence[Upcoming], later: Sequence[Upcoming], latest: Upcoming | None
) -> ui.LayoutView:
    """The events of the next `days` days by day, vaguer dates, and the first of `later`; else the latest past event."""
    t = context.words
    exact = [item for item in found if item.event.when.precision in EXACT]
    vague = [item for item in found if item.event.when.precision not in EXACT]
    blocks = [*_by_day(context, exact)]
    if not blocks:
        blocks.append(t("Nothing is dated in this time."))
    blocks += phrases.headed(t("Not dated to the day yet"), [line(context, item) for item in vague])
    blocks += phrases.headed(t("After that"), [line(context, item) for item in later])
    if latest is not None:
        blocks.append(t("The latest was:") + "\n" + line(context, latest))
    content = Content(
        accent=Accent.DATES,
        title=t("Coming up"),
        subtitle=t.plural("the next {n} day", "the next {n} days", days),
        blocks=blocks,
        card="upcoming",
        key=f"days-{days}",
        footer=t("Days are days in Korea; times are shown in your own time zone."),
    )
    return draw(context, content)


def _by_day(context: RenderContext, items: Sequence[Upcoming]) -> Iterator[str]:
    """Dated events under their day in Korea, whatever zone they were stated in."""
    t = context.words
    ordered = sorted(items, key=lambda item: (str(_korean_day(item.event.when)), item.event.when.earliest))
    for day, together in groupby(ordered, key=lambda item: _korean_day(item.event.when)):
        heading = f"### {t.day(day)}\n" if day else ""
        for item in together:
            yield f"{heading}**{headline(t, item)}**\n-# {_within_day(context, item.event)}".removesuffix("\n-# ")
            heading = ""


def _korean_day(when: When) -> date | None:
    """The day of a minute in Korea; a stated day as it is."""
    if when.precision is Precision.MINUTE and when.earliest is not None:
        return when.earliest.astimezone(ZoneInfo(SEOUL)).date()
    return when.first_day


def _within_day(context: RenderContext, event: Event) -> str:
    """What the heading of a day leaves out of a date: the time, and how firm it is."""
    t, at = context.words, event.when.earliest
    time = f"{format_dt(at, 't')} · {format_dt(at, 'R')}" if event.when.precision is Precision.MINUTE and at else ""
    shown = phrases.with_status(t, time, event.status_at(context.now)) + phrases.remarks(t, event)
    return shown.removeprefix(" · ").strip()


def line(context: RenderContext, item: Upcoming) -> str:
    """A dated event: what and when."""
    t = context.words
    return f"**{headline(t, item)}**\n-# {phrases.dated(t, item.event, context.now)}{phrases.remarks(t, item.event)}"


def headline(t: Words, item: Upcoming) -> str:
    """What happens, on one line."""
    subject, kind = item.event.subject, item.event.kind
    name = phrases.called(t, subject)
    artists = ", ".join(phrases.called(t, artist) for artist in item.performers)
    works = ", ".join(phrases.called(t, work) for work in item.works)
    match kind:
        case EventKind.PREMIERE:
            return t("🎬 {work} premieres", work=name)
        case EventKind.FINALE:
            return t("🎬 {work}: the finale", work=name)
        case EventKind.EPISODE:
            return t("🎬 {work}: episode {number}", work=name, number=item.event.number)
        case EventKind.OST_RELEASE:
            if not works:
                return t("🎵 {song} by {artists}", song=name, artists=artists)
            return t("🎵 {song} by {artists} ({works})", song=name, artists=artists, works=works)
        case EventKind.ALBUM_RELEASE:
            return t("💿 {album} by {artists}", album=name, artists=artists)
