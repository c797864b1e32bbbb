"""What is posted in the channels that admins chose, and what admins are told about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import ui
from discord.utils import format_dt

from bot.model import EventKind, Label, Status, Upcoming, Work
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw
from bot.render.drama import airing_words
from bot.render.upcoming import headline
from bot.schedule import CORRECTIONS, Stage
from bot.text import Words
from bot.when import Precision, When


@dataclass(frozen=True, slots=True)
class Announced:
    """An event with what its announcement shows: where to watch, or whose drama it is, the leads, the date before."""

    item: Upcoming
    work: Work | None
    leads: Sequence[Label]
    links: Sequence[tuple[str, str]] = ()
    before: When | None = None


def announcement(
    scene: Scene,
    found: Announced,
    *,
    stage: Stage,
    mark: str | None,
    role_id: int | None,
    late: bool,
    preview: bool = False,
) -> ui.LayoutView:
    """The post of a stage of an event.

    `mark` tells which delivery it is; `role_id` is the one role it may ping; `late`: it is past its time.
    """
    t = scene.words
    blocks = _dates(scene, found, stage)
    if late:
        blocks.append(f"*{t('This comes late: I was not able to post it at its time.')}*")
    if stage is not Stage.CANCELLED:
        blocks += _about(scene, found)
    if preview:
        blocks.append(f"*{t('A preview: nobody is pinged, and nothing counts as announced.')}*")
    content = Content(
        accent=Accent.TROUBLE if stage in CORRECTIONS else Accent.DATES,
        title=headline(t, found.item),
        subtitle=" · ".join(filter(None, (stage_name(t, stage), f"<@&{role_id}>" if role_id is not None else ""))),
        blocks=blocks,
        footer=phrases.footer(t, [found.item.event]),
        leads=_leads(scene, found),
    )
    return draw(scene, content, mark=mark)


def outdated(scene: Scene, item: Upcoming, mark: str, correction: str) -> ui.LayoutView:
    """What a post becomes whose date no longer holds. `correction` is the address of the post that says what does."""
    t = scene.words
    content = Content(
        accent=Accent.BOT,
        title=headline(t, item),
        subtitle="",
        blocks=[t("⚠️ The date that stood here no longer holds: {link}", link=correction)],
        leads=_leads(scene, Announced(item, None, ())),
    )
    return draw(scene, content, mark=mark)


def stage_name(t: Words, stage: Stage) -> str:
    """What is said of an event, in a word or two; nothing where it is simply there."""
    return {
        Stage.CONFIRMED: t("📅 The date is confirmed"),
        Stage.WEEK_AHEAD: t("⏰ In a week"),
        Stage.DAY_AHEAD: t("⏰ In a day"),
        Stage.HOUR_AHEAD: t("⏰ In an hour"),
        Stage.NOW: "",
        Stage.MOVED: t("🔁 The date has changed"),
        Stage.CANCELLED: t("🚫 Cancelled"),
    }[stage]


def _dates(scene: Scene, found: Announced, stage: Stage) -> list[str]:
    t = scene.words
    if stage is Stage.CANCELLED:
        return [f"~~{phrases.when(t, found.item.event.when)}~~"]
    now = _time(scene, found)
    if stage is not Stage.MOVED:
        return [phrases.field(t("When"), now)]
    status = found.item.event.status_at(scene.now)
    words = now if status in (Status.CONFIRMED, Status.RELEASED) else f"{now} · {vocabulary.status_name(t, status)}"
    lines = [phrases.field(t("When"), words)]
    if found.before is not None:
        lines.append(phrases.field(t("Before"), f"~~{phrases.when(t, found.before)}~~"))
    return lines


def _about(scene: Scene, found: Announced) -> list[str]:
    t, event = scene.words, found.item.event
    blocks: list[str] = []
    if event.kind is EventKind.OST_RELEASE:
        performers = ", ".join(phrases.called_fully(t, artist) for artist in found.item.performers)
        blocks.append(phrases.field(t("Performed by"), performers))
        blocks += [phrases.field(t("OST of"), phrases.called_fully(t, work)) for work in found.item.works]
        listen = [
            f"[{vocabulary.link_name(t, kind)}](<{url}>)" for kind, url in found.links if kind in ("listen", "video")
        ]
        if listen:
            blocks.append(phrases.field(t("Listen"), " · ".join(listen)))
    elif found.work is not None:
        airings = [airing_words(t, airing) for airing in found.work.airings if airing.rank == 0]
        if airings:
            blocks.append(phrases.field(t("Where to watch"), ", ".join(airings)))
        if found.leads:
            blocks.append(phrases.field(t("With"), ", ".join(phrases.called_fully(t, lead) for lead in found.leads)))
    return blocks


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


def mentions(role_id: int | None) -> discord.AllowedMentions:
    """Whom a post may ping: the one role the server chose, or nobody."""
    if role_id is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=[discord.Object(role_id)])
