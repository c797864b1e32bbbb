"""What members see who say whether they come, and those who plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from discord import ui

from bot.announcements.schedule import Stage
from bot.catalogue.model import Status, Upcoming
from bot.errors import RoleError, RoleTrouble, RsvpClosed
from bot.occasions.rsvp import Answer, Headcount
from bot.render import notify, phrases
from bot.render.announcement import about, asking, dates, leads
from bot.render.card import Accent, Content, RenderContext, Row, counted, draw, notice
from bot.render.controls import button
from bot.render.post_item import Announced, PostItem
from bot.text import Words

ANSWER = r"rsvp:(?P<answer>in|maybe):(?P<slug>[0-9a-f]{12}):(?P<event>\d{1,18})(?::(?P<token>[0-9a-f]+))?"
"""The custom id of a button by which a member says whether they come, or takes it back."""
ATTENDEES = r"rsvp-list:(?P<slug>[0-9a-f]{12}):(?P<event>\d{1,18}):(?P<page>\d{1,4})"
"""The custom id of a button that shows who comes."""

PAGE = 50
"""Members on a page of those who come: about a screen of a phone."""

_COUNT = re.compile(r" · \d+$")


def event_card(context: RenderContext, item: Upcoming, counts: Headcount | None) -> ui.LayoutView:
    """One date of what a server plans, with buttons to say whether one comes. `counts`: None if nobody is asked."""
    t, found = context.words, Announced(item, None, ())
    cancelled = item.event.status is Status.CANCELLED
    stage = Stage.CANCELLED if cancelled else Stage.NOW
    content = Content(
        accent=Accent.TROUBLE if cancelled else Accent.DATES,
        title=phrases.headline(t, item),
        subtitle=t("🚫 Cancelled") if cancelled else "",
        blocks=[*dates(context, PostItem(stage, found)), *about(context, found)],
        leads=leads(context, found),
        subject=item.theme.ref,
        asking=asking(item, counts if not cancelled else None),
    )
    return draw(context, content)


def show_counts(view: ui.View | ui.LayoutView, counts: Headcount) -> None:
    """Let the buttons of a message show how many come, in whatever language they are."""
    for item in view.walk_children():
        match = re.fullmatch(ANSWER, item.custom_id or "") if isinstance(item, ui.Button) else None
        if match is not None and isinstance(item, ui.Button):
            item.label = counted(_COUNT.sub("", item.label or ""), counts.of(Answer(match["answer"])))


@dataclass(frozen=True, slots=True)
class Told:
    """What a member is told who pressed: what they say now, how many come, and what became of their role.

    `given` and `taken` are the ids of roles.
    """

    answer: Answer | None
    counts: Headcount
    given: Sequence[int] = ()
    taken: Sequence[int] = ()
    trouble: RoleError | None = None


def answered(context: RenderContext, item: Upcoming, told: Told, *, planner: bool) -> ui.LayoutView:
    """A member said whether they come, or took it back. `planner`: they may see who comes."""
    t = context.words
    name = phrases.called(t, item.event.subject)
    title, again = {
        Answer.IN: (t("🙋 You're in: {title}", title=name), t("Press “I'm in” again to take it back.")),
        Answer.MAYBE: (t("🤔 You may come: {title}", title=name), t("Press “Maybe” again to take it back.")),
        None: (t("You took your answer back: {title}", title=name), ""),
    }[told.answer]
    lines = [phrases.dated(t, item.event, context.now), _counts(t, told.counts)]
    lines += [t("You have {role} now, until a week after it.", role=f"<@&{role_id}>") for role_id in told.given]
    lines += [t("I took {role} from you.", role=f"<@&{role_id}>") for role_id in told.taken]
    if told.trouble is not None:
        lines.append(f"⚠️ {_role_trouble(t, told.trouble)}")
    if again:
        lines.append(phrases.small(f"{again} {t('I keep your answer until a week after it.')}"))
    row: Row = ui.ActionRow(button(t("Who's coming"), list_id(item, 0)))
    return notice(Accent.DATES if told.answer else Accent.BOT, title, "\n".join(lines), *([row] if planner else []))


def _role_trouble(t: Words, error: RoleError) -> str:
    if error.trouble is RoleTrouble.NO_ANSWER:
        return t("Discord didn't answer about your role. I'll try again.")
    title, body = notify.trouble_words(t, error)
    return f"{title}. {body}" if body else title


def _counts(t: Words, counts: Headcount) -> str:
    said = [
        t.plural("{n} person is in", "{n} people are in", counts.coming),
        t.plural("{n} may come", "{n} may come", counts.maybe),
    ]
    return " · ".join(said)


def list_id(item: Upcoming, page: int) -> str:
    """The custom id of a button that shows a page of who comes."""
    return f"rsvp-list:{item.event.subject.ref.slug}:{item.event.id}:{page}"


def attendees(
    context: RenderContext, item: Upcoming, counts: Headcount, found: Sequence[tuple[int, Answer]], page: int
) -> ui.LayoutView:
    """Who comes to something, and who may: `found` are those of the page."""
    t = context.words
    lines = [phrases.dated(t, item.event, context.now), _counts(t, counts)]
    for answer, name in ((Answer.IN, t("I'm in")), (Answer.MAYBE, t("Maybe"))):
        people = [f"<@{user_id}>" for user_id, said in found if said is answer]
        if people:
            lines.append(f"**{name}**\n{' '.join(people)}")
    pages = max(-(-(counts.coming + counts.maybe) // PAGE), 1)
    rows: list[Row] = []
    if pages > 1:
        lines.append(phrases.small(t("Page {page} of {pages}", page=page + 1, pages=pages)))
        turns = [(t("Back"), page - 1), (t("Next"), page + 1)]
        rows.append(ui.ActionRow(*(button(name, list_id(item, to)) for name, to in turns if 0 <= to < pages)))
    title = t("Who's coming: {title}", title=phrases.called(t, item.event.subject))
    return notice(Accent.DATES, title, "\n".join(lines), *rows)


def closed(t: Words, why: RsvpClosed) -> tuple[str, str]:
    """Title and body for a member who says whether they come to what nobody is asked about any more."""
    coming_up = t("`/schedule list` shows what is coming up.")
    return {
        RsvpClosed.OVER: (t("This is over"), coming_up),
        RsvpClosed.CANCELLED: (t("This is cancelled"), coming_up),
        RsvpClosed.OFF: (t("You need not answer any more"), t("Those who plan it no longer ask who comes.")),
    }[why]
