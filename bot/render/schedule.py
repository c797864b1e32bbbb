"""What people see who plan a server's own events: previews, what was saved, and the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from discord import ButtonStyle, ui
from discord.utils import format_dt

from bot.catalogue.model import Label, Upcoming
from bot.catalogue.when import SEOUL, Precision
from bot.occasions.asked import Asked, written
from bot.occasions.model import MAX_ADDRESS, MAX_PLACE, MAX_TITLE, Coming, Draft
from bot.render import asked, headlines, phrases, vocabulary, wording
from bot.render.card import (
    MAX_OPTION,
    PAGE_BLOCKS,
    Accent,
    Content,
    RenderContext,
    Row,
    draw,
    escape,
    notice,
    shorten,
    stateless_view,
)
from bot.render.controls import Note, box_for, button, say
from bot.text import Words

PLAN = r"plan:(?P<what>save|change|discard|as-\d):(?P<token>[0-9a-f]{16})"
"""The custom id of a control of something that is about to be saved: what to do, with which."""
END = r"plan:(?P<what>cancel|keep):(?P<slug>[0-9a-f]{12})"
"""The custom id of the answers to whether an occasion is to be cancelled."""
BACK = r"plan:restore:(?P<slug>[0-9a-f]{12}):(?P<number>\d{1,8})"
"""The custom id of a button that lets a single occurrence take place as planned."""

MAX_WHEN = 100
"""Characters of a date in people's words."""
MAX_WRITTEN = 200
"""Characters of one in a form, which is longer when it says everything: the zone, how long, and how it repeats."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where something is planned: the server's time zone, and its channels that will announce it."""

    zone: str
    channels: Sequence[int]
    on: bool
    """Whether anything is announced in the server."""


def preview(
    context: RenderContext,
    token: str,
    draft: Draft,
    setting: Setting,
    about: Label | None,
    *,
    new: bool,
    note: Note | None = None,
) -> ui.LayoutView:
    """What is about to be saved, with buttons to save, change or discard it."""
    t, box = context.words, box_for(note)
    say(box, note)
    kind = t("{kind} · not saved yet", kind=vocabulary.event_name(t, draft.kind))
    box.add_item(ui.TextDisplay(f"## {headlines.SIGNS[draft.kind]} {escape(draft.title)}\n-# {kind}"))
    lines = [*_described(context, draft, setting, about), *_told(t, setting)]
    if draft.picture:
        lines.append(phrases.field(t("Picture"), f"<{draft.picture}>"))
    box.add_item(ui.TextDisplay("\n".join(lines)))
    save = t("Save") if new else t("Save the changes")
    box.add_item(
        ui.ActionRow(
            button(save, f"plan:save:{token}", ButtonStyle.success),
            button(t("Change…"), f"plan:change:{token}"),
            button(t("Discard"), f"plan:discard:{token}"),
        )
    )
    return stateless_view(box)


def _described(context: RenderContext, draft: Draft, setting: Setting, about: Label | None) -> list[str]:
    t, ahead = context.words, draft.from_now_on(context.now)
    at = ahead.when(ahead.day)
    lines = [phrases.field(t("When"), asked.date_words(t, at, [setting.zone, SEOUL, draft.zone], context.now))]
    if at.precision is Precision.MINUTE and at.earliest is not None:
        lines.append(phrases.small(f"{format_dt(at.earliest, 'F')} · {format_dt(at.earliest, 'R')}"))
    if draft.repeat is not None:
        lines.append(phrases.field(t("Repeats"), asked.repeat_words(t, draft.day, draft.repeat)))
        if following := asked.next_days(t, ahead, context.now):
            lines.append(phrases.small(t("then {days} …", days=following)))
    if draft.lasts is not None:
        lines.append(phrases.field(t("Duration"), wording.lasting(t, draft.lasts)))
    if draft.place:
        lines.append(phrases.field(t("Where"), escape(draft.place)))
    if draft.url:
        lines.append(phrases.field(t("Link"), f"<{draft.url}>"))
    if about is not None:
        lines.append(phrases.field(t("About"), phrases.called(t, about)))
    if draft.attendee_role_id is not None:
        role = f"<@&{draft.attendee_role_id}>"
        lines.append(phrases.field(t("RSVP"), t("members say whether they come; who is in gets {role}", role=role)))
    elif draft.rsvp:
        lines.append(phrases.field(t("RSVP"), t("members say whether they come")))
    return lines


def _told(t: Words, setting: Setting) -> list[str]:
    if setting.channels:
        channels = t.join_list([f"<#{id_}>" for id_ in setting.channels])
        return [phrases.field(t("Announced in"), channels)]
    if setting.on:
        return [phrases.small(t("No channel announces this: `/announcements panel` changes that."))]
    return [phrases.small(t("It will be in `/upcoming`. To have it announced: `/announcements setup`."))]


def which_reading(context: RenderContext, token: str, title: str, readings: Sequence[Asked]) -> ui.LayoutView:
    """A date may mean several things: a button for each."""
    t = context.words
    rows: list[Row] = [
        ui.ActionRow(button(asked.reading_words(t, reading, context.now), f"plan:as-{place}:{token}"))
        for place, reading in enumerate(readings[:5])
    ]
    return notice(Accent.DATES, title, t("Which one do you mean?"), *rows)


def form(context: RenderContext, token: str, draft: Draft) -> ui.Modal:
    """The form by which something is changed before it is saved."""
    t, ahead = context.words, draft.from_now_on(context.now)  # nobody can ask for what is over
    modal = ui.Modal(title=shorten(t("Change {title}", title=" ".join(draft.title.split())), 45))
    modal.custom_id = f"plan:change:{token}"
    said = Asked(ahead.day, ahead.time, ahead.zone, ahead.lasts, ahead.repeat)
    fields = [
        (t("Title"), "", draft.title, MAX_TITLE, True),
        (t("When"), t("with how long and how often, if you like"), written(said, t.language), MAX_WRITTEN, True),
        (t("Where"), "", draft.place, MAX_PLACE, False),
        (t("Link"), "", draft.url, MAX_ADDRESS, False),
        (t("Picture"), t("the address of an image"), draft.picture, MAX_ADDRESS, False),
    ]
    for name, description, value, longest, required in fields:
        text: ui.TextInput[ui.Modal] = ui.TextInput(default=value or None, required=required, max_length=longest)
        modal.add_item(ui.Label[ui.Modal](text=name, description=description or None, component=text))
    modal.stop()
    return modal


def saved(context: RenderContext, draft: Draft, setting: Setting, *, new: bool) -> ui.LayoutView:
    """Something was put into the schedule, or changed there."""
    t, ahead = context.words, draft.from_now_on(context.now)
    title = (
        t("“{title}” is planned", title=escape(draft.title))
        if new
        else t("Saved: “{title}”", title=escape(draft.title))
    )
    lines = [asked.date_words(t, ahead.when(ahead.day), [setting.zone, SEOUL, draft.zone], context.now)]
    if draft.repeat is not None:
        lines.append(asked.repeat_words(t, draft.day, draft.repeat))
    lines += _told(t, setting)
    lines.append(phrases.small(t("`/schedule list` shows everything that is planned.")))
    return notice(Accent.DATES, title, "\n".join(lines))


def discarded(t: Words) -> ui.LayoutView:
    """Something was not saved."""
    return notice(Accent.BOT, t("Nothing was saved"), "")


def listed(context: RenderContext, found: Sequence[tuple[Upcoming, Coming]], total: int) -> ui.LayoutView:
    """A server's schedule: each thing once, with its next date. `found`: those of the page, of `total` in all."""
    t = context.words
    content = Content(
        accent=Accent.DATES,
        title=t("Our schedule"),
        subtitle=t.plural("{n} thing planned", "{n} things planned", total) if total else "",
        blocks=[_line(context, item, one) for item, one in found]
        or [t("Nothing is planned. Whoever may manage events adds something with `/schedule add`.")],
        card="schedule",
        key="server",
        footer=t("Times are shown in your own time zone.") if total else "",
        pages=-(-total // PAGE_BLOCKS) if total > PAGE_BLOCKS else None,
    )
    return draw(context, content)


def _line(context: RenderContext, item: Upcoming, one: Coming) -> str:
    t, at = context.words, one.at.earliest
    dated = phrases.dated(t, item.event, context.now)
    if one.at.precision is Precision.MINUTE and at is not None:
        dated = f"{format_dt(at, 'F')} · {format_dt(at, 'R')}"
    if one.repeat is not None:
        dated += f" · {asked.repeat_words(t, one.day, one.repeat)}"
    return shorten(f"**{phrases.headline(t, item)}**\n{phrases.small(dated + phrases.where(item.occasion))}", 330)


def option(t: Words, one: Coming, now: datetime) -> str:
    """Something planned, as an option of a command."""
    date = asked.date_words(t, one.at, [one.at.zone], now)
    return shorten(" · ".join([shorten(one.title, 50), date, *([t("skipped")] if one.skipped else [])]), MAX_OPTION)


def whether_to_cancel(context: RenderContext, slug: str, item: Upcoming, setting: Setting, ahead: int) -> ui.LayoutView:
    """Whether to cancel something, and all that repeats of it. `ahead`: how often it would still take place."""
    t, at = context.words, item.event.when
    lines = [asked.date_words(t, at, [setting.zone, SEOUL], context.now)]
    if ahead > 1:
        lines.append(t.plural("and {n} more date", "and {n} more dates", ahead - 1))
        lines.append(t("To leave out a single date, use `/schedule skip`."))
    lines.append(t("Where it was announced, I say that it is cancelled."))
    row: Row = ui.ActionRow(
        button(t("Cancel it"), f"plan:cancel:{slug}", ButtonStyle.danger), button(t("Keep it"), f"plan:keep:{slug}")
    )
    title = t("Cancel “{title}”?", title=phrases.called(t, item.event.subject))
    return notice(Accent.DATES, title, "\n".join(lines), row)


def cancelled(t: Words, name: Label) -> ui.LayoutView:
    """Something was cancelled."""
    return notice(Accent.BOT, t("“{title}” is cancelled", title=phrases.called(t, name)), "")


def kept(t: Words) -> ui.LayoutView:
    """Something was not cancelled after all."""
    return notice(Accent.BOT, t("Nothing was cancelled"), "")


@dataclass(frozen=True, slots=True)
class Single:
    """One occurrence of something: which, and the event that it is."""

    slug: str
    number: int
    item: Upcoming


def skipped(context: RenderContext, one: Single, setting: Setting) -> ui.LayoutView:
    """A single occurrence was skipped."""
    return _changed(context, one, context.words("“{title}” is skipped once", title=_title(context, one)), setting)


def moved(context: RenderContext, one: Single, setting: Setting) -> ui.LayoutView:
    """A single occurrence was moved: `one` is as it is now."""
    return _changed(context, one, context.words("“{title}” is moved once", title=_title(context, one)), setting)


def restored(context: RenderContext, one: Single, setting: Setting) -> ui.LayoutView:
    """A single occurrence takes place as it was planned: `one` is as it is now."""
    title = context.words("“{title}” takes place as planned", title=_title(context, one))
    return _changed(context, one, title, setting, undo=False)


def _changed(context: RenderContext, one: Single, title: str, setting: Setting, *, undo: bool = True) -> ui.LayoutView:
    t = context.words
    body = asked.date_words(t, one.item.event.when, [setting.zone, SEOUL], context.now)
    row: Row = ui.ActionRow(button(t("Undo"), f"plan:restore:{one.slug}:{one.number}"))
    return notice(Accent.DATES, title, body, *([row] if undo else []))


def _title(context: RenderContext, one: Single) -> str:
    return phrases.called(context.words, one.item.event.subject)


def planners_chosen(t: Words, role_id: int | None) -> ui.LayoutView:
    """An admin chose who may plan."""
    if role_id is None:
        body = t("Whoever may manage events, or the server, may change the schedule.")
    else:
        body = t(
            "Whoever has {role} may change the schedule, and whoever may manage events or the server.",
            role=f"<@&{role_id}>",
        )
    return notice(Accent.DATES, t("Saved"), body)


def planners_needed(t: Words, role_id: int | None) -> str:
    """What somebody lacks who may not change the schedule."""
    if role_id is None:
        return t("You need the permission “Manage Events”. An admin can choose a role with `/schedule role`.")
    return t("You need the role {role}, or the permission “Manage Events”.", role=f"<@&{role_id}>")


def unfit(t: Words, field: str) -> tuple[str, str]:
    """Title and body for somebody who wrote what cannot be, by the field of a draft."""
    known: Mapping[str, tuple[str, str]] = {
        "title": (t("It needs a title"), t("Up to {n} characters.", n=MAX_TITLE)),
        "lasts": (t("It can't take that long"), t("A minute at least, and 30 days at most.")),
        "place": (t("That place is too long"), t("Up to {n} characters.", n=MAX_PLACE)),
        "url": (t("That link doesn't work"), t("It has to begin with https:// and must not contain spaces.")),
        "picture": (
            t("That picture's address doesn't work"),
            t("It has to begin with https:// and must not contain spaces."),
        ),
        "about": (
            t("I don't know what it is about"),
            t("Choose a drama or an artist from the list that opens while you type."),
        ),
        "repeat": (t("It can't repeat like that"), asked.examples(t)),
    }
    return known.get(field, (t("That can't be planned"), asked.examples(t)))
