"""The cards by name: a command and a button show the same card.

A card is identified by its name and a key: `ost` and ``person/jin``. Both fit into a button's custom id, so buttons
keep working after a restart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from discord import ui

from bot.catalogue.model import CATALOGUED, Kind, Ref
from bot.errors import GoneError, OutdatedError
from bot.interactions.host import Host
from bot.interactions.reports import REPORTS, days_in
from bot.render import about, artist, browse, cast, drama, ost, phrases, rsvp, schedule, sources, upcoming
from bot.render.card import PAGE_BLOCKS, RenderContext
from bot.store import artists, events, overview, scheduled, songs, works
from bot.store import browse as lists
from bot.store.connection import Connection
from bot.store.rsvp import counts
from bot.text import words

MONTH = 30
"""The days that are shown of what is coming up, unless somebody asks for others."""

T = TypeVar("T")
Card = Callable[[Host, str, RenderContext], Awaitable[ui.LayoutView]]


async def show(
    client: Host,
    card: str,
    key: str,
    language: str,
    page: int = 0,
    *,
    guild_id: int | None = None,
    notify: bool = False,
) -> ui.LayoutView:
    """Draw a card in a language, in a server if there is one.

    `notify`: with a button by which a member is told of more.

    Raises `GoneError` if its entity is not, or no longer, in the catalogue.
    """
    if card not in CARDS:
        raise GoneError
    return await CARDS[card](client, key, RenderContext(words(language), client.clock(), page, notify, guild_id))


def _ref(key: str, *kinds: Kind) -> Ref:
    ref = Ref.parse(key)
    if ref is None or ref.kind not in (kinds or CATALOGUED):
        raise GoneError
    return ref


def _there(found: T | None) -> T:
    if found is None:
        raise GoneError
    return found


async def _ost(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    ref = _ref(key)
    if ref.kind is Kind.TRACK:
        return ost.track(context, _there(await client.database.read(songs.track, ref.slug)))
    if ref.kind is Kind.ALBUM:
        return ost.album(context, _there(await client.database.read(songs.album, ref.slug)))
    return ost.discography(context, _there(await client.database.read(songs.discography, ref)))


async def _cast(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    return cast.cast(context, _there(await client.database.read(works.cast, _ref(key, Kind.WORK).slug)))


async def _drama(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    return drama.drama(context, _there(await client.database.read(works.work, _ref(key, Kind.WORK).slug)))


async def _artist(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    return artist.artist(context, _there(await client.database.read(artists.artist, _ref(key, *_ARTISTS))))


async def _sources(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    ref = _ref(key)
    match ref.kind:
        case Kind.WORK:
            return sources.of_work(context, _there(await client.database.read(works.work, ref.slug)))
        case Kind.TRACK:
            return sources.of_track(context, _there(await client.database.read(songs.track, ref.slug)))
        case Kind.ALBUM:
            return sources.of_album(context, _there(await client.database.read(songs.album, ref.slug)))
        case _:
            return sources.of_artist(context, _there(await client.database.read(artists.artist, ref)))


async def _cast_sources(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    return sources.of_cast(context, _there(await client.database.read(works.cast, _ref(key, Kind.WORK).slug)))


async def _upcoming(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    read, own = client.database.read, context.guild_id
    # The button of a post about a server's own event names that: it opens what a command without options shows.
    days = MONTH if key.startswith(f"{Kind.OCCASION}/") else days_in(key.removeprefix("days-"))
    until = context.now + timedelta(days=days)
    dates = await read(events.upcoming, context.now, until, own)
    found = await read(events.with_context, upcoming.page_of(dates, context.page))
    later = await read(events.next_up, until, upcoming.FEW - len(dates), own) if len(dates) < upcoming.FEW else []
    latest = None if found or later else await read(events.latest, context.now, own)
    return upcoming.upcoming(context, days, found, len(dates), later, latest)


async def _schedule(client: Host, _: str, context: RenderContext) -> ui.LayoutView:
    if context.guild_id is None:
        raise OutdatedError
    found = await client.database.read(scheduled.coming, context.guild_id, context.now)
    first = min(context.page, max(len(found) - 1, 0) // PAGE_BLOCKS) * PAGE_BLOCKS
    shown = found[first : first + PAGE_BLOCKS]
    items = await client.database.read(events.with_context, [one.id for one in shown])
    there = {item.event.id: item for item in items}  # not what was cancelled since
    return schedule.listed(context, [(there[one.id], one) for one in shown if one.id in there], len(found))


async def _planned(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    slug, _, event_id = key.partition("/")
    if context.guild_id is None or not event_id.isdecimal():
        raise OutdatedError
    read = client.database.read
    item = _there(next(iter(await read(events.with_context, [int(event_id)])), None))
    occasion = item.occasion
    if occasion is None or occasion.guild_id != context.guild_id or item.event.subject.ref.slug != slug:
        raise GoneError
    return rsvp.event_card(context, item, await read(counts, item.event.id) if occasion.rsvp else None)


async def _browse(client: Host, key: str, context: RenderContext) -> ui.LayoutView:
    t, read = context.words, client.database.read
    match ref := _ref(key, Kind.WORK, Kind.PERSON, Kind.ORGANISATION):
        case browse.DRAMAS:
            title, found = t("Dramas in my catalogue"), await _listed(client, lists.dramas, context.page)
        case browse.AIRING:
            title, found = t("Now airing"), await read(lists.airing, context.page, context.now)
        case browse.ARTISTS:
            title, found = t("Artists in my catalogue"), await _listed(client, lists.artists, context.page)
        case _:
            network = _there(await read(lists.network, ref.slug))
            title = t("Dramas on {network}", network=phrases.called(t, network))
            found = await read(lists.dramas_on, ref.slug, context.page)
    return browse.listed(context, ref, title, found.entries, found.total, lists.PAGE)


async def _listed(client: Host, order: Callable[[Connection], Sequence[int]], page: int) -> lists.Page:
    """A page of a list of the whole catalogue."""
    return await client.database.read(lists.page_of, await client.whole.ask(order), page)


async def _about(client: Host, _: str, context: RenderContext) -> ui.LayoutView:
    counts, publishers = await client.whole.ask(overview.counted)
    return about.about(context, counts, publishers, await client.database.read(overview.providers))


async def _help(client: Host, _: str, context: RenderContext) -> ui.LayoutView:
    return about.help_(context, client.command_mentions(context.words))


_ARTISTS = (Kind.PERSON, Kind.GROUP)

CARDS: dict[str, Card] = {
    "ost": _ost,
    "cast": _cast,
    "drama": _drama,
    "artist": _artist,
    "sources": _sources,
    "cast-sources": _cast_sources,
    "upcoming": _upcoming,
    "schedule": _schedule,
    "planned": _planned,
    "browse": _browse,
    "about": _about,
    "help": _help,
    **REPORTS,
}
