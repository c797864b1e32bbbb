"""A post in a channel: one announcement, several about one subject at one time, or a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.announcements.schedule import CORRECTIONS, Stage
from bot.catalogue.model import EventKind, Upcoming
from bot.render import phrases
from bot.render.announcement import PostOptions, about, announcement, dates, fitting, leads, stage_line
from bot.render.card import Accent, CardLink, Classic, Content, RenderContext, classic
from bot.render.post_item import PostItem
from bot.render.push import digest_line, push_line
from bot.render.upcoming import headline, line
from bot.text import Words

_MAIN_FIRST = (
    EventKind.PREMIERE,
    EventKind.FINALE,
    EventKind.ALBUM_RELEASE,
    EventKind.EPISODE,
    EventKind.OST_RELEASE,
)


def post(context: RenderContext, told: Sequence[PostItem], options: PostOptions, *, digest: bool = False) -> Classic:
    """The message for all stages due at once, or for a digest."""
    t, role = context.words, options.role_id
    if digest:
        ahead = _ahead(told)
        line = digest_line(t, ahead, options.zone, context.now, role_id=role)
        return classic(t, line, _digest(context, ahead, options), options.delivery_token)
    ordered = _main_first(told)
    content = announcement(context, ordered[0], options) if len(ordered) == 1 else _several(context, ordered, options)
    return classic(t, push_line(t, ordered, options.zone, context.now, role_id=role), content, options.delivery_token)


def title(t: Words, items: Sequence[Upcoming], *, digest: bool = False) -> str:
    """The subject of a post, on one line."""
    if digest:
        return t("🗓️ Coming up")
    main = _ordered(items)[0]
    if len(items) > 1 and {item.event.kind for item in items} == {EventKind.EPISODE}:
        numbers = t.numbers(sorted(item.event.number for item in items))
        return t("🎬 {work}: episodes {numbers}", work=phrases.called(t, main.event.subject), numbers=numbers)
    if len(items) > 1 and {item.event.kind for item in items} == {EventKind.OST_RELEASE} and main.works:
        work = phrases.called(t, main.works[0])
        return t.plural("🎵 {n} song from {work}", "🎵 {n} songs from {work}", len(items), work=work)
    return headline(t, main)


def outdated(context: RenderContext, told: Sequence[PostItem], *, digest: bool = False) -> Content:
    """A post some of whose dates changed: each such date with a link to its correction."""
    t = context.words
    notes = [t("⚠️ This date is no longer right: {link}", link=one.correction) if one.correction else "" for one in told]
    if len(told) == 1 and not digest:
        blocks = notes
    else:
        items = [one.found.item for one in told]
        blocks = [
            f"~~{headline(t, item)}~~\n{note}" if note else line(context, item)
            for item, note in zip(items, notes, strict=True)
        ]
    return Content(
        accent=Accent.BOT,
        title=title(t, [one.found.item for one in told], digest=digest),
        subtitle="",
        blocks=fitting(t, blocks),
        per_page=len(told) + 1,
        leads=_subjects(context, told) if digest else leads(context, told[0].found),
    )


def outdated_line(t: Words) -> str:
    """The first line of an outdated post."""
    return t("⚠️ A date in this post has changed or been cancelled.")


def _main_first(told: Sequence[PostItem]) -> list[PostItem]:
    by_event = {one.found.item.event.id: one for one in told}
    return [by_event[item.event.id] for item in _ordered([one.found.item for one in told])]


def _several(context: RenderContext, told: Sequence[PostItem], options: PostOptions) -> Content:
    t = context.words
    items = [one.found.item for one in told]
    main, stage = told[0].found, told[0].stage
    heading = title(t, items)
    if stage not in CORRECTIONS and all(item.event.when == items[0].event.when for item in items):
        # The heading can be enough: episodes need no more.
        named = {EventKind.EPISODE} if heading != headline(t, items[0]) else set[EventKind]()
        listed = [f"- {headline(t, item)}" for item in items if item.event.kind not in named]
        blocks = [*dates(context, told[0]), *options.remarks(t), *(x for x in listed if x != f"- {heading}")]
    else:
        blocks = [f"**{headline(t, one.found.item)}**\n" + "\n".join(dates(context, one)) for one in told]
        blocks += options.remarks(t)
    if stage is not Stage.CANCELLED and main.item.event.kind is not EventKind.OST_RELEASE:
        blocks += about(context, main)
    return Content(
        accent=Accent.TROUBLE if stage in CORRECTIONS else Accent.DATES,
        title=heading,
        subtitle=stage_line(t, told),
        blocks=fitting(t, blocks),
        per_page=len(blocks) + 1,
        footer=phrases.footer(t, [item.event for item in items]),
        leads=leads(context, main),
    )


def _ahead(told: Sequence[PostItem]) -> list[PostItem]:
    """The entries of a digest: one per event, however many of its stages fall into it."""
    once = {one.found.item.event.id: one for one in sorted(told, key=lambda one: one.stage is Stage.NOW)}
    return sorted(once.values(), key=_begins)


def _digest(context: RenderContext, ahead: Sequence[PostItem], options: PostOptions) -> Content:
    t = context.words
    return Content(
        accent=Accent.DATES,
        title=title(t, [], digest=True),
        subtitle="",
        blocks=[*fitting(t, [line(context, one.found.item) for one in ahead]), *options.remarks(t)],
        per_page=len(ahead) + 3,
        footer=phrases.footer(t, [one.found.item.event for one in ahead]),
        leads=_subjects(context, ahead),
    )


def _begins(told: PostItem) -> datetime:
    earliest = told.found.item.event.when.earliest
    assert earliest is not None, "only dated events are announced"
    return earliest


def _subjects(context: RenderContext, told: Sequence[PostItem]) -> list[CardLink]:
    """A button for each of the first subjects of a digest."""
    found: dict[str, CardLink] = {}
    for one in told:
        item = one.found.item
        first = leads(context, one.found)[-1 if item.event.kind is not EventKind.OST_RELEASE else 0]
        label = item.event.subject.name(context.words.language) or first.label
        found.setdefault(str(first.ref), CardLink(first.card, first.ref, label, first.emoji))
    return list(found.values())[:5]


def _ordered(items: Sequence[Upcoming]) -> list[Upcoming]:
    """The most important first; episodes by number."""
    return sorted(items, key=lambda item: (_MAIN_FIRST.index(item.event.kind), item.event.number))
