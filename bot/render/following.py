"""What a server follows, the effect on its channels, and the question whether they announce only that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """The follows of a server, its channels, and what those of them follow that have lists of their own."""

    follows: Sequence[Label]
    channels: Sequence[Subscription]
    lists: Mapping[int, Sequence[Label]]

    @property
    def together(self) -> Sequence[Subscription]:
        """The channels that go by what the whole server follows."""
        return [one for one in self.channels if one.channel_id not in self.lists]


def following(t: Words, title: str, found: Following) -> ui.LayoutView:
    """The current follows. While these have no effect, or silence channels, it asks what to announce."""
    narrowed = any(one.followed_only for one in found.together)
    row: Row = ui.ActionRow()
    lines = _lines(t, found)
    if found.follows and found.together and not narrowed:
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
    names = _names(t, found.follows, 2500)
    if not found.channels:
        return [
            *([phrases.field(t("Following"), names)] if names else []),
            t("Turn announcements on with `/announcements setup`."),
        ]
    return [*_together(t, found, names), *(_alone(t, found, one) for one in found.lists)]


def _together(t: Words, found: Following, names: str) -> list[str]:
    if not found.together:
        return [phrases.field(t("Following"), names)] if names else []
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


def _alone(t: Words, found: Following, channel_id: int) -> str:
    names = _names(t, found.lists[channel_id], 60)
    return t("{channel} has a list of its own: {names}", channel=f"<#{channel_id}>", names=names)


def of_channel(t: Words, title: str, channel_id: int, found: Following) -> ui.LayoutView:
    """What a channel follows, after its own list was changed."""
    where = f"<#{channel_id}>"
    if channel_id in found.lists:
        names = _names(t, found.lists[channel_id], 3000)
        lines = [
            t("Only news about {names} will be posted in {channels}.", names=names, channels=where),
            t("That is this channel's own list: what the whole server follows doesn't count there."),
        ]
    else:
        lines = [t("{channel} has no list of its own. It goes by what the whole server follows.", channel=where)]
        lines += _lines(t, found)
    return notice(Accent.DATES, title, "\n".join(lines))


def _names(t: Words, follows: Sequence[Label], most: int) -> str:
    return shorten(", ".join(phrases.called(t, label) for label in follows), most)


def _channels(t: Words, found: Following, *, followed_only: bool) -> str:
    return t.join_list([f"<#{one.channel_id}>" for one in found.together if one.followed_only == followed_only])
