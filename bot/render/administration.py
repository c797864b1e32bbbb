"""What admins are shown of announcements: what they chose, what became of it, what comes, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from discord import ui
from discord.utils import format_dt

from bot.announcements.hours import DAILY, DIGEST, WEEK
from bot.announcements.outcome import Explained, Outcome, Post, Settled
from bot.announcements.permissions import TO_POST
from bot.announcements.schedule import Stage, Why
from bot.announcements.subscription import GRACE, Subscription
from bot.catalogue.model import EventKind, Label
from bot.render import phrases, vocabulary
from bot.render.announcement import stage_name
from bot.render.card import Accent, Content, Scene, draw, escape, notice, pages, shorten
from bot.render.post import title
from bot.render.upcoming import headline
from bot.text import Words, language_name


def refused(t: Words, channel_id: int, reason: str) -> ui.LayoutView:
    """What admins are told when a channel refuses an announcement; for `reason` see `bot.store.deliveries.REFUSED`."""
    lacking = _lacking(reason)
    if reason == "gone":
        lines = [t("The channel I announced in was deleted. Choose another one with `/announcements setup`.")]
    else:
        lines = [
            permissions_missing(t, channel_id, lacking)
            if lacking
            else t(
                "I can't post in {channel}: Discord refuses it. Check my role's permissions there.",
                channel=f"<#{channel_id}>",
            ),
            t("What comes due waits, and is posted as soon as I can, unless it is too late by then."),
        ]
    return notice(Accent.TROUBLE, t("I can't post an announcement"), "\n".join(lines))


def _lacking(reason: str) -> list[str]:
    """The permissions that a reason names."""
    return [name for name in reason.partition(": ")[2].split(",") if name] if reason.startswith("refused") else []


def unpingable(t: Words, role_id: int | None) -> tuple[str, str]:
    """What an admin is told whose role cannot be pinged; without a role it is everybody that was chosen."""
    if role_id is None:
        return t("I do not ping everyone"), t("Choose a role that members can take or leave.")
    body = t(
        "Allow everyone to mention {role} in the role's settings, or give me the permission “Mention @everyone, @here "
        "and All Roles”.",
        role=f"<@&{role_id}>",
    )
    return t("I may not ping that role"), body


def not_quiet_hours(t: Words, typed: str) -> tuple[str, str]:
    """What an admin is told whose quiet hours cannot be read."""
    title = t("“{text}” are no quiet hours I understand", text=escape(shorten(typed, 80)))
    return title, t("Write them like this: 22:00-08:00. Or: off.")


KIND_ORDER = (
    EventKind.PREMIERE,
    EventKind.OST_RELEASE,
    EventKind.EPISODE,
    EventKind.FINALE,
    EventKind.ALBUM_RELEASE,
)


def kind_name(t: Words, kind: EventKind) -> str:
    """A kind of events, as one chooses it."""
    return {
        EventKind.PREMIERE: t("premieres"),
        EventKind.OST_RELEASE: t("OST releases"),
        EventKind.EPISODE: t("episodes"),
        EventKind.FINALE: t("finales"),
        EventKind.ALBUM_RELEASE: t("albums"),
    }[kind]


REMINDER_ORDER = (Stage.CONFIRMED, Stage.WEEK_AHEAD, Stage.DAY_AHEAD, Stage.HOUR_AHEAD)


def reminder_name(t: Words, stage: Stage) -> str:
    """What can be told ahead of an event, as one chooses it."""
    return {
        Stage.CONFIRMED: t("when a date is confirmed"),
        Stage.WEEK_AHEAD: t("a week ahead"),
        Stage.DAY_AHEAD: t("a day ahead"),
        Stage.HOUR_AHEAD: t("an hour ahead"),
    }[stage]


def digest_name(t: Words, digest: str) -> str:
    """How things are posted: each by itself, or in a digest of the day or the week."""
    match = DIGEST.fullmatch(digest)
    if match is None:
        return t("each by itself")
    hour = f"{match[2]}:00"
    if match[1] == DAILY:
        return t("a digest every day at {hour}", hour=hour)
    return t("a digest every week, {day} at {hour}", day=t.weekday(WEEK.index(match[1])), hour=hour)


def setup_lines(scene: Scene, chosen: Subscription) -> list[str]:
    """What a server chose for a channel, a line each."""
    t = scene.words
    reminders = [reminder_name(t, stage) for stage in REMINDER_ORDER if stage in chosen.stages]
    extras = _extras(t, chosen)
    return [
        phrases.field(t("Channel"), f"<#{chosen.channel_id}>"),
        phrases.field(t("Role to ping"), f"<@&{chosen.role_id}>" if chosen.role_id else t("nobody")),
        phrases.field(t("Language"), language_name(chosen.language)),
        phrases.field(t("Time zone"), escape(chosen.zone)),
        phrases.field(t("Announces"), t.both([kind_name(t, kind) for kind in KIND_ORDER if kind in chosen.kinds])),
        *([phrases.field(t("Also tells"), t.both(reminders))] if reminders else []),
        phrases.field(t("Posts"), digest_name(t, chosen.digest)),
        *([phrases.field(t("Quiet hours"), chosen.quiet)] if chosen.quiet else []),
        *([phrases.field(t("Late by at most"), span_name(t, chosen.grace))] if chosen.grace != GRACE else []),
        *([phrases.field(t("Extras"), t.both(extras))] if extras else []),
    ]


def _extras(t: Words, chosen: Subscription) -> list[str]:
    return [
        *([t("only what is followed")] if chosen.followed_only else []),
        *([t("a thread under each post")] if chosen.threads else []),
        *([t("premieres as Discord events")] if chosen.guild_events else []),
    ]


def following(t: Words, follows: Sequence[Label], channels: Sequence[Subscription]) -> str:
    """What a server follows, and what that means for its channels."""
    names = shorten(", ".join(phrases.called(t, label) for label in follows), 3000)
    everything = [f"<#{one.channel_id}>" for one in channels if not one.followed_only]
    lines: list[str] = []
    if not follows:
        lines.append(t("Nothing is followed: all that was chosen for your channels is announced."))
    elif len(everything) < len(channels):
        lines.append(t("Announced is only what has to do with: {names}", names=names))
    else:
        lines.append(t("Followed: {name}", name=names))
    if follows and everything:
        lines.append(
            t(
                "{channels}: everything is announced there all the same, see `/announcements panel`.",
                channels=t.both(everything),
            )
        )
    if not channels:
        lines.append(t("Turn announcements on with `/announcements setup`."))
    return "\n".join(lines)


def span_name(t: Words, span: timedelta) -> str:
    """A span of hours or days."""
    hours = int(span.total_seconds()) // 3600
    if hours % 24:
        return t.plural("{n} hour", "{n} hours", hours)
    return t.plural("{n} day", "{n} days", hours // 24)


def _in_short(scene: Scene, chosen: Subscription) -> str:
    """What a server chose for a channel, in a line."""
    t = scene.words
    said = [
        t.both([kind_name(t, kind) for kind in KIND_ORDER if kind in chosen.kinds]),
        f"<@&{chosen.role_id}>" if chosen.role_id else "",
        language_name(chosen.language),
        escape(chosen.zone),
        *(reminder_name(t, stage) for stage in REMINDER_ORDER if stage in chosen.stages),
        digest_name(t, chosen.digest) if chosen.digest else "",
        chosen.quiet and f"{t('Quiet hours')} {chosen.quiet}",
        *_extras(t, chosen),
    ]
    return f"**<#{chosen.channel_id}>** " + " · ".join(filter(None, said))


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel in which something is announced, and what the bot lacks there."""

    chosen: Subscription
    missing: Sequence[str] = ()


def status(
    scene: Scene,
    channels: Sequence[Channel],
    follows: Sequence[Label],
    lately: Sequence[Outcome],
    ahead: Sequence[Post],
) -> ui.LayoutView:
    """Where announcements go, whether they can, what was posted last, and what comes next."""
    t = scene.words
    blocks = _channels(scene, channels)
    if follows:
        names = shorten(", ".join(phrases.called(t, label) for label in follows), 800)
        blocks.append(phrases.field(t("Followed"), names))
    if ahead:
        blocks.append(f"\n**{t('Next')}**\n" + "\n".join(_to_come(scene, channels, ahead)))
    if lately:
        blocks.append(f"\n**{t('Lately')}**\n" + "\n".join(f"- {outcome(scene, one)}" for one in lately))
    return _page(scene, t("Announcements"), "", blocks)


def history(scene: Scene, found: Sequence[Outcome]) -> ui.LayoutView:
    """What was posted in a server, with links, and what was not, with the reason."""
    t = scene.words
    lines = [f"- {outcome(scene, one)}" for one in found] or [t("Nothing has come due yet.")]
    return _page(scene, t("What was announced"), t("the latest first"), lines)


def ahead_of(scene: Scene, days: int, channels: Sequence[Channel], ahead: Sequence[Post]) -> ui.LayoutView:
    """Exactly what would be posted in the next `days` days, where and when, for whom, and what would stop it."""
    t = scene.words
    blocks = [warning for channel in channels for warning in warnings(scene, channel)]
    if ahead:
        blocks += _to_come(scene, channels, ahead)
    else:
        blocks.append(t("Nothing will be announced in this time."))
        if any(channel.chosen.followed_only for channel in channels):
            blocks.append(t("Only what is followed is announced. Ask `/announcements why` about a drama or a song."))
    return _page(scene, t("What will be announced"), t.plural("the next {n} day", "the next {n} days", days), blocks)


def _page(scene: Scene, title: str, subtitle: str, blocks: Sequence[str]) -> ui.LayoutView:
    """One page, of as many blocks as there is room for."""
    kept = [fitted for page in pages(blocks, len(blocks) + 1)[:1] for fitted in page]
    if len(kept) < len(blocks):
        n = len(blocks) - len(kept)
        kept.append(scene.words.plural("… and {n} more", "… and {n} more", n))
    content = Content(
        accent=Accent.DATES, title=title, subtitle=subtitle, blocks=["\n".join(kept)], per_page=len(kept) + 1
    )
    return draw(scene, content)


def _channels(scene: Scene, channels: Sequence[Channel]) -> list[str]:
    """Each channel with what was chosen for it, and what is amiss."""
    if not channels:
        return [scene.words("Announcements are off. An admin turns them on with `/announcements setup`.")]
    if len(channels) == 1:
        return [*setup_lines(scene, channels[0].chosen), *warnings(scene, channels[0])]
    return [line for channel in channels for line in (_in_short(scene, channel.chosen), *warnings(scene, channel))]


def warnings(scene: Scene, channel: Channel) -> list[str]:
    """What is amiss with a channel, a line each."""
    t, chosen = scene.words, channel.chosen
    lines: list[str] = []
    if chosen.paused_at is not None:
        lines.append(
            t(
                "⏸️ {channel} has refused my posts since {since}. What comes due there waits.",
                channel=f"<#{chosen.channel_id}>",
                since=format_dt(chosen.paused_at, "f"),
            )
        )
    if channel.missing:
        lines.append(f"⚠️ {permissions_missing(t, chosen.channel_id, channel.missing)}")
    return lines


def _to_come(scene: Scene, channels: Sequence[Channel], ahead: Sequence[Post]) -> list[str]:
    """Each post that is to come: when in the channel's own zone, where, what, and who is pinged."""
    by_channel = {channel.chosen.channel_id: channel.chosen for channel in channels}
    zones = {chosen.zone for chosen in by_channel.values()}
    return [
        _post_line(scene, chosen, post, name_zone=len(zones) > 1)
        for post in ahead
        if (chosen := by_channel.get(post.channel_id)) is not None
    ]


def _post_line(scene: Scene, chosen: Subscription, post: Post, *, name_zone: bool) -> str:
    t = scene.words
    items = list(dict.fromkeys(item.event.id for _, item in post.told))
    known = {item.event.id: item for _, item in post.told}
    stage = "" if post.digest else stage_name(t, post.told[0][0])
    said = [
        t.moment(post.send_at.astimezone(ZoneInfo(chosen.zone))) + (f" {escape(chosen.zone)}" if name_zone else ""),
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


def explanation(scene: Scene, subject: Label, found: Sequence[Explained]) -> ui.LayoutView:
    """Why the dates of a drama or a song were, will be, or will not be announced; with the time where there is one."""
    t = scene.words
    blocks: list[str] = []
    event = None
    for one in found:
        if one.item.event.id != event:
            event = one.item.event.id
            name = vocabulary.event_name(t, one.item.event.kind, one.item.event.number)
            blocks.append(phrases.field(name, phrases.dated(t, one.item.event, scene.now)))
        if isinstance(one.said, Settled):
            words = outcome(scene, Outcome(one.item, one.said))
        else:
            words = f"<#{one.channel_id}> {why_words(t, one.said)}"
        blocks.append(words + (f" {format_dt(one.at, 'f')}" if one.at is not None else ""))
    return _page(
        scene,
        phrases.called_fully(t, subject),
        t("why it is, or is not, announced here"),
        blocks or [t("No date of it is known.")],
    )


def why_words(t: Words, why: Why) -> str:
    """Why an event is, or is not, to be announced."""
    return {
        Why.TO_COME: t("⏳ It will be announced:"),
        Why.NOT_FIRM: t("🔎 Not yet: the date is not confirmed. It is announced once it is."),
        Why.VAGUE: t("🔎 Not yet: the date is not known to the day."),
        Why.NOT_CHOSEN: t("🚫 This kind was not chosen for this channel."),
        Why.NOT_FOLLOWED: t("🚫 This channel is told only of what is followed, see `/announcements follow`."),
        Why.BEFORE: t("🕰️ It was over before announcements were turned on here; nothing past is posted."),
    }[why]


def reason_words(t: Words, reason: str) -> str:
    """Why something was not posted. What Discord said itself stays as it said it."""
    lacking = _lacking(reason)
    if lacking:
        return t("I need {permissions} there", permissions=permission_names(t, lacking))
    known = {
        "off": t("announcements were turned off"),
        "not chosen": t("something else was chosen for this channel"),
        "changed": t("its date changed"),
        "paused": t("announcements were paused, because the channel refused me"),
        "left": t("I was removed from the server"),
        "late": t("it came due while I was away for too long"),
        "unreadable": t("I was interrupted while posting it, and may not read the channel to see whether it is there"),
        "busy": t("I was interrupted while posting it, and too much was posted since to see whether it is there"),
        "refused": t("Discord refuses it: check my permissions there"),
        "gone": t("the channel was deleted"),
        "bug": t("an error of mine, which is in the log"),
        "not there": t("Discord did not keep it"),
        "no answer": t("Discord did not answer"),
        "Discord failed": t("Discord had a failure"),
    }
    # Some reasons go on with a detail for the log.
    code = next((code for code in known if reason == code or reason.startswith((f"{code}:", f"{code} ("))), None)
    return known[code] if code else escape(reason)


def outcome(scene: Scene, one: Outcome) -> str:
    """What became of an announcement, in a line."""
    t, settled = scene.words, one.settled
    word = {
        "sent": "✅",
        "planned": t("planned:"),
        "sending": t("being sent:"),
        "retrying": t("to be tried again:"),
        "failed": t("❌ failed:"),
        "missed": t("⌛ missed:"),
        "withdrawn": t("withdrawn:"),
        "uncertain": t("❔ uncertain:"),
    }[settled.state]
    what = " · ".join(filter(None, (headline(t, one.item), stage_name(t, settled.stage))))
    where = settled.link or f"<#{settled.channel_id}>"
    why = f" ({reason_words(t, settled.reason)})" if settled.reason else ""
    return f"{word} {what} — {where}{why}"


def permission_names(t: Words, names: Sequence[str]) -> str:
    """Permissions as Discord's settings call them."""
    known = {
        "view_channel": t("View Channel"),
        "send_messages": t("Send Messages"),
        "embed_links": t("Embed Links"),
        "read_message_history": t("Read Message History"),
        "create_public_threads": t("Create Public Threads"),
        "create_events": t("Create Events"),
        "mention_everyone": t("Mention @everyone, @here and All Roles"),
    }
    return t.both([f"**{known.get(name, name)}**" for name in names])


def permissions_missing(t: Words, channel_id: int, missing: Sequence[str]) -> str:
    """Which permissions the bot lacks for a channel, and what to do about it."""
    where = f"<#{channel_id}>"
    named = permission_names(t, missing)
    if set(missing) & set(TO_POST):
        return t("I can't post in {channel}. I need: {permissions}.", channel=where, permissions=named)
    if "read_message_history" in missing:
        return t("To never post twice in {channel}, I need: {permissions}.", channel=where, permissions=named)
    return t("For what was chosen for {channel}, I also need: {permissions}.", channel=where, permissions=named)
