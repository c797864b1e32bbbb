"""The card of what is ahead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from discord import ui

from bot.catalogue.model import EventKind, Upcoming
from bot.catalogue.when import EXACT
from bot.render import phrases
from bot.render.card import Accent, Content, Scene, draw
from bot.text import Words


def upcoming(scene: Scene, days: int, found: Sequence[Upcoming], latest: Upcoming | None) -> ui.LayoutView:
    """What is dated in the next `days` days, by day, and then what is only vaguely dated; else the latest that was."""
    t = scene.words
    exact = [item for item in found if item.event.when.precision in EXACT]
    vague = [item for item in found if item.event.when.precision not in EXACT]
    blocks: list[str] = []
    for day, items in groupby(exact, key=lambda item: item.event.when.first_day):
        heading = f"### {t.day(day)}\n" if day else ""
        for item in items:
            blocks.append(heading + line(scene, item))
            heading = ""
    heading = f"### {t('Not dated to the day yet')}\n"
    for item in vague:
        blocks.append(heading + line(scene, item))
        heading = ""
    if not blocks:
        blocks.append(t("Nothing is dated in this time."))
        if latest is not None:
            blocks.append(t("The latest was:") + "\n" + line(scene, latest))
    content = Content(
        accent=Accent.DATES,
        title=t("Coming up"),
        subtitle=t.plural("the next {n} day", "the next {n} days", days),
        blocks=blocks,
        card="upcoming",
        key=f"days-{days}",
        footer=t("Days are Korean days; times are shown in your own time zone."),
    )
    return draw(scene, content)


def line(scene: Scene, item: Upcoming) -> str:
    """One thing that is dated: what it is, and when."""
    t = scene.words
    return f"**{headline(t, item)}**\n-# {phrases.dated(t, item.event, scene.now)}{phrases.remarks(t, item.event)}"


def headline(t: Words, item: Upcoming) -> str:
    """What happens, in a line."""
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
