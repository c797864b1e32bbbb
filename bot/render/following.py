"""What a server follows, the effect on its channels, and the question whether they announce only that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discord import ButtonStyle, ui

from bot.announcements.subscription import Subscription
from bot.catalogue.model import Label
from bot.render import phrases
from bot.render.card import Accent, Row, notice, shorten
from bot.render.controls import button
from bot.text import Words

ONLY, EVERYTHING = "only", "everything"

CHOICE = rf"follows:(?P<what>{ONLY}|{EVERYTHING})"
"""The custom id of a button that sets what all channels of a server announce."""


@dataclass(frozen=True, slots=True)
class Following:
    """The follows of a server, and its channels."""

    follows: Sequence[Label]
    channels: Sequence[Subscription]


def following(t: Words, title: str, found: Following) -> ui.LayoutView:
    """The current follows. While these have no effect, or silence channels, it asks what to announce."""
    narrowed = any(one.followed_only for one in found.channels)
    row: Row = ui.ActionRow()
    lines = _lines(t, found)
    if found.follows and found.channels and not narrowed:
        lines.append(t("Should your channels post only news about what you follow, or everything, as before?"))
        row.add_item(button(t("Only what we follow"), f"follows:{ONLY}", ButtonStyle.primary))
        row.add_item(button(t("Everything, as before"), f"follows:{EVERYTHING}"))
    elif narrowed and not found.follows:
        row.add_item(button(t("Post everything"), f"follows:{EVERYTHING}", ButtonStyle.primary))
    return notice(Accent.DATES, title, "\n".join(lines), *([row] if row.children else []))


def chosen(t: Words, found: Following) -> ui.LayoutView:
    """The answered question."""
    return notice(Accent.DATES, t("Saved"), "\n".join(_lines(t, found)))


def _lines(t: Words, found: Following) -> list[str]:
    names = shorten(", ".join(phrases.called(t, label) for label in found.follows), 3000)
    if not found.channels:
        return [
            *([phrases.field(t("Following"), names)] if names else []),
            t("Turn announcements on with `/announcements setup`."),
        ]
    narrowed, others = _channels(t, found, followed_only=True), _channels(t, found, followed_only=False)
    if not narrowed:
        if not names:
            return [t("You follow nothing. Your channels post everything you chose for them.")]
        return [phrases.field(t("Following"), names), t("Posting everything you chose: {channels}", channels=others)]
    if not names:
        lines = [t("You follow nothing now, so nothing is posted in {channels}.", channels=narrowed)]
    else:
        lines = [t("Only news about {names} will be posted in {channels}.", names=names, channels=narrowed)]
    if others:
        lines.append(t("Still posting everything: {channels}. Change it in `/announcements panel`.", channels=others))
    return lines


def _channels(t: Words, found: Following, *, followed_only: bool) -> str:
    return t.join_list([f"<#{one.channel_id}>" for one in found.channels if one.followed_only == followed_only])
