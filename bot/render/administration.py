"""What admins see of announcements: settings, history, upcoming posts, and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from discord import ui
from discord.utils import format_dt

from bot.announcements.hours import DAILY, DIGEST, WEEK
from bot.announcements.outcome import DeliveryStatus, Explained, Outcome, Post
from bot.announcements.schedule import AnnouncementReason, Stage
from bot.announcements.subscription import GRACE, Subscription
from bot.announcements.zones import zone_name
from bot.catalogue.model import EventKind, Label
from bot.render import phrases, vocabulary
from bot.render.announcement import stage_name
from bot.render.card import Accent, Content, RenderContext, draw, escape, shorten
from bot.render.post import title
from bot.render.reasons import permissions_missing, reason_words
from bot.render.upcoming import headline
from bot.text import Words, language_name

KIND_ORDER = (
    EventKind.PREMIERE,
    EventKind.OST_RELEASE,
    EventKind.EPISODE,
    EventKind.FINALE,
    EventKind.ALBUM_RELEASE,
)


def kind_name(t: Words, kind: EventKind) -> str:
    """A kind of event, as menus name it."""
    return {
        EventKind.PREMIERE: t("premieres"),
        EventKind.OST_RELEASE: t("OST releases"),
        EventKind.EPISODE: t("episodes"),
        EventKind.FINALE: t("finales"),
        EventKind.ALBUM_RELEASE: t("albums"),
    }[kind]


REMINDER_ORDER = (Stage.CONFIRMED, Stage.WEEK_AHEAD, Stage.DAY_AHEAD, Stage.HOUR_AHEAD)


def reminder_name(t: Words, stage: Stage) -> str:
    """A reminder ahead of an event, as menus name it."""
    return {
        Stage.CONFIRMED: t("when a date is confirmed"),
        Stage.WEEK_AHEAD: t("a week ahead"),
        Stage.DAY_AHEAD: t("a day ahead"),
        Stage.HOUR_AHEAD: t("an hour ahead"),
    }[stage]


def digest_name(t: Words, digest: str) -> str:
    """The posting style: one post per item, or a daily or weekly digest."""
    match = DIGEST.fullmatch(digest)
    if match is None:
        return t("one post per item")
    hour = f"{match[2]}:00"
    if match[1] == DAILY:
        return t("a daily digest at {hour}", hour=hour)
    return t("a weekly digest, {day} at {hour}", day=t.weekday(WEEK.index(match[1])), hour=hour)


def setup_lines(context: RenderContext, chosen: Subscription) -> list[str]:
    """The settings of a channel, one per line."""
    t = context.words
    reminders = [reminder_name(t, stage) for stage in REMINDER_ORDER if stage in chosen.stages]
    extras = _extras(t, chosen)
    return [
        phrases.field(t("Channel"), f"<#{chosen.channel_id}>"),
        phrases.field(t("Role to ping"), f"<@&{chosen.role_id}>" if chosen.role_id else t("nobody")),
        phrases.field(t("Language"), language_name(chosen.language)),
        phrases.field(t("Time zone"), escape(zone_name(chosen.zone))),
        phrases.field(t("Announces"), t.join_list([kind_name(t, kind) for kind in KIND_ORDER if kind in chosen.kinds])),
        *([phrases.field(t("Reminders"), t.join_list(reminders))] if reminders else []),
        phrases.field(t("Posts"), digest_name(t, chosen.digest)),
        *([phrases.field(t("Quiet hours"), chosen.quiet)] if chosen.quiet else []),
        *([phrases.field(t("Post late by up to"), span_name(t, chosen.grace))] if chosen.grace != GRACE else []),
        *([phrases.field(t("Extras"), t.join_list(extras))] if extras else []),
    ]


def _extras(t: Words, chosen: Subscription) -> list[str]:
    return [
        *([t("only what you follow")] if chosen.followed_only else []),
        *([t("a thread under each post")] if chosen.threads else []),
        *([t("premieres as Discord events")] if chosen.guild_events else []),
    ]


def span_name(t: Words, span: timedelta) -> str:
    """A duration, in hours or days."""
    hours = int(span.total_seconds()) // 3600
    if hours % 24:
        return t.plural("{n} hour", "{n} hours", hours)
    return t.plural("{n} day", "{n} days", hours // 24)


def _in_short(context: RenderContext, chosen: Subscription) -> str:
    """The settings of a channel, on one line."""
    t = context.words
    said = [
        t.join_list([kind_name(t, kind) for kind in KIND_ORDER if kind in chosen.kinds]),
        f"<@&{chosen.role_id}>" if chosen.role_id else "",
        language_name(chosen.language),
        escape(zone_name(chosen.zone)),
        *(reminder_name(t, stage) for stage in REMINDER_ORDER if stage in chosen.stages),
        digest_name(t, chosen.digest) if chosen.digest else "",
        chosen.quiet and f"{t('Quiet hours')} {chosen.quiet}",
        *_extras(t, chosen),
    ]
    return f"**<#{chosen.channel_id}>** " + " · ".join(filter(None, said))


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with announcements, the permissions the bot lacks there, and whether it stays silent.

    `follows_nothing`: it announces only what the server follows, and the server follows nothing.
    """

    chosen: Subscription
    missing: Sequence[str] = ()
    follows_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The card name and key of a report, by which its buttons turn its pages."""

    card: str
    key: str

    def draw(self, context: RenderContext, title: str, subtitle: str, blocks: Sequence[str]) -> ui.LayoutView:
        """The requested page, with as many blocks as fit."""
        content = Content(
            accent=Accent.DATES,
            title=title,
            subtitle=subtitle,
            blocks=blocks,
            card=self.card,
            key=self.key,
            per_page=len(blocks) + 1,
        )
        return draw(context, content)


def status(
    context: RenderContext,
    report: Report,
    channels: Sequence[Channel],
    follows: Sequence[Label],
    lately: Sequence[Outcome],
    ahead: Sequence[Post],
) -> ui.LayoutView:
    """Where announcements go, whether they can be posted, the latest posts, and the next ones."""
    t = context.words
    blocks = _channels(context, channels)
    if follows:
        names = shorten(", ".join(phrases.called(t, label) for label in follows), 800)
        blocks.append(phrases.field(t("Following"), names))
    if ahead:
        blocks.append(f"\n**{t('Next')}**\n" + "\n".join(_to_come(context, channels, ahead)))
    if lately:
        blocks.append(f"\n**{t('Recent')}**\n" + "\n".join(f"- {outcome(context, one)}" for one in lately))
    return report.draw(context, t("Announcements"), "", blocks)


def history(context: RenderContext, report: Report, found: Sequence[Outcome]) -> ui.LayoutView:
    """What was posted in a server, with links, and what was not, with the reason."""
    t = context.words
    lines = [f"- {outcome(context, one)}" for one in found] or [t("Nothing has been announced yet.")]
    return report.draw(context, t("Announcement history"), t("newest first"), lines)


def ahead_of(
    context: RenderContext, report: Report, days: int, channels: Sequence[Channel], ahead: Sequence[Post]
) -> ui.LayoutView:
    """The posts of the next `days` days: where, when, for whom, and what would block them."""
    t = context.words
    blocks = [warning for channel in channels for warning in warnings(context, channel)]
    if ahead:
        blocks += _to_come(context, channels, ahead)
    else:
        blocks.append(t("Nothing will be posted in this period."))
        if any(channel.chosen.followed_only for channel in channels):
            blocks.append(t("Only what you follow is posted. Ask `/announcements why` about anything else."))
    subtitle = t.plural("the next {n} day", "the next {n} days", days)
    return report.draw(context, t("Upcoming announcements"), subtitle, blocks)


def _channels(context: RenderContext, channels: Sequence[Channel]) -> list[str]:
    """Each channel with its settings and warnings."""
    if not channels:
        return [context.words("Announcements are off. `/announcements setup` turns them on.")]
    if len(channels) == 1:
        return [*setup_lines(context, channels[0].chosen), *warnings(context, channels[0])]
    return [line for channel in channels for line in (_in_short(context, channel.chosen), *warnings(context, channel))]


def warnings(context: RenderContext, channel: Channel) -> list[str]:
    """The warnings about a channel, one per line."""
    t, chosen = context.words, channel.chosen
    lines: list[str] = []
    if chosen.paused_at is not None:
        lines.append(
            t(
                "⏸️ I haven't been able to post in {channel} since {since}. Announcements there wait.",
                channel=f"<#{chosen.channel_id}>",
                since=format_dt(chosen.paused_at, "f"),
            )
        )
    if channel.missing:
        lines += [f"⚠️ {line}" for line in permissions_missing(t, chosen.channel_id, channel.missing).split("\n")]
    if channel.follows_nothing:
        said = t(
            "{channel} posts only what you follow, and you follow nothing yet: choose with `/announcements follow`.",
            channel=f"<#{chosen.channel_id}>",
        )
        lines.append(f"⚠️ {said}")
    return lines


def _to_come(context: RenderContext, channels: Sequence[Channel], ahead: Sequence[Post]) -> list[str]:
    """Each upcoming post: when in the channel's own zone, where, what, and who is pinged."""
    by_channel = {channel.chosen.channel_id: channel.chosen for channel in channels}
    zones = {chosen.zone for chosen in by_channel.values()}
    return [
        _post_line(context, chosen, post, name_zone=len(zones) > 1)
        for post in ahead
        if (chosen := by_channel.get(post.channel_id)) is not None
    ]


def _post_line(context: RenderContext, chosen: Subscription, post: Post, *, name_zone: bool) -> str:
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
        title(t, [known[id_] for id_ in items], digest=post.digest),
        f"<@&{chosen.role_id}>" if chosen.role_id else "",
    ]
    line = "- " + " · ".join(filter(None, said))
    if len(items) > 1 or post.digest:
        line += "".join(f"\n  - {headline(t, known[id_])}" for id_ in items[:5])
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
        name = own if event.subject.ref == subject.ref else headline(t, in_channels[0].item)
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
    )


def why_words(t: Words, why: AnnouncementReason, kind: EventKind) -> str:
    """Why an event of a kind is announced, or is not."""
    return {
        AnnouncementReason.TO_COME: t("⏳ Will be posted:"),
        AnnouncementReason.NOT_FIRM: t("🔎 Not yet: the date isn't confirmed. I'll announce it once it is."),
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
    what = " · ".join(filter(None, (headline(t, one.item), stage_name(t, settled.stage))))
    where = settled.link or f"<#{settled.channel_id}>"
    why = f" ({reason_words(t, settled.reason)})" if settled.reason else ""
    return f"{word} {what} — {where} · {format_dt(settled.send_at, 'f')}{why}"
