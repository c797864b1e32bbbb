"""A post in a channel: one announcement, several about one subject at one time, or a digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from bot.announcements.schedule import CORRECTIONS, Stage
from bot.catalogue.model import EventKind
from bot.render import headlines, phrases
from bot.render.announcement import (
    PostOptions,
    about,
    announcement,
    by_clocks,
    dates,
    firmness,
    fitting,
    leads,
    stage_line,
    stated,
)
from bot.render.card import Accent, CardLink, Classic, Content, RenderContext, classic, shorten
from bot.render.post_item import PostItem
from bot.render.push import digest_line, push_line
from bot.render.upcoming import line
from bot.render.wording import called
from bot.text import Words

MAX_TITLE = 100
"""Characters of a forum's post's title, and of a thread's
(https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel)."""


def post(context: RenderContext, told: Sequence[PostItem], options: PostOptions, *, digest: bool = False) -> Classic:
    """The message for all stages due at once, or for a digest."""
    t, role = context.words, options.role_id
    if digest:
        ahead = _ahead(told)
        line = digest_line(t, ahead, options.zone, context.now, role_id=role)
        content = _digest(context, ahead, options)
    else:
        ordered = _main_first(told)
        line = push_line(t, ordered, options.zone, context.now, role_id=role)
        several = len(ordered) > 1
        content = _several(context, ordered, options) if several else announcement(context, ordered[0], options)
    return classic(context, _mentioning(t, line, options), content, options.delivery_token)


def _mentioning(t: Words, line: str, options: PostOptions) -> str:
    """The first line, and beneath it those who come, and all other roles: a phone shows first what happens."""
    coming = [f"<@&{role_id}>" for role_id in options.roles if role_id in options.attendee_roles]
    coming += [f"<@{user_id}>" for user_id in options.people]
    if (more := len(options.attendees) - len(options.people)) > 0:
        coming.append(t.plural("… and {n} more", "… and {n} more", more))
    known = {options.role_id, *options.attendee_roles}
    told = [f"<@&{role_id}>" for role_id in options.roles if role_id not in known]
    lines = [line, *([f"-# 🙋 {' '.join(coming)}"] if coming else []), *([f"-# 🔔 {' '.join(told)}"] if told else [])]
    return "\n".join(lines)


def post_title(
    context: RenderContext,
    told: Sequence[PostItem],
    options: PostOptions,
    *,
    digest: bool = False,
    whole_subject: bool = False,
) -> str:
    """The title of the same message in a forum: what happens, and what of it is told; of a digest, its day.

    `whole_subject`: what is told of a drama or artist goes into one post, so its title is the name. What is a server's
    own has a post of its own.
    """
    t = context.words
    if whole_subject and told[0].found.item.occasion is None:
        return shorten(called(t, told[0].found.item.theme), MAX_TITLE)
    items = [one.found.item for one in told]
    parts = [
        t("Preview") if options.preview else "",
        "" if digest else stage_line(t, told),
        headlines.title(t, items, digest=digest),
        t.day(context.now.astimezone(ZoneInfo(options.zone)).date()) if digest else "",
    ]
    return shorten(" · ".join(filter(None, parts)), MAX_TITLE)


def outdated(context: RenderContext, told: Sequence[PostItem], *, digest: bool = False) -> Content:
    """A post some of whose dates changed: each such date with a link to its correction."""
    t = context.words
    notes = [t("⚠️ This date is no longer right: {link}", link=one.correction) if one.correction else "" for one in told]
    credit = ""
    if len(told) == 1 and not digest:
        blocks = notes
    else:
        credit = _credit_of_list(t, told)
        items = [one.found.item for one in told]
        blocks = [
            f"~~{phrases.headline(t, item)}~~\n{note}" if note else line(context, item)
            for item, note in zip(items, notes, strict=True)
        ]
    return Content(
        accent=Accent.BOT,
        title=headlines.title(t, [one.found.item for one in told], phrases.MARKED, digest=digest),
        subtitle="",
        blocks=fitting(t, blocks),
        per_page=len(told) + 1,
        credit=credit,
        leads=_subjects(context, told) if digest else leads(context, told[0].found),
        subject=None if digest else told[0].found.item.theme.ref,
    )


def outdated_line(t: Words) -> str:
    """The first line of an outdated post."""
    return t("⚠️ A date in this post has changed or been cancelled.")


def _main_first(told: Sequence[PostItem]) -> list[PostItem]:
    by_event = {one.found.item.event.id: one for one in told}
    return [by_event[item.event.id] for item in headlines.ordered([one.found.item for one in told])]


def _several(context: RenderContext, told: Sequence[PostItem], options: PostOptions) -> Content:
    t = context.words
    items = [one.found.item for one in told]
    main, stage = told[0].found, told[0].stage
    heading = headlines.title(t, items, phrases.MARKED)
    if stage not in CORRECTIONS and all(item.event.when == items[0].event.when for item in items):
        # The heading can be enough: episodes need no more.
        named = {EventKind.EPISODE} if heading != phrases.headline(t, items[0]) else set[EventKind]()
        listed = [
            f"- {shown}{phrases.where(item.occasion)}"
            for item in items
            if item.event.kind not in named and (shown := phrases.headline(t, item)) != heading
        ]
        clocks = by_clocks(t, main.item, options)
        blocks = [*dates(context, told[0]), *clocks, *firmness(t, told), *options.remarks(t), *listed]
    else:
        blocks = [f"**{phrases.headline(t, one.found.item)}**\n" + "\n".join(dates(context, one)) for one in told]
        blocks += [*firmness(t, told), *options.remarks(t)]
    if stage is not Stage.CANCELLED and main.item.event.kind is not EventKind.OST_RELEASE:
        blocks += about(context, main)
    return Content(
        accent=Accent.TROUBLE if stage in CORRECTIONS else Accent.DATES,
        title=heading,
        subtitle=stage_line(t, told),
        blocks=fitting(t, blocks),
        per_page=len(blocks) + 1,
        footer=phrases.footer(t, [item.event for item in items]),
        credit=phrases.credit(t, chain.from_iterable(map(stated, told))),
        leads=leads(context, main),
        subject=main.item.theme.ref,
    )


def _ahead(told: Sequence[PostItem]) -> list[PostItem]:
    """The entries of a digest: one per event, however many of its stages fall into it."""
    once = {one.found.item.event.id: one for one in sorted(told, key=lambda one: one.stage is Stage.NOW)}
    return sorted(once.values(), key=_begins)


def _digest(context: RenderContext, ahead: Sequence[PostItem], options: PostOptions) -> Content:
    t = context.words
    return Content(
        accent=Accent.DATES,
        title=headlines.title(t, [], digest=True),
        subtitle="",
        blocks=[*fitting(t, [line(context, one.found.item) for one in ahead]), *options.remarks(t)],
        per_page=len(ahead) + 3,
        footer=phrases.footer(t, [one.found.item.event for one in ahead]),
        credit=_credit_of_list(t, ahead),
        leads=_subjects(context, ahead),
    )


def _credit_of_list(t: Words, told: Sequence[PostItem]) -> str:
    return phrases.credit(t, [one.found.item.event for one in told], with_links=False)


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
        subject = item.occasion.about if item.occasion is not None else item.event.subject
        label = (subject and subject.name(context.words.language)) or first.label
        # What leads to no subject of its own leads to the same list.
        key = str(first.ref) if subject is not None else first.card
        found.setdefault(key, CardLink(first.card, first.ref, label, first.emoji))
    return list(found.values())[:5]
