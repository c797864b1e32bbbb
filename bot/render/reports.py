"""What admins see of their announcements: where they stand, the history, upcoming posts, and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from zoneinfo import ZoneInfo

from discord import ui
from discord.utils import format_dt

from bot.announcements.outcome import DeliveryStatus, Explained, Outcome, Post
from bot.announcements.schedule import AnnouncementReason
from bot.announcements.subscription import Subscription
from bot.announcements.zones import zone_name
from bot.catalogue.model import EventKind, Label, Upcoming
from bot.render import headlines, notify, phrases, vocabulary
from bot.render.administration import Channel, in_short, kind_name, role_named, setup_lines, warnings
from bot.render.announcement import stage_name
from bot.render.card import Accent, Content, RenderContext, draw, escape, shorten
from bot.render.notify import Offered
from bot.render.reasons import reason_words
from bot.text import Words

_MOST_ROLES = 4
"""The most roles that are named of those that a post pings: a line has to be read on a phone."""


@dataclass(frozen=True, slots=True)
class Report:
    """The card name and key of a report, by which its buttons turn its pages."""

    card: str
    key: str

    def draw(
        self, context: RenderContext, title: str, subtitle: str, blocks: Sequence[str], told: Iterable[Upcoming]
    ) -> ui.LayoutView:
        """The requested page, with as many blocks as fit. `told`: the events that the report tells of."""
        content = Content(
            accent=Accent.DATES,
            title=title,
            subtitle=subtitle,
            blocks=blocks,
            card=self.card,
            key=self.key,
            per_page=len(blocks) + 1,
            credit=phrases.credit(context.words, [item.event for item in told]),
        )
        return draw(context, content)


def status(
    context: RenderContext,
    report: Report,
    channels: Sequence[Channel],
    follows: Sequence[Label],
    lately: Sequence[Outcome],
    ahead: Sequence[Post],
    offered: Offered,
    unlisted: int,
) -> ui.LayoutView:
    """Where announcements go, whether they can be posted, the latest posts, and the next ones.

    `unlisted`: how many events wait since the server has as many among its own as Discord allows.
    """
    t = context.words
    blocks = [*_channels(context, channels), *notify.warnings(t, offered)]
    if unlisted:
        blocks.append(
            t.plural(
                "⚠️ This server has 100 events, as many as Discord allows, so {n} of mine waits. Delete some of them.",
                "⚠️ This server has 100 events, as many as Discord allows, so {n} of mine wait. Delete some of them.",
                unlisted,
            )
        )
    if offered.on and offered.allowed:
        many = t.plural("{n} role", "{n} roles", len(offered.roles))
        blocks.append(phrases.field(t("Notify me"), f"{many} · `/announcements notify`"))
    if follows:
        names = shorten(", ".join(phrases.called(t, label) for label in follows), 800)
        blocks.append(phrases.field(t("Following"), names))
    if ahead:
        blocks.append(f"\n**{t('Next')}**\n" + "\n".join(_to_come(context, channels, ahead)))
    if lately:
        blocks.append(f"\n**{t('Recent')}**\n" + "\n".join(f"- {outcome(context, one)}" for one in lately))
    told = [*(one.item for one in lately), *_told(ahead)]
    return report.draw(context, t("Announcements"), "", blocks, told)


def history(context: RenderContext, report: Report, found: Sequence[Outcome]) -> ui.LayoutView:
    """What was posted in a server, with links, and what was not, with the reason."""
    t = context.words
    lines = [f"- {outcome(context, one)}" for one in found] or [t("Nothing has been announced yet.")]
    return report.draw(context, t("Announcement history"), t("newest first"), lines, (one.item for one in found))


def ahead_of(
    context: RenderContext,
    report: Report,
    days: int,
    channels: Sequence[Channel],
    ahead: Sequence[Post],
    members: Mapping[int, int],
) -> ui.LayoutView:
    """The posts of the next `days` days: where, when, for whom, and what would block them.

    `members`: how many have each role; empty if that is not known.
    """
    t = context.words
    blocks = [warning for channel in channels for warning in warnings(context, channel)]
    if ahead:
        blocks += _to_come(context, channels, ahead, members)
    else:
        blocks.append(t("Nothing will be posted in this period."))
        if any(channel.chosen.followed_only for channel in channels):
            blocks.append(t("Only what you follow is posted. Ask `/announcements why` about anything else."))
    subtitle = t.plural("the next {n} day", "the next {n} days", days)
    return report.draw(context, t("Upcoming announcements"), subtitle, blocks, _told(ahead))


def _told(ahead: Iterable[Post]) -> list[Upcoming]:
    return [item for post in ahead for _, item in post.told]


def _channels(context: RenderContext, channels: Sequence[Channel]) -> list[str]:
    """Each channel with its settings and warnings."""
    if not channels:
        return [context.words("Announcements are off. `/announcements setup` turns them on.")]
    if len(channels) == 1:
        return [*setup_lines(context, channels[0]), *warnings(context, channels[0])]
    return [line for channel in channels for line in (in_short(context, channel), *warnings(context, channel))]


def _to_come(
    context: RenderContext,
    channels: Sequence[Channel],
    ahead: Sequence[Post],
    members: Mapping[int, int] = MappingProxyType({}),
) -> list[str]:
    """Each upcoming post: when in the channel's own zone, where, what, and who is pinged."""
    by_channel = {channel.chosen.channel_id: channel.chosen for channel in channels}
    zones = {chosen.zone for chosen in by_channel.values()}
    return [
        _post_line(context, chosen, post, members, name_zone=len(zones) > 1)
        for post in ahead
        if (chosen := by_channel.get(post.channel_id)) is not None
    ]


def _post_line(
    context: RenderContext, chosen: Subscription, post: Post, members: Mapping[int, int], *, name_zone: bool
) -> str:
    t = context.words
    items = list(dict.fromkeys(item.event.id for _, item in post.told))
    known = {item.event.id: item for _, item in post.told}
    stage = "" if post.digest else stage_name(t, post.told[0][0])
    said = [
        t.moment(post.send_at.astimezone(ZoneInfo(chosen.zone)))
        + (f" {escape(zone_name(chosen.zone))}" if name_zone else ""),
        format_dt(post.send_at, "R"),
        f"<#{chosen.channel_id}>",
        stage,
        headlines.title(t, [known[id_] for id_ in items], phrases.MARKED, digest=post.digest),
        ", ".join(role_named(t, role_id, members) for role_id in post.roles[:_MOST_ROLES])
        + (f" +{len(post.roles) - _MOST_ROLES}" if len(post.roles) > _MOST_ROLES else ""),
    ]
    line = "- " + " · ".join(filter(None, said))
    if len(items) > 1 or post.digest:
        line += "".join(f"\n  - {phrases.headline(t, known[id_])}" for id_ in items[:5])
        if len(items) > 5:
            line += "\n  - " + t.plural("… and {n} more", "… and {n} more", len(items) - 5)
    return line


def explanation(context: RenderContext, report: Report, subject: Label, found: Sequence[Explained]) -> ui.LayoutView:
    """Why the dates of an entity were, will be, or will not be announced, and when."""
    t = context.words
    blocks: list[str] = []
    for _, of_event in groupby(found, key=lambda one: one.item.event.id):
        in_channels = list(of_event)
        event = in_channels[0].item.event
        own = vocabulary.event_name(t, event.kind, event.number)
        name = own if event.subject.ref == subject.ref else phrases.headline(t, in_channels[0].item)
        lines = [phrases.field(name, phrases.dated(t, event, context.now))]
        for one in in_channels:
            if isinstance(one.said, DeliveryStatus):
                lines.append(outcome(context, Outcome(one.item, one.said)))
            else:
                at = f" {format_dt(one.at, 'f')}" if one.at is not None else ""
                lines.append(f"<#{one.channel_id}> {why_words(t, one.said, event.kind)}{at}")
        blocks.append("\n".join(lines))
    return report.draw(
        context,
        phrases.called_fully(t, subject),
        t("why it is or isn't announced here"),
        blocks or [t("No dates are known.")],
        (one.item for one in found),
    )


def why_words(t: Words, why: AnnouncementReason, kind: EventKind) -> str:
    """Why an event of a kind is announced, or is not."""
    return {
        AnnouncementReason.TO_COME: t("⏳ Will be posted:"),
        AnnouncementReason.NOT_FIRM: t("🔎 Not yet: the date isn't confirmed. I'll announce it once it is."),
        AnnouncementReason.EXPECTED: t(
            "🔎 Not yet: the date is expected, not confirmed, and this channel waits for that. Change it in "
            "`/announcements panel`."
        ),
        AnnouncementReason.VAGUE: t("🔎 Not yet: the exact day isn't known."),
        AnnouncementReason.NOT_CHOSEN: t(
            "🚫 This channel doesn't announce {kinds}. Change it in `/announcements panel`.", kinds=kind_name(t, kind)
        ),
        AnnouncementReason.NOT_FOLLOWED: t(
            "🚫 This channel only posts what you follow. Add it with `/announcements follow`."
        ),
        AnnouncementReason.BEFORE: t(
            "🕰️ It was over before announcements were turned on here. Past dates aren't posted."
        ),
    }[why]


def outcome(context: RenderContext, one: Outcome) -> str:
    """The outcome of an announcement, on one line."""
    t, settled = context.words, one.settled
    word = {
        "sent": "✅",
        "planned": t("planned:"),
        "sending": t("sending:"),
        "retrying": t("waiting to retry:"),
        "failed": t("❌ failed:"),
        "missed": t("⌛ missed:"),
        "withdrawn": t("withdrawn:"),
        "uncertain": t("❔ uncertain:"),
    }[settled.state]
    what = " · ".join(filter(None, (phrases.headline(t, one.item), stage_name(t, settled.stage))))
    where = settled.link or f"<#{settled.channel_id}>"
    why = f" ({reason_words(t, settled.reason)})" if settled.reason else ""
    return f"{word} {what} — {where} · {format_dt(settled.send_at, 'f')}{why}"
