"""What is posted in the channels that admins chose, and what admins are told about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import discord
from discord import ui
from discord.utils import format_dt

from bot.model import EventKind, Label, Upcoming, Work
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw, escape
from bot.render.drama import airing_words
from bot.render.upcoming import headline
from bot.text import Words, language_name
from bot.when import Precision


@dataclass(frozen=True, slots=True)
class Announced:
    """An event with what its announcement shows: where to watch, or whose drama it is, and the leads."""

    item: Upcoming
    work: Work | None
    leads: Sequence[Label]
    links: Sequence[tuple[str, str]] = ()


def announcement(
    scene: Scene, found: Announced, *, mark: str | None, role_id: int | None, late: bool, preview: bool = False
) -> ui.LayoutView:
    """The post about an event. `mark` is the delivery; `role_id` the one role it may ping; `late`: past its time."""
    t, event = scene.words, found.item.event
    blocks = [phrases.field(t("When"), _time(scene, found))]
    if late and event.when.earliest is not None:
        blocks.append(f"*{t('This comes late: I was not able to post it at its time.')}*")
    if event.kind is EventKind.OST_RELEASE:
        performers = ", ".join(phrases.called_fully(t, artist) for artist in found.item.performers)
        blocks.append(phrases.field(t("Performed by"), performers))
        blocks += [phrases.field(t("OST of"), phrases.called_fully(t, work)) for work in found.item.works]
        listen = [
            f"[{vocabulary.link_name(t, kind)}](<{url}>)" for kind, url in found.links if kind in ("listen", "video")
        ]
        if listen:
            blocks.append(phrases.field(t("Listen"), " · ".join(listen)))
    if found.work is not None and event.kind is not EventKind.OST_RELEASE:
        airings = [airing_words(t, airing) for airing in found.work.airings if airing.rank == 0]
        if airings:
            blocks.append(phrases.field(t("Where to watch"), ", ".join(airings)))
        if found.leads:
            blocks.append(phrases.field(t("With"), ", ".join(phrases.called_fully(t, lead) for lead in found.leads)))
    if preview:
        blocks.append(f"*{t('A preview: nobody is pinged, and nothing counts as announced.')}*")
    content = Content(
        accent=Accent.DATES,
        title=headline(t, found.item),
        subtitle=f"<@&{role_id}>" if role_id is not None else "",
        blocks=blocks,
        footer=phrases.footer(t, [event]),
        leads=_leads(scene, found),
    )
    return draw(scene, content, mark=mark)


def _time(scene: Scene, found: Announced) -> str:
    when = found.item.event.when
    if when.precision is Precision.MINUTE and when.earliest is not None:
        return f"{format_dt(when.earliest, 'F')} ({format_dt(when.earliest, 'R')})"
    return phrases.when(scene.words, when)


def _leads(scene: Scene, found: Announced) -> list[Lead]:
    t = scene.words
    if found.item.event.kind is EventKind.OST_RELEASE:
        return [
            Lead("ost", found.item.event.subject.ref, t("Song"), "🎵"),
            *(Lead("ost", work.ref, t("OST"), "💿") for work in found.item.works[:1]),
            *(Lead("artist", artist.ref, artist.name(t.language) or "", "🎤") for artist in found.item.performers[:2]),
        ]
    ref = found.item.event.subject.ref
    return [Lead("cast", ref, t("Cast"), "🎭"), Lead("ost", ref, t("OST"), "🎵"), Lead("drama", ref, t("Drama"), "🎬")]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a server chose, as its admins are shown it."""

    channel_id: int
    role_id: int | None
    language: str
    zone: str
    kinds: Sequence[EventKind]


def setup_lines(scene: Scene, chosen: Setup) -> list[str]:
    """What a server chose, a line each."""
    t = scene.words
    names = {EventKind.PREMIERE: t("premieres"), EventKind.OST_RELEASE: t("OST releases")}
    return [
        phrases.field(t("Channel"), f"<#{chosen.channel_id}>"),
        phrases.field(t("Role to ping"), f"<@&{chosen.role_id}>" if chosen.role_id else t("nobody")),
        phrases.field(t("Language"), language_name(chosen.language)),
        phrases.field(t("Time zone"), escape(chosen.zone)),
        phrases.field(t("Announces"), t.both([names[kind] for kind in chosen.kinds if kind in names])),
    ]


def status(
    scene: Scene,
    chosen: Setup | None,
    missing: Sequence[str],
    settled: Sequence[tuple[Upcoming, str, str | None, str | None]],
    ahead: Sequence[tuple[Upcoming, datetime]],
) -> ui.LayoutView:
    """Where announcements go, whether they can, what was posted last, and what comes next."""
    t = scene.words
    if chosen is None:
        blocks = [t("Announcements are off. An admin turns them on with `/announcements setup`.")]
    else:
        blocks = setup_lines(scene, chosen)
        if missing:
            blocks.append(f"⚠️ {permissions_missing(scene, chosen.channel_id, missing)}")
    if ahead:
        entries = [f"- {format_dt(due, 'f')} {headline(t, item)}" for item, due in ahead]
        blocks.append(f"**{t('Next')}**\n" + "\n".join(entries))
    if settled:
        entries = [
            f"- {outcome(scene, state)} {headline(t, item)}"
            + (f" — {link}" if link else "")
            + (f" ({reason_words(t, reason)})" if reason else "")
            for item, state, link, reason in settled
        ]
        blocks.append(f"**{t('Lately')}**\n" + "\n".join(entries))
    content = Content(accent=Accent.DATES, title=t("Announcements"), subtitle="", blocks=blocks)
    return draw(scene, content)


def reason_words(t: Words, reason: str) -> str:
    """Why something was not posted. What Discord said itself stays as it said it."""
    known = {
        "late": t("it came due while I was away for too long"),
        "unreadable": t("I was interrupted while posting it, and may not read the channel to see whether it is there"),
    }
    return known.get(reason) or escape(reason)


def outcome(scene: Scene, state: str) -> str:
    """What became of an announcement, in a word."""
    t = scene.words
    return {
        "sent": "✅",
        "planned": t("planned:"),
        "sending": t("being sent:"),
        "retrying": t("to be tried again:"),
        "failed": t("❌ failed:"),
        "missed": t("⌛ missed:"),
        "withdrawn": t("withdrawn:"),
        "uncertain": t("❔ uncertain:"),
    }[state]


def permissions_missing(scene: Scene, channel_id: int, missing: Sequence[str]) -> str:
    """Which permissions the bot lacks in a channel, and what to do about it."""
    t = scene.words
    names = {
        "view_channel": t("View Channel"),
        "send_messages": t("Send Messages"),
        "embed_links": t("Embed Links"),
        "manage_messages": t("Manage Messages"),
        "read_message_history": t("Read Message History"),
        "send_messages_in_threads": t("Send Messages in Threads"),
        "mention_everyone": t("Mention @everyone, @here and All Roles"),
    }
    return t(
        "I may not post in {channel}. Please give me there: {permissions}.",
        channel=f"<#{channel_id}>",
        permissions=t.both([f"**{names.get(name, name)}**" for name in missing]),
    )


def mentions(role_id: int | None) -> discord.AllowedMentions:
    """Whom a post may ping: the one role the server chose, or nobody."""
    if role_id is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=[discord.Object(role_id)])
