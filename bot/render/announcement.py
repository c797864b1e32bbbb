"""What is posted in the channels that admins chose, and what admins are told about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord import ui
from discord.utils import format_dt

from bot.model import EventKind, Label, Upcoming, Work
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Lead, Scene, draw
from bot.render.drama import airing_words
from bot.render.upcoming import headline
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


def mentions(role_id: int | None) -> discord.AllowedMentions:
    """Whom a post may ping: the one role the server chose, or nobody."""
    if role_id is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(everyone=False, users=False, replied_user=False, roles=[discord.Object(role_id)])
