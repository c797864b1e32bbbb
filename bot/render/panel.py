"""The panel: all settings of a channel, in words, with a control for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from discord import ButtonStyle, ui

from bot.announcements.channels import MAX_TAGS
from bot.announcements.hours import DAILY, DIGEST, WEEK
from bot.announcements.subscription import Subscription
from bot.announcements.zones import COMMON_ZONES, zone_name
from bot.catalogue.model import EventKind
from bot.render import mentions
from bot.render.administration import (
    KIND_ORDER,
    REMINDER_ORDER,
    Channel,
    digest_name,
    kind_name,
    lock_name,
    reminder_name,
    setup_lines,
    span_name,
    thread_choices,
    threads_name,
    warnings,
)
from bot.render.card import MAX_MENU, RenderContext, Row, stateless_view
from bot.render.controls import Box, Note, Place, Tab, box_for, button, channel_menu, menu, role_menu, say
from bot.text import LANGUAGES, Words, language_name

EACH = "each"
"""The posting style without a digest."""

LOCKS = tuple(timedelta(hours=hours) for hours in (0, 6, 12, 24, 72, 168))
"""After how long threads can be locked; zero: never."""
GRACES = tuple(timedelta(hours=hours) for hours in (1, 6, 12, 24, 72, 168))


@dataclass(frozen=True, slots=True)
class Server:
    """What a panel needs to know about its server.

    `names`: of the channels with announcements; `roles`: of its roles. `standing`: those channels and roles of the
    panel that still exist; Discord refuses a menu with others as choices.
    """

    names: Mapping[int, str]
    roles: Mapping[int, str]
    standing: Collection[int]


def panel(
    context: RenderContext, place: Place, server: Server, channel: Channel, note: Note | None = None
) -> ui.LayoutView:
    """The settings of a channel, and the controls of a tab."""
    t, chosen, box = context.words, channel.chosen, box_for(note)
    box.add_item(ui.TextDisplay(f"## {t('Announcements')}"))
    if len(server.names) > 1:
        named = [(str(id_), f"#{name}", id_ == place.channel_id) for id_, name in server.names.items()]
        box.add_item(menu(place.control("go"), named))
    box.add_item(ui.TextDisplay("\n".join(setup_lines(context, channel) + warnings(context, channel))))
    box.add_item(ui.Separator())
    box.add_item(_tabs(t, place))
    say(box, note)
    if place.tab is Tab.WHAT:
        _what(t, box, place, place.after(note, context), server, channel)
    elif place.tab is Tab.HOW:
        _how(context, box, place, channel)
    elif place.tab is Tab.FOR:
        mentions.controls(t, box, place, channel, server.roles)
    else:
        _threads(t, box, place, channel)
    box.add_item(ui.Separator())
    box.add_item(_below(t, place, chosen))
    return stateless_view(box)


def _tabs(t: Words, place: Place) -> Row:
    row: Row = ui.ActionRow()
    for tab, name in (
        (Tab.WHAT, t("What and where")),
        (Tab.HOW, t("When and how")),
        (Tab.FOR, t("Filters and roles")),
        (Tab.THREADS, t("Threads")),
    ):
        style = ButtonStyle.primary if tab is place.tab else ButtonStyle.secondary
        row.add_item(button(name, replace(place, tab=tab).control("show"), style))
    return row


def _what(t: Words, box: Box, place: Place, fresh: Place, server: Server, channel: Channel) -> None:
    """Channel, role to ping (`fresh` is for these two, which can be refused), what to post, and language.

    In a forum, the tags of posts as well.
    """
    chosen = channel.chosen
    channel_id = chosen.channel_id if chosen.channel_id in server.standing else None
    role_id = chosen.role_id if chosen.role_id in server.standing else None
    kinds = [(kind.value, kind_name(t, kind), kind in chosen.kinds) for kind in KIND_ORDER]
    ahead = [(stage.value, reminder_name(t, stage), stage in chosen.stages) for stage in REMINDER_ORDER]
    languages = [(language, language_name(language), language == chosen.language) for language in LANGUAGES]
    reminders = menu(place.control("reminders"), ahead, least=0, most=len(ahead), empty=t("No reminders"))
    _name(box, t("Channel"), channel_menu(fresh.control("channel"), t("Choose a channel"), channel_id))
    if channel.forum is not None and channel.forum.tags:
        applied = channel.forum.applied(chosen.tags)
        tags = [(str(tag.id), tag.name, tag.id in applied) for tag in channel.forum.tags]
        most = min(MAX_TAGS, len(tags))
        _name(box, t("Tags"), menu(place.control("tags"), tags, least=0, most=most, empty=t("No tags")))
    _name(box, t("Role to ping"), role_menu(fresh.control("role"), t("Nobody"), role_id))
    _name(box, t("Announces"), menu(place.control("kinds"), kinds, most=len(kinds)))
    if EventKind.EPISODE in chosen.kinds:
        about = t("By the time slot, before a date is confirmed")
        _switch(t, box, place, "expected", chosen.expected, t("Expected episodes"), about)
    _name(box, t("Reminders"), reminders)
    _name(box, t("Language"), menu(place.control("language"), languages))


def _how(context: RenderContext, box: Box, place: Place, channel: Channel) -> None:
    """Time zone, hours, and form of posts."""
    t, chosen = context.words, channel.chosen
    zones = list(dict.fromkeys((chosen.zone, *COMMON_ZONES)))[:MAX_MENU]
    told = [
        (zone, f"{zone_name(zone)} · {context.now.astimezone(ZoneInfo(zone)):%H:%M}", zone == chosen.zone)
        for zone in zones
    ]
    _name(box, t("Time zone"), menu(place.control("zone"), told))
    elsewhere = button(t("Another time zone"), place.control("elsewhere"))
    box.add_item(ui.ActionRow(elsewhere, button(t("Quiet hours"), place.control("quiet"))))
    _digest(t, box, place, chosen)
    spans = sorted({*GRACES, chosen.grace})
    graces = [(str(int(span.total_seconds())), span_name(t, span), span == chosen.grace) for span in spans]
    _name(box, t("Post late by up to"), menu(place.control("grace"), graces))
    for what, on, name, about in (
        (
            "events",
            chosen.guild_events,
            t("Premieres and your own events as Discord events"),
            t("In your server's event list"),
        ),
    ):
        _switch(t, box, place, what, on, name, about)


def _switch(t: Words, box: Box, place: Place, what: str, on: bool, name: str, about: str) -> None:
    said = f"{'✅' if on else '⬜'} **{name}**\n-# {about}"
    switch = button(t("Turn off") if on else t("Turn on"), place.control(what, str(int(not on))))
    box.add_item(ui.Section(said, accessory=switch))


def _threads(t: Words, box: Box, place: Place, channel: Channel) -> None:
    """Which threads are opened, and when they are locked."""
    chosen, in_forum = channel.chosen, channel.forum is not None
    choices = [
        (str(int(one)), threads_name(t, one, in_forum=in_forum), one is chosen.threads)
        for one in thread_choices(in_forum=in_forum)
    ]
    _name(box, t("Threads for discussion"), menu(place.control("threads"), choices))
    if chosen.threads.of_evenings:
        spans = sorted({*LOCKS, chosen.lock_after})
        locks = [(str(int(span.total_seconds())), lock_name(t, span), span == chosen.lock_after) for span in spans]
        _name(box, t("Locked"), menu(place.control("lock"), locks))


def _digest(t: Words, box: Box, place: Place, chosen: Subscription) -> None:
    match = DIGEST.fullmatch(chosen.digest)
    style, at = (match[1], match[2]) if match else (EACH, "")
    names = {EACH: digest_name(t, ""), DAILY: t("a daily digest")}
    names |= {day: t("a weekly digest: {day}", day=t.weekday(number)) for number, day in enumerate(WEEK)}
    _name(box, t("Posts"), menu(place.control("style"), [(key, name, key == style) for key, name in names.items()]))
    if match is not None:
        hours = [f"{hour:02}" for hour in range(24)]
        options = [(hour, t("at {hour}", hour=f"{hour}:00"), hour == at) for hour in hours]
        box.add_item(menu(place.control("hour"), options))


def _below(t: Words, place: Place, chosen: Subscription) -> Row:
    row: Row = ui.ActionRow()
    if chosen.paused_at is not None:
        row.add_item(button(t("Try again"), place.control("resume"), ButtonStyle.primary))
    row.add_item(button(t("Add a channel"), place.control("add")))
    row.add_item(button(t("Turn off here"), place.control("off"), ButtonStyle.danger))
    return row


def _name(box: Box, name: str, control: Row) -> None:
    box.add_item(ui.TextDisplay(f"-# {name}"))
    box.add_item(control)
