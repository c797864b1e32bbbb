"""What admins see of the roles that posts mention, and of what, and of the lists that channels follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from discord import ui

from bot.announcements.mention import Mention
from bot.catalogue.model import Label
from bot.render import phrases, wording
from bot.render.administration import Channel, filter_named, kinds_named, mention_named, role_named
from bot.render.card import MAX_OPTION, Accent, notice, shorten
from bot.render.controls import Box, Place, button, menu
from bot.text import Words

_MOST_LISTED = 3200
"""The most characters of the mentions that are listed at once, of up to two hundred."""


def controls(t: Words, box: Box, place: Place, channel: Channel, names: Mapping[int, str]) -> None:
    """Add the controls of what a channel follows and mentions to the panel. `names`: of the server's roles."""
    chosen = channel.chosen
    names_ = shorten(", ".join(phrases.called(t, label) for label in channel.follows), 500)
    if not channel.follows:
        about = t("Choose with `/announcements follow`")
    elif channel.own_list:
        about = t("This channel's own list: {names}", names=names_)
    else:
        about = t("What your whole server follows: {names}", names=names_)
    on = chosen.followed_only
    said = f"{'✅' if on else '⬜'} **{t('Only what you follow')}**\n-# {about}"
    switch = button(t("Turn off") if on else t("Turn on"), place.control("followed", str(int(not on))))
    box.add_item(ui.Section(said, accessory=switch))
    if channel.own_list:
        listed = [(str(label.ref), wording.called(t, label), False) for label in channel.follows]
        box.add_item(
            menu(place.control("unfollow"), listed, most=min(len(listed), 25), empty=t("Stop following here…"))
        )
    box.add_item(ui.ActionRow(button(t("Follow something here alone"), place.control("which"))))
    box.add_item(ui.TextDisplay(f"-# {t('Roles to mention, each of what it is for')}"))
    if channel.mentions:
        options = [(str(one.id), option(t, one, names), False) for one in channel.mentions]
        box.add_item(menu(place.control("unmention"), options, most=len(options), empty=t("Stop mentioning…")))
    box.add_item(ui.ActionRow(button(t("Mention a role"), place.control("whom"))))


def option(t: Words, one: Mention, names: Mapping[int, str]) -> str:
    """A mention as an option of a menu or of a command, which Discord shows as it is. `names`: of roles."""
    what = filter_named(t, one.kinds, one.subject, wording.called)
    return shorten(f"@{names.get(one.role_id, t('deleted role'))} · {what}", MAX_OPTION)


def listing(t: Words, channels: Sequence[Channel], members: Mapping[int, int]) -> ui.LayoutView:
    """The roles that the posts of each channel mention. `members`: how many have each; empty if that is not known."""
    lines: list[str] = []
    left, room = 0, _MOST_LISTED
    for channel in channels:
        own = channel.chosen.role_id
        named = [mention_named(t, one, members) for one in channel.mentions]
        if own is not None:
            named.insert(0, f"{role_named(t, own, members)} — {kinds_named(t, channel.chosen.kinds)}")
        heading = f"**<#{channel.chosen.channel_id}>**\n"
        for one in named or [t("nobody")]:
            line = f"{heading}- {one}"
            room -= len(line) + 1
            if room < 0:
                left += 1
            else:
                lines.append(line)
                heading = ""
    if left:
        lines.append(t.plural("… and {n} more", "… and {n} more", left))
    lines.append(phrases.small(t("Add one with `/announcements mention add`, or in `/announcements panel`.")))
    return notice(Accent.DATES, t("Who is mentioned"), "\n".join(lines))


def followed_title(t: Words, channel_id: int, subject: Label) -> str:
    """That a channel has something on its own list now."""
    return t("{channel} follows {name} now", channel=f"<#{channel_id}>", name=phrases.called(t, subject))


def list_is_full(t: Words, most: int) -> tuple[str, str]:
    """Title and body for an admin whose channel follows as much as it can."""
    title = t("A channel can follow up to {n} dramas and artists", n=most)
    return title, t("Remove one with `/announcements unfollow`.")
