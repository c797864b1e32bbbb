"""What admins are shown of announcements: what they chose, what became of it, what comes, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discord import ui
from discord.utils import format_dt

from bot.model import EventKind, Label, Upcoming
from bot.render import phrases, vocabulary
from bot.render.card import Accent, Content, Scene, draw, escape, notice, shorten
from bot.render.upcoming import headline
from bot.schedule import Stage, Why
from bot.text import Words, language_name


@dataclass(frozen=True, slots=True)
class Setup:
    """What a server chose, as its admins are shown it."""

    channel_id: int
    role_id: int | None
    language: str
    zone: str
    kinds: Sequence[EventKind]
    stages: Sequence[Stage]
    paused_at: datetime | None = None
    quiet: str = ""
    follows: Sequence[Label] = ()


def paused(t: Words, channel_id: int, reason: str) -> ui.LayoutView:
    """What admins are told when a channel has refused so often that nothing more is tried."""
    body = t(
        "I could not post in {channel} three times in a row. Discord says: {reason}. Please give me the permissions "
        "there (View Channel, Send Messages, Read Message History) or choose another channel; then use "
        "`/announcements setup` again. Until then I post nothing.",
        channel=f"<#{channel_id}>",
        reason=escape(reason),
    )
    return notice(Accent.TROUBLE, t("Announcements are paused"), body)


def setup_lines(scene: Scene, chosen: Setup) -> list[str]:
    """What a server chose, a line each."""
    t = scene.words
    names = {
        EventKind.PREMIERE: t("premieres"),
        EventKind.OST_RELEASE: t("OST releases"),
        EventKind.EPISODE: t("episodes"),
        EventKind.FINALE: t("finales"),
        EventKind.ALBUM_RELEASE: t("albums"),
    }
    ahead = {
        Stage.CONFIRMED: t("when a date is confirmed"),
        Stage.WEEK_AHEAD: t("a week ahead"),
        Stage.DAY_AHEAD: t("a day ahead"),
        Stage.HOUR_AHEAD: t("an hour ahead"),
    }
    follows = shorten(", ".join(phrases.called(t, label) for label in chosen.follows), 800)
    reminders = [words for stage, words in ahead.items() if stage in chosen.stages]
    return [
        phrases.field(t("Channel"), f"<#{chosen.channel_id}>"),
        phrases.field(t("Role to ping"), f"<@&{chosen.role_id}>" if chosen.role_id else t("nobody")),
        phrases.field(t("Language"), language_name(chosen.language)),
        phrases.field(t("Time zone"), escape(chosen.zone)),
        phrases.field(t("Announces"), t.both([names[kind] for kind in chosen.kinds])),
        *([phrases.field(t("Also tells"), t.both(reminders))] if reminders else []),
        *([phrases.field(t("Quiet hours"), chosen.quiet)] if chosen.quiet else []),
        *([phrases.field(t("Only what is followed"), follows)] if follows else []),
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an announcement, or is planned for it; `link` leads to the post."""

    item: Upcoming
    state: str
    reason: str | None = None
    link: str | None = None


def status(
    scene: Scene,
    chosen: Setup | None,
    missing: Sequence[str],
    lately: Sequence[Outcome],
    ahead: Sequence[tuple[Upcoming, datetime]],
) -> ui.LayoutView:
    """Where announcements go, whether they can, what was posted last, and what comes next."""
    t = scene.words
    blocks = _chosen(scene, chosen, missing)
    if ahead:
        blocks.append(f"**{t('Next')}**\n" + "\n".join(_to_come(scene, ahead)))
    if lately:
        blocks.append(f"**{t('Lately')}**\n" + "\n".join(f"- {outcome(scene, one)}" for one in lately))
    return draw(scene, Content(accent=Accent.DATES, title=t("Announcements"), subtitle="", blocks=blocks))


def history(scene: Scene, found: Sequence[Outcome]) -> ui.LayoutView:
    """What was posted in a server, with links, and what was not, with the reason."""
    t = scene.words
    lines = "\n".join(f"- {outcome(scene, one)}" for one in found) or t("Nothing has come due yet.")
    content = Content(
        accent=Accent.DATES, title=t("What was announced"), subtitle=t("the latest first"), blocks=[lines]
    )
    return draw(scene, content)


def ahead_of(
    scene: Scene, days: int, chosen: Setup, missing: Sequence[str], ahead: Sequence[tuple[Upcoming, datetime]]
) -> ui.LayoutView:
    """Exactly what would be posted in the next `days` days, where and when, and what would stop it."""
    t = scene.words
    lines = "\n".join(_to_come(scene, ahead)) or t("Nothing is dated in this time.")
    content = Content(
        accent=Accent.DATES,
        title=t("What will be announced"),
        subtitle=t.plural("the next {n} day", "the next {n} days", days),
        blocks=[*_chosen(scene, chosen, missing), lines],
    )
    return draw(scene, content)


def _chosen(scene: Scene, chosen: Setup | None, missing: Sequence[str]) -> list[str]:
    t = scene.words
    if chosen is None:
        return [t("Announcements are off. An admin turns them on with `/announcements setup`.")]
    lines = setup_lines(scene, chosen)
    if chosen.paused_at is not None:
        since = format_dt(chosen.paused_at, "f")
        lines.append(
            t("⏸️ Paused since {since}: the channel refused me. Use `/announcements setup` again.", since=since)
        )
    if missing:
        lines.append(f"⚠️ {permissions_missing(scene, chosen.channel_id, missing)}")
    return lines


def _to_come(scene: Scene, ahead: Sequence[tuple[Upcoming, datetime]]) -> list[str]:
    return [f"- {format_dt(due, 'f')} {headline(scene.words, item)}" for item, due in ahead]


def explanation(
    scene: Scene, subject: Label, found: Sequence[tuple[Upcoming, Outcome | Why, datetime | None]]
) -> ui.LayoutView:
    """Why the dates of a drama or a song were, will be, or will not be announced; with the time where there is one."""
    t = scene.words
    blocks: list[str] = []
    for item, said, at in found:
        name = vocabulary.event_name(t, item.event.kind, item.event.number)
        what = phrases.field(name, phrases.dated(t, item.event, scene.now))
        words = outcome(scene, said) if isinstance(said, Outcome) else why_words(t, said)
        blocks.append(f"{what}\n{words}" + (f" {format_dt(at, 'f')}" if at is not None else ""))
    content = Content(
        accent=Accent.DATES,
        title=phrases.called_fully(t, subject),
        subtitle=t("why it is, or is not, announced here"),
        blocks=blocks or [t("No date of it is known.")],
    )
    return draw(scene, content)


def why_words(t: Words, why: Why) -> str:
    """Why an event is, or is not, to be announced."""
    return {
        Why.TO_COME: t("⏳ It will be announced:"),
        Why.NOT_FIRM: t("🔎 Not yet: the date is not confirmed. It is announced once it is."),
        Why.VAGUE: t("🔎 Not yet: the date is not known to the day."),
        Why.NOT_CHOSEN: t("🚫 This server did not choose to be told of this kind."),
        Why.NOT_FOLLOWED: t("🚫 This server follows other things only, see `/announcements follow`."),
        Why.BEFORE: t("🕰️ It was over before announcements were turned on here; nothing past is posted."),
    }[why]


def reason_words(t: Words, reason: str) -> str:
    """Why something was not posted. What Discord said itself stays as it said it."""
    known = {
        "off": t("announcements were turned off"),
        "changed": t("its date changed"),
        "paused": t("announcements were paused, because the channel refused me"),
        "left": t("I was removed from the server"),
        "late": t("it came due while I was away for too long"),
        "unreadable": t("I was interrupted while posting it, and may not read the channel to see whether it is there"),
    }
    return known.get(reason) or escape(reason)


def outcome(scene: Scene, one: Outcome) -> str:
    """What became of an announcement, in a line."""
    t = scene.words
    word = {
        "sent": "✅",
        "planned": t("planned:"),
        "sending": t("being sent:"),
        "retrying": t("to be tried again:"),
        "failed": t("❌ failed:"),
        "missed": t("⌛ missed:"),
        "withdrawn": t("withdrawn:"),
        "uncertain": t("❔ uncertain:"),
    }[one.state]
    why = f" ({reason_words(t, one.reason)})" if one.reason else ""
    return f"{word} {headline(t, one.item)}" + (f" — {one.link}" if one.link else "") + why


def permissions_missing(scene: Scene, channel_id: int, missing: Sequence[str]) -> str:
    """Which permissions the bot lacks in a channel, and what to do about it."""
    t = scene.words
    names = {
        "view_channel": t("View Channel"),
        "send_messages": t("Send Messages"),
        "embed_links": t("Embed Links"),
        "manage_messages": t("Manage Messages"),
        "read_message_history": t("Read Message History"),
        "send_messages_in_threads": t("Send Messages in Threads"),
        "mention_everyone": t("Mention @everyone, @here and All Roles"),
    }
    return t(
        "I may not post in {channel}. Please give me there: {permissions}.",
        channel=f"<#{channel_id}>",
        permissions=t.both([f"**{names.get(name, name)}**" for name in missing]),
    )
