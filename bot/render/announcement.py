"""The post of one stage of one event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
from discord.abc import Snowflake
from discord.utils import format_dt

from bot.announcements.schedule import CORRECTIONS, Stage
from bot.announcements.zones import zone_name
from bot.catalogue.model import ANNIVERSARIES, ARTISTS, OWN, EventKind, Fact, Kind, Label, Occasion, Status, Upcoming
from bot.catalogue.when import Precision
from bot.occasions.rsvp import Headcount
from bot.render import phrases, vocabulary, wording
from bot.render.card import Accent, Asking, CardLink, Content, RenderContext, escape
from bot.render.post_item import Announced, PostItem
from bot.text import Words


@dataclass(frozen=True, slots=True)
class PostOptions:
    """The options of a post.

    `delivery_token` identifies its delivery; `zone` and `role_id` are what the channel chose, as are the `matching`
    roles, those of mentions that its events match; `subject_roles` are those of what it is about; `late`: it is posted
    after its time. `counts`: how many come, if members are asked; `attendee_roles` and `attendees`: by which roles, and
    whom by name, it reminds those who do. `discussed_in`: the thread in which people talk about it already.
    """

    delivery_token: str | None
    zone: str
    role_id: int | None = None
    matching: Sequence[int] = ()
    subject_roles: Sequence[int] = ()
    late: bool = False
    preview: bool = False
    counts: Headcount | None = None
    attendee_roles: Sequence[int] = ()
    attendees: Sequence[int] = ()
    discussed_in: int | None = None

    @property
    def roles(self) -> list[int]:
        """The roles that it mentions, and the only ones that it may ping."""
        chosen = [] if self.role_id is None else [self.role_id]
        return list(dict.fromkeys((*chosen, *self.matching, *self.attendee_roles, *self.subject_roles)))[:MOST_ROLES]

    @property
    def people(self) -> Sequence[int]:
        """The members that it mentions by name, and the only ones that it may ping: as many as fit."""
        room = (_ROOM - _A_ROLE * len(self.roles)) // _A_MEMBER
        return self.attendees[: max(min(room, _MOST_PEOPLE), 0)]

    def remarks(self, t: Words) -> list[str]:
        """Remarks on the post itself: that it is late, or a preview, and where people talk about it."""
        said: list[str] = []
        if self.late:
            said.append("*" + t("Posted late: I couldn't post it on time.") + "*")
        if self.preview:
            said.append("*" + t("Preview: nobody is pinged, and this doesn't count as an announcement.") + "*")
        if self.discussed_in is not None:
            said.append(t("💬 Talk about it in {thread}", thread=f"<#{self.discussed_in}>"))
        return said


def announcement(context: RenderContext, told: PostItem, options: PostOptions) -> Content:
    """The embed of one stage of one event."""
    t, found = context.words, told.found
    more = about(context, found) if told.stage is not Stage.CANCELLED else []
    clocks = by_clocks(t, found.item, options)
    blocks = fitting(t, [*dates(context, told), *clocks, *firmness(t, [told]), *options.remarks(t), *more])
    return Content(
        accent=Accent.TROUBLE if told.stage in CORRECTIONS else Accent.DATES,
        title=phrases.headline(t, found.item),
        subtitle=stage_line(t, [told]),
        blocks=blocks,
        per_page=len(blocks) + 1,
        footer=phrases.footer(t, [found.item.event]),
        credit=phrases.credit(t, stated(told)),
        leads=leads(context, found),
        subject=found.item.theme.ref,
        picture=(found.item.occasion.picture or "") if found.item.occasion is not None else "",
        asking=asking(found.item, options.counts) if told.stage is not Stage.CANCELLED else None,
    )


def by_clocks(t: Words, item: Upcoming, options: PostOptions) -> list[str]:
    """Of an anniversary, where its day is one: it comes when it begins for the channel."""
    if item.event.kind not in ANNIVERSARIES:
        return []
    return [phrases.small(t("A day by the clocks of {zone}.", zone=escape(zone_name(options.zone))))]


def asking(item: Upcoming, counts: Headcount | None) -> Asking | None:
    """What members are asked about an event. `counts`: None if they are not."""
    return Asking(item.event.id, item.event.subject.ref.slug, counts) if counts is not None else None


MOST_ROLES = 70
"""The most roles that a post mentions: those of so many, with a first line, fit into Discord's 2,000 characters."""

_ROOM = 1800
"""Characters of a post's text for mentions: Discord takes 2,000, and the first line has up to 150."""
_A_ROLE, _A_MEMBER = 25, 24
"""Characters of a mention, at most."""
_MOST_PEOPLE = 100
"""The most members that a message may ping by name
(https://discord.com/developers/docs/resources/message#allowed-mentions-object)."""

MOST_TEXT = 2200
"""The most characters of a post's list: a post has one page."""


def fitting(t: Words, blocks: Sequence[str]) -> list[str]:
    """As many blocks as fit into a post, and a line that counts the rest."""
    kept: list[str] = []
    room = MOST_TEXT
    for block in blocks:
        room -= len(block) + 2
        if room < 0:
            more = len(blocks) - len(kept)
            kept.append(t.plural("… and {n} more: `/upcoming`", "… and {n} more: `/upcoming`", more))
            break
        kept.append(block)
    return kept


def stage_name(t: Words, stage: Stage) -> str:
    """A stage in a word or two; empty for an event that simply takes place."""
    return {
        Stage.CONFIRMED: t("📅 Date confirmed"),
        Stage.WEEK_AHEAD: t("⏰ A week ahead"),
        Stage.DAY_AHEAD: t("⏰ A day ahead"),
        Stage.HOUR_AHEAD: t("⏰ An hour ahead"),
        Stage.NOW: "",
        Stage.MOVED: t("🔁 Date changed"),
        Stage.CANCELLED: t("🚫 Cancelled"),
    }[stage]


def stage_line(t: Words, told: Sequence[PostItem]) -> str:
    """The stage of a post's events, which all have the same one."""
    return t("🔁 Back on") if all(one.back_on for one in told) else stage_name(t, told[0].stage)


def dates(context: RenderContext, told: PostItem) -> list[str]:
    """When the event is, and its previous date if that changed."""
    t, found, stage = context.words, told.found, told.stage
    if stage is Stage.CANCELLED:
        return [f"~~{phrases.when(t, found.item.event.when)}~~"]
    now = _time(context, found)
    if stage is not Stage.MOVED:
        return [phrases.field(t("When"), now)]
    status = found.item.event.status_at(context.now)
    if status is Status.POSTPONED and found.before == found.item.event.when:
        return [phrases.field(t("When"), wording.with_status(t, f"~~{now}~~", status))]
    words = now if status is Status.CONFIRMED else wording.with_status(t, now, status)
    lines = [phrases.field(t("When"), words)]
    if found.before is not None and found.before != found.item.event.when:
        lines.append(phrases.field(t("Before"), f"~~{phrases.when(t, found.before)}~~"))
    return lines


def firmness(t: Words, told: Sequence[PostItem]) -> list[str]:
    """That dates are only expected, if some are."""
    if not any(one.is_expected for one in told):
        return []
    if all(one.found.item.event.follows for one in told):
        return ["*" + t("Expected, not confirmed: this follows from the drama's time slot.") + "*"]
    if all(one.is_expected for one in told):
        return ["*" + t("Expected, not confirmed.") + "*"]
    numbers = t.numbers(sorted(one.found.item.event.number for one in told if one.is_expected))
    return ["*" + t("Expected, not confirmed: {numbers}", numbers=numbers) + "*"]


def about(context: RenderContext, found: Announced) -> list[str]:
    """Details of an event: who sings, who plays, where to watch or listen."""
    t, event = context.words, found.item.event
    blocks: list[str] = []
    if found.item.occasion is not None:
        return _about_own(t, event.kind, found.item.occasion)
    if event.kind is EventKind.OST_RELEASE:
        performers = ", ".join(phrases.called_fully(t, artist) for artist in found.item.performers)
        blocks.append(phrases.field(t("Performed by"), performers))
        blocks += [phrases.field(t("OST of"), phrases.called_fully(t, work)) for work in found.item.works]
        listen = [phrases.link(t, kind, url) for kind, url in found.links if kind in ("listen", "video")]
        if listen:
            blocks.append(phrases.field(t("Listen"), " · ".join(listen)))
    elif found.work is not None:
        airings = [phrases.airing(t, airing) for airing in found.work.airings if airing.rank == 0]
        if airings:
            blocks.append(phrases.field(t("Where to watch"), ", ".join(airings)))
        if found.leads:
            blocks.append(phrases.field(t("With"), ", ".join(phrases.called_fully(t, lead) for lead in found.leads)))
    return blocks


def _about_own(t: Words, kind: EventKind, occasion: Occasion) -> list[str]:
    where = wording.where(occasion, phrases.MARKED)
    return [
        *([phrases.field(t("What"), vocabulary.event_name(t, kind))] if kind is not EventKind.OTHER else []),
        *([phrases.field(t("Where"), where)] if where else []),
        *([phrases.field(t("Duration"), wording.lasting(t, occasion.lasts))] if occasion.lasts else []),
        *([phrases.field(t("About"), phrases.called_fully(t, occasion.about))] if occasion.about else []),
    ]


def stated(told: PostItem) -> list[Fact]:
    """What the embed of a stage states: the date and, unless it is cancelled, where to watch."""
    found = told.found
    where = found.work.airings if found.work and told.stage is not Stage.CANCELLED else ()
    return [found.item.event, *(airing for airing in where if airing.rank == 0)]


def _time(context: RenderContext, found: Announced) -> str:
    when = found.starts_at or found.item.event.when
    if when.precision is Precision.MINUTE and when.earliest is not None:
        return f"{format_dt(when.earliest, 'F')} ({format_dt(when.earliest, 'R')})"
    return phrases.when(context.words, when)


def leads(context: RenderContext, found: Announced) -> list[CardLink]:
    """The links of a post's buttons."""
    t = context.words
    if found.item.event.kind in OWN:
        about = found.item.occasion.about if found.item.occasion is not None else None
        return (
            _cards_of(t, about) if about else [CardLink("upcoming", found.item.event.subject.ref, t("Coming up"), "🗓️")]
        )
    if found.item.event.kind is EventKind.OST_RELEASE:
        return [
            CardLink("ost", found.item.event.subject.ref, t("Song"), "🎵"),
            *(CardLink("ost", work.ref, t("OST"), "💿") for work in found.item.works[:1]),
            *(
                CardLink("artist", artist.ref, artist.name(t.language) or "", "🎤")
                for artist in found.item.performers[:2]
            ),
        ]
    ref = found.item.event.subject.ref
    if found.item.event.kind is EventKind.ALBUM_RELEASE:
        artists = [
            CardLink("artist", artist.ref, artist.name(t.language) or "", "🎤") for artist in found.item.performers[:4]
        ]
        # A post is recognised by its buttons, so it always has one.
        return artists or [CardLink("help", ref, t("Help"), "❔")]
    return _cards_of(t, found.item.event.subject)


def _cards_of(t: Words, label: Label) -> list[CardLink]:
    """The cards of a drama, an artist or what they sing."""
    ref = label.ref
    if ref.kind is not Kind.WORK:
        card = "artist" if ref.kind in ARTISTS else "ost"
        return [CardLink(card, ref, label.name(t.language) or t("untitled"), wording.EMOJI[ref.kind])]
    return [
        CardLink("cast", ref, t("Cast"), "🎭"),
        CardLink("ost", ref, t("OST"), "🎵"),
        CardLink("drama", ref, t("Drama"), "🎬"),
    ]


def mentions(options: PostOptions) -> discord.AllowedMentions:
    """The mentions a post may make: its roles and its people, and nobody else."""
    roles: list[Snowflake] = [discord.Object(role_id) for role_id in options.roles]
    people: list[Snowflake] = [discord.Object(user_id) for user_id in options.people]
    return discord.AllowedMentions(everyone=False, users=people or False, replied_user=False, roles=roles or False)
