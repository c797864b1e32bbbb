"""The card of upcoming events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from zoneinfo import ZoneInfo

from discord import ui
from discord.utils import format_dt

from bot.catalogue.model import Upcoming
from bot.catalogue.when import EXACT, SEOUL, Precision, When
from bot.render import phrases, wording
from bot.render.card import PAGE_BLOCKS, Accent, Content, RenderContext, draw, shorten

FEW = 6
"""With fewer events than this, a card also shows what follows the requested days."""
MOST_TEXT = 330
"""Characters of an event where there are several pages: as many events of this length fit into a message."""


def page_of(dates: Sequence[tuple[int, When]], page: int) -> list[int]:
    """The ids of the events of a page: first those of a day, then vaguer ones. Past the end, it is the last page."""
    ordered = sorted(dates, key=lambda dated: (dated[1].precision not in EXACT, _place(dated[1])))
    first = min(page, max(len(dates) - 1, 0) // PAGE_BLOCKS) * PAGE_BLOCKS
    return [id_ for id_, _ in ordered[first : first + PAGE_BLOCKS]]


def upcoming(
    context: RenderContext,
    days: int,
    found: Sequence[Upcoming],
    total: int,
    later: Sequence[Upcoming],
    latest: Upcoming | None,
) -> ui.LayoutView:
    """The events of the next `days` days by day, vaguer dates, and the first of `later`; else the latest past event.

    Of `total` events, `found` are those of the page.
    """
    t = context.words
    exact = [item for item in found if item.event.when.precision in EXACT]
    vague = [item for item in found if item.event.when.precision not in EXACT]
    blocks = [*_by_day(context, exact)]
    if not blocks and not context.page:
        blocks.append(t("Nothing is dated in this time."))
    blocks += phrases.headed(t("Not dated to the day yet"), [line(context, item) for item in vague])
    blocks += phrases.headed(t("After that"), [line(context, item) for item in later])
    last = [latest] if latest is not None else []
    blocks += [t("The latest was:") + "\n" + line(context, item) for item in last]
    content = Content(
        accent=Accent.DATES,
        title=t("Coming up"),
        subtitle=t.plural("the next {n} day", "the next {n} days", days),
        blocks=[shorten(block, MOST_TEXT) for block in blocks] if total > PAGE_BLOCKS else blocks,
        card="upcoming",
        key=f"days-{days}",
        footer=t("Days are days in Korea; times are shown in your own time zone."),
        credit=phrases.credit(t, [item.event for item in (*found, *later, *last)], with_links=False),
        pages=-(-total // PAGE_BLOCKS) if total > PAGE_BLOCKS else None,
    )
    return draw(context, content)


def _by_day(context: RenderContext, items: Sequence[Upcoming]) -> Iterator[str]:
    """Dated events under their day in Korea, whatever zone they were stated in."""
    t = context.words
    ordered = sorted(items, key=lambda item: _place(item.event.when))
    for day, together in groupby(ordered, key=lambda item: _korean_day(item.event.when)):
        heading = f"### {t.day(day)}\n" if day else ""
        for item in together:
            small = phrases.small(_within_day(context, item))
            yield heading + "\n".join(filter(None, (f"**{phrases.headline(t, item)}**", small)))
            heading = ""


def _place(when: When) -> tuple[str, str]:
    return (str(_korean_day(when)), str(when.earliest))


def _korean_day(when: When) -> date | None:
    """The day of a minute in Korea; a stated day as it is."""
    if when.precision is Precision.MINUTE and when.earliest is not None:
        return when.earliest.astimezone(ZoneInfo(SEOUL)).date()
    return when.first_day


def _within_day(context: RenderContext, item: Upcoming) -> str:
    """What the heading of a day leaves out of a date: the time, how firm it is, and of a server's own, where."""
    event, t = item.event, context.words
    at = event.when.earliest
    time = f"{format_dt(at, 't')} · {format_dt(at, 'R')}" if event.when.precision is Precision.MINUTE and at else ""
    shown = wording.with_firmness(t, time, event, context.now) + phrases.remarks(t, event)
    return (shown + phrases.where(item.occasion) + phrases.credit_links([event])).removeprefix(" · ").strip()


def line(context: RenderContext, item: Upcoming) -> str:
    """A dated event: what and when, and who is credited for it."""
    t = context.words
    event = item.event
    date = phrases.dated(t, event, context.now) + phrases.remarks(t, event) + phrases.where(item.occasion)
    date += phrases.credit_links([event])
    return f"**{phrases.headline(t, item)}**\n{phrases.small(date)}"
