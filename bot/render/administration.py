"""What admins see of their channels with announcements: the settings of each, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from discord.utils import format_dt

from bot.announcements.channels import Forum
from bot.announcements.hours import DAILY, DIGEST, WEEK
from bot.announcements.mention import Mention
from bot.announcements.schedule import Stage
from bot.announcements.subscription import GRACE, Subscription, Threads
from bot.announcements.zones import zone_name
from bot.catalogue.model import ANNIVERSARIES, OWN, EventKind, Label
from bot.render import notify, phrases
from bot.render.card import RenderContext, escape, shorten
from bot.render.reasons import permissions_missing, tag_needed
from bot.text import Words, language_name

KIND_ORDER = (
    EventKind.PREMIERE,
    EventKind.OST_RELEASE,
    EventKind.EPISODE,
    EventKind.FINALE,
    EventKind.ALBUM_RELEASE,
    *ANNIVERSARIES,
    *OWN,
)


def kind_name(t: Words, kind: EventKind) -> str:
    """A kind of event, as menus name it."""
    return {
        EventKind.PREMIERE: t("premieres"),
        EventKind.OST_RELEASE: t("OST releases"),
        EventKind.EPISODE: t("episodes"),
        EventKind.FINALE: t("finales"),
        EventKind.ALBUM_RELEASE: t("albums"),
        EventKind.COMEBACK: t("comebacks"),
        EventKind.TEASER: t("teasers"),
        EventKind.MUSIC_VIDEO: t("music videos"),
        EventKind.CONCERT: t("concerts"),
        EventKind.FAN_MEETING: t("fan meetings"),
        EventKind.BROADCAST: t("broadcasts"),
        EventKind.WATCH_PARTY: t("watch parties"),
        EventKind.BIRTHDAY: t("birthdays"),
        EventKind.OTHER: t("other events of your own"),
        EventKind.ARTIST_BIRTHDAY: t("birthdays of artists you follow"),
        EventKind.DEBUT_ANNIVERSARY: t("debut anniversaries of artists you follow"),
        EventKind.PREMIERE_ANNIVERSARY: t("premiere anniversaries of dramas you follow"),
    }[kind]


def kinds_named(t: Words, kinds: Collection[EventKind]) -> str:
    """The kinds of events that a channel announces; some in one word where it announces all of them."""
    groups = ((ANNIVERSARIES, t("birthdays and anniversaries of what you follow")), (OWN, t("your own events")))
    whole = {kind: name for group, name in groups if set(group) <= set(kinds) for kind in group}
    named = (whole.get(kind) or kind_name(t, kind) for kind in KIND_ORDER if kind in kinds)
    return t.join_list(list(dict.fromkeys(named)))


def filter_named(
    t: Words,
    kinds: Collection[EventKind],
    subject: Label | None,
    called: Callable[[Words, Label], str] = phrases.called,
) -> str:
    """What a role is mentioned for: events of some kinds, or about something, or both."""
    named = "" if set(kinds) == set(EventKind) else kinds_named(t, kinds)
    return " · ".join(filter(None, (named, called(t, subject) if subject is not None else ""))) or t("everything")


def mention_named(t: Words, one: Mention, members: Mapping[int, int] = MappingProxyType({})) -> str:
    """A role that posts mention, and what for. `members`: how many have each role; empty if that is not known."""
    return f"{role_named(t, one.role_id, members)} — {shorten(filter_named(t, one.kinds, one.subject), 120)}"


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


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel with announcements, the permissions the bot lacks there, and what else is known of it.

    `follows`: what it follows, if it announces only that: a list of its own (`own_list`), or the server's. `mentions`:
    the roles that its posts mention besides its own; `lost` are those of them that were deleted. `forum`: set if it is
    one. `spoiler`: members have to opt in before they see it.
    """

    chosen: Subscription
    missing: Sequence[str] = ()
    follows: Sequence[Label] = ()
    own_list: bool = False
    mentions: Sequence[Mention] = ()
    lost: Sequence[int] = ()
    forum: Forum | None = None
    spoiler: bool = False

    @property
    def follows_nothing(self) -> bool:
        """Whether it announces something only of what is followed, and that is nothing."""
        narrowed = self.chosen.followed_only or not set(ANNIVERSARIES).isdisjoint(self.chosen.kinds)
        return narrowed and not self.follows

    @property
    def tags(self) -> list[str]:
        """The names of the tags that its posts get."""
        if self.forum is None:
            return []
        applied = self.forum.applied(self.chosen.tags)
        return [tag.name for tag in self.forum.tags if tag.id in applied]


def setup_lines(
    context: RenderContext, channel: Channel, members: Mapping[int, int] = MappingProxyType({})
) -> list[str]:
    """The settings of a channel, one per line. `members`: how many have each role; empty if that is not known."""
    t, chosen = context.words, channel.chosen
    reminders = [reminder_name(t, stage) for stage in REMINDER_ORDER if stage in chosen.stages]
    extras = _extras(t, channel)
    spoiler = f" · {spoiler_words(t)}" if channel.spoiler else ""
    return [
        phrases.field(t("Channel"), f"<#{chosen.channel_id}>{spoiler}"),
        *([phrases.field(t("Tags"), _tags(channel))] if channel.tags else []),
        phrases.field(t("Role to ping"), role_named(t, chosen.role_id, members) if chosen.role_id else t("nobody")),
        *([phrases.field(t("Also pings"), _mentions(t, channel, members))] if channel.mentions else []),
        phrases.field(t("Language"), language_name(chosen.language)),
        phrases.field(t("Time zone"), escape(zone_name(chosen.zone))),
        phrases.field(t("Announces"), kinds_named(t, chosen.kinds)),
        *([phrases.field(t("Reminders"), t.join_list(reminders))] if reminders else []),
        phrases.field(t("Posts"), digest_name(t, chosen.digest)),
        *([phrases.field(t("Quiet hours"), chosen.quiet)] if chosen.quiet else []),
        *([phrases.field(t("Post late by up to"), span_name(t, chosen.grace))] if chosen.grace != GRACE else []),
        *([phrases.field(t("Threads"), threads)] if (threads := threads_named(t, channel)) else []),
        *([phrases.field(t("Extras"), t.join_list(extras))] if extras else []),
    ]


def _mentions(t: Words, channel: Channel, members: Mapping[int, int] = MappingProxyType({})) -> str:
    return "; ".join(mention_named(t, one, members) for one in channel.mentions)


def role_named(t: Words, role_id: int, members: Mapping[int, int]) -> str:
    return f"<@&{role_id}>{notify.people(t, members, role_id)}"


def spoiler_words(t: Words) -> str:
    """What a spoiler channel is."""
    return t("spoiler channel: members opt in before they see it")


def _tags(channel: Channel) -> str:
    return ", ".join(map(escape, channel.tags))


def _extras(t: Words, channel: Channel) -> list[str]:
    chosen = channel.chosen
    return [
        *([_only(t, channel)] if chosen.followed_only else []),
        *([t("expected episodes")] if chosen.expected and EventKind.EPISODE in chosen.kinds else []),
        *([t("premieres and your own events as Discord events")] if chosen.guild_events else []),
    ]


def _only(t: Words, channel: Channel) -> str:
    if not channel.own_list:
        return t("only what you follow")
    return t(
        "only news about {names}", names=shorten(", ".join(phrases.called(t, one) for one in channel.follows), 300)
    )


def threads_named(t: Words, channel: Channel) -> str:
    """Which threads are opened in a channel, and when they are locked; empty if none are."""
    chosen, in_forum = channel.chosen, channel.forum is not None
    if chosen.threads not in thread_choices(in_forum=in_forum) or chosen.threads is Threads.NONE:
        return ""
    said = [threads_name(t, chosen.threads, in_forum=in_forum)]
    if chosen.threads.of_evenings:
        said.append(lock_name(t, chosen.lock_after))
    return " · ".join(said)


def thread_choices(*, in_forum: bool) -> Sequence[Threads]:
    """Which threads a channel can have; each post of a forum is one anyway."""
    return [one for one in Threads if not in_forum or one is not Threads.POST]


def threads_name(t: Words, threads: Threads, *, in_forum: bool = False) -> str:
    """Which threads are opened, as menus name it."""
    return {
        Threads.NONE: t("posts stay open") if in_forum else t("no threads"),
        Threads.POST: t("a thread under each post"),
        Threads.EVENT: t("one post for each evening") if in_forum else t("one for each evening, at air time"),
        Threads.SUBJECT: t("one post for each drama") if in_forum else t("one for each drama, from air time"),
    }[threads]


def lock_name(t: Words, after: timedelta) -> str:
    """When threads are locked, as menus name it."""
    return t("locked after {span}", span=span_name(t, after)) if after else t("never locked")


def span_name(t: Words, span: timedelta) -> str:
    """A duration, in hours or days."""
    hours = int(span.total_seconds()) // 3600
    if hours % 24:
        return t.plural("{n} hour", "{n} hours", hours)
    return t.plural("{n} day", "{n} days", hours // 24)


def in_short(context: RenderContext, channel: Channel) -> str:
    """The settings of a channel, on one line."""
    t, chosen = context.words, channel.chosen
    said = [
        spoiler_words(t) if channel.spoiler else "",
        f"{t('Tags')} {_tags(channel)}" if channel.tags else "",
        kinds_named(t, chosen.kinds),
        f"<@&{chosen.role_id}>" if chosen.role_id else "",
        _mentions(t, channel) if channel.mentions else "",
        language_name(chosen.language),
        escape(zone_name(chosen.zone)),
        *(reminder_name(t, stage) for stage in REMINDER_ORDER if stage in chosen.stages),
        digest_name(t, chosen.digest) if chosen.digest else "",
        chosen.quiet and f"{t('Quiet hours')} {chosen.quiet}",
        threads_named(t, channel),
        *_extras(t, channel),
    ]
    return f"**<#{chosen.channel_id}>** " + " · ".join(filter(None, said))


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
    lines += about_tags(t, channel)
    if channel.lost:
        said = t(
            "A role that posts in {channel} mentioned was deleted. Remove it in `/announcements panel`.",
            channel=f"<#{chosen.channel_id}>",
        )
        lines.append(f"⚠️ {said}")
    if channel.follows_nothing and not chosen.followed_only:
        said = t(
            "{channel} posts birthdays and anniversaries of what you follow, and you follow nothing yet: choose with "
            "`/announcements follow`.",
            channel=f"<#{chosen.channel_id}>",
        )
        lines.append(f"⚠️ {said}")
    elif channel.follows_nothing:
        said = t(
            "{channel} posts only what you follow, and you follow nothing yet: choose with `/announcements follow`.",
            channel=f"<#{chosen.channel_id}>",
        )
        lines.append(f"⚠️ {said}")
    return lines


def about_tags(t: Words, channel: Channel) -> list[str]:
    """The warnings about the tags of a forum's posts, one per line."""
    chosen, forum = channel.chosen, channel.forum
    if forum is None:
        return []
    where = f"<#{chosen.channel_id}>"
    if forum.needs_tag and not forum.tags:
        said = t("Posts in {channel} need a tag, and it has none that I may use.", channel=where)
    elif forum.lacks_tag(chosen.tags):
        said = tag_needed(t, chosen.channel_id)
    elif len(forum.applied(chosen.tags)) < len(chosen.tags):
        said = t(
            "A tag that you chose for {channel} was deleted, or I may not use it. Choose again in "
            "`/announcements panel`.",
            channel=where,
        )
    else:
        return []
    return [f"⚠️ {said}"]
