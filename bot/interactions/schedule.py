"""How a server's own events are put into its schedule and changed: nothing is saved before its preview was seen.

The controls of a preview name what is kept in `bot.store.pending`, so that they work after a restart.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, cast

import discord

from bot.catalogue.model import Kind, Label, Ref
from bot.errors import GoneError, NotPlannedError, NotUnderstoodError, OutdatedError, UnfitError
from bot.interactions.answers import Interaction, explain, reply, words_of
from bot.interactions.buttons import Action
from bot.interactions.gate import admitted
from bot.interactions.host import Host
from bot.interactions.measuring import measured
from bot.interactions.planners import planner, setting_of
from bot.occasions.asked import Asked, Reason, read
from bot.occasions.importing import Entry, Trouble, pasted
from bot.occasions.importing.model import Key
from bot.occasions.model import Draft
from bot.render import asked as asked_words
from bot.render import importing, schedule
from bot.render.card import RenderContext
from bot.render.controls import Note
from bot.render.importing import PASTE
from bot.render.schedule import BACK, END, PLAN, Single
from bot.store import events, occasions, pending, scheduled
from bot.store.pending import Pending

Build = Callable[[Asked], Draft]
"""Makes a draft of a date that was understood."""


def context_of(interaction: Interaction) -> RenderContext:
    """The words and the time of an answer."""
    return RenderContext(words_of(interaction), interaction.client.clock())


async def propose(interaction: Interaction, when: str, build: Build, replaces: Ref | None = None) -> None:
    """Answer with a preview of what somebody wants to plan at a time in their words, or ask which time they mean.

    Raises `NotUnderstoodError` for a time without any meaning, and `UnfitError` for what cannot be.
    """
    guild_id, client = await planner(interaction), interaction.client
    setting = await setting_of(interaction)
    try:
        drafts = [build(read(when, setting.zone, client.clock()))]
    except NotUnderstoodError as error:
        if error.reason is not Reason.AMBIGUOUS:
            raise
        kept = Pending([build(reading) for reading in error.readings], replaces)
        token = await client.database.write(pending.keep, guild_id, kept, client.clock())
        title, _ = asked_words.trouble_words(words_of(interaction), error)
        await _put(interaction, schedule.which_reading(context_of(interaction), token, title, error.readings))
        return
    await show_new(interaction, guild_id, Pending(drafts, replaces))


async def show_new(interaction: Interaction, guild_id: int, kept: Pending) -> None:
    """Keep what is about to be saved, and answer with its preview."""
    token = await interaction.client.database.write(pending.keep, guild_id, kept, interaction.client.clock())
    await _show(interaction, token, kept)


async def _show(interaction: Interaction, token: str, kept: Pending, note: Note | None = None) -> None:
    (draft,) = kept.drafts
    setting = await setting_of(interaction, draft)
    about = await _label(interaction.client, draft)
    context = context_of(interaction)
    new = kept.replaces is None
    await _put(interaction, schedule.preview(context, token, draft, setting, about, new=new, note=note))


async def _label(client: Host, draft: Draft) -> Label | None:
    entry = await client.lookup.get(draft.about) if draft.about is not None else None
    return entry.label if entry is not None else None


async def _put(interaction: Interaction, view: discord.ui.LayoutView) -> None:
    """Answer a command, or redraw in place what was pressed."""
    if interaction.message is None:
        await reply(interaction, view, private=True)
    else:
        await interaction.response.edit_message(view=view)


async def stored(interaction: Interaction, guild_id: int, slug: str) -> scheduled.Scheduled:
    """Something that is planned. Raises `NotPlannedError` if it is not, or no longer."""
    found = await interaction.client.database.read(scheduled.one, guild_id, slug)
    if found is None or found.cancelled:
        raise NotPlannedError
    return found


async def single(interaction: Interaction, guild_id: int, slug: str, number: int) -> Single:
    """One occurrence. Raises `NotPlannedError` if there is no such one."""
    database = interaction.client.database
    id_ = await database.read(scheduled.occurrence, guild_id, slug, number)
    items = await database.read(events.with_context, [id_] if id_ is not None else [])
    if not items:
        raise NotPlannedError
    return Single(slug, number, items[0])


async def ask_to_cancel(interaction: Interaction, guild_id: int, slug: str) -> None:
    """Ask whether to cancel something."""
    client = interaction.client
    await stored(interaction, guild_id, slug)
    ids = await client.database.read(scheduled.of_occasion, guild_id, slug, client.clock())
    items = await client.database.read(events.with_context, ids[:1])
    if not items:
        raise NotPlannedError
    setting = await setting_of(interaction)
    view = schedule.whether_to_cancel(context_of(interaction), slug, items[0], setting, len(ids))
    await reply(interaction, view, private=True)


async def changed(
    interaction: Interaction, change: Callable[..., None], guild_id: int, slug: str, number: int, *args: Any
) -> Single:
    """Change one occurrence, and return it as it is then. Raises `NotPlannedError` and `PastError`."""
    client = interaction.client
    try:
        await client.database.write(change, guild_id, slug, number, *args, client.clock())
    except GoneError as error:
        raise NotPlannedError from error
    return await single(interaction, guild_id, slug, number)


async def _save(interaction: Interaction, guild_id: int, token: str) -> None:
    client = interaction.client
    kept = await client.database.read(pending.of_token, guild_id, token)
    if len(kept.drafts) > 1:
        await interaction.response.defer()  # many take longer than an answer may
    try:
        saved = await client.database.write(pending.save, guild_id, token, client.clock())
    except GoneError as error:
        if kept.replaces is None:
            raise  # what it is about is not in the catalogue any more
        raise NotPlannedError from error
    if len(kept.drafts) > 1:
        view = importing.added(words_of(interaction), len(saved), len(kept.drafts) - len(saved))
        await interaction.edit_original_response(view=view)
        return
    (draft,) = kept.drafts
    setting = await setting_of(interaction, draft)
    view = schedule.saved(context_of(interaction), draft, setting, new=kept.replaces is None)
    await interaction.response.edit_message(view=view)


Reading = Callable[[str, Collection[Key], datetime], list[Entry]]
"""Reads entries in a zone, with what is planned already, at a time."""


async def take_in(interaction: Interaction, reading: Reading) -> None:
    """Answer with a preview of what somebody wants to import. Raises `UnreadableError`."""
    guild_id, client, now = await planner(interaction), interaction.client, interaction.client.clock()
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=True, thinking=True)
    setting = await setting_of(interaction)
    known = await client.database.read(scheduled.known, guild_id, now)
    entries = await _about_known(client, await asyncio.to_thread(reading, setting.zone, known, now))
    drafts = [entry.draft for entry in entries if entry.draft is not None]
    token = await client.database.write(pending.keep, guild_id, Pending(drafts), now) if drafts else None
    await interaction.edit_original_response(view=importing.preview(context_of(interaction), token, entries, setting))


async def _about_known(client: Host, entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what is about something that is not in the catalogue: all is saved at once, or nothing."""
    refs = {entry.draft.about for entry in entries if entry.draft is not None and entry.draft.about is not None}
    unknown = {ref for ref in refs if await client.lookup.get(ref) is None}
    return [
        replace(entry, draft=None, trouble=Trouble.UNFIT, error=UnfitError("about"))
        if entry.draft is not None and entry.draft.about in unknown
        else entry
        for entry in entries
    ]


async def _change(interaction: Interaction, guild_id: int, token: str) -> None:
    kept = await interaction.client.database.read(pending.of_token, guild_id, token)
    await interaction.response.send_modal(schedule.form(context_of(interaction), token, kept.drafts[0]))


async def _discard(interaction: Interaction, guild_id: int, token: str) -> None:
    await interaction.client.database.write(pending.discard, guild_id, token)
    await interaction.response.edit_message(view=schedule.discarded(words_of(interaction)))


async def _choose(interaction: Interaction, guild_id: int, token: str, place: int) -> None:
    database = interaction.client.database
    kept = await database.read(pending.of_token, guild_id, token)
    if place >= len(kept.drafts):
        raise OutdatedError
    await _show(interaction, token, await database.write(pending.change, guild_id, token, kept.drafts[place]))


class Planned(Action, template=PLAN):
    """A button of something that is about to be saved."""

    async def act(self, interaction: Interaction) -> None:
        guild_id, token, what = await planner(interaction), self.match["token"], self.match["what"]
        match what:
            case "save":
                await _save(interaction, guild_id, token)
            case "change":
                await _change(interaction, guild_id, token)
            case "discard":
                await _discard(interaction, guild_id, token)
            case _:
                await _choose(interaction, guild_id, token, int(what.removeprefix("as-")))


class Cancelling(Action, template=END):
    """Cancels something, or does not."""

    async def act(self, interaction: Interaction) -> None:
        guild_id, t, client = await planner(interaction), words_of(interaction), interaction.client
        if self.match["what"] == "keep":
            await interaction.response.edit_message(view=schedule.kept(t))
            return
        title = (await stored(interaction, guild_id, self.match["slug"])).draft.title
        try:
            await client.database.write(occasions.cancel, guild_id, self.match["slug"], client.clock())
        except GoneError as error:
            raise NotPlannedError from error
        name = Label(Ref(Kind.OCCASION, self.match["slug"]), {t.language: title})
        await interaction.response.edit_message(view=schedule.cancelled(t, name))


class Restoring(Action, template=BACK):
    """Lets one occurrence take place as it was planned."""

    async def act(self, interaction: Interaction) -> None:
        guild_id, slug, number = await planner(interaction), self.match["slug"], int(self.match["number"])
        one = await changed(interaction, occasions.restore, guild_id, slug, number)
        view = schedule.restored(context_of(interaction), one, await setting_of(interaction))
        await interaction.response.edit_message(view=view)


async def _filled_in(interaction: Interaction, token: str, written: Mapping[int, str]) -> None:
    """Take over what somebody wrote into the form; what cannot be is said above the preview as it was."""
    guild_id, client, t = await planner(interaction), interaction.client, words_of(interaction)
    kept = await client.database.read(pending.of_token, guild_id, token)
    before = kept.drafts[0]
    title, when, place, url, picture = (written.get(at, "").strip() for at in range(5))
    setting = await setting_of(interaction)

    def build(asked: Asked) -> Draft:
        said = {"title": title, "place": place or None, "url": url or None, "picture": picture or None}
        return replace(before, **said, **dated(asked))

    try:
        draft = build(read(when, setting.zone, client.clock()))
    except NotUnderstoodError as error:
        if error.reason is Reason.AMBIGUOUS:
            await propose(interaction, when, build, kept.replaces)
            return
        note = Note(*asked_words.trouble_words(t, error), refusal=True)
    except UnfitError as error:
        note = Note(*schedule.unfit(t, error.field), refusal=True)
    else:
        await _show(interaction, token, await client.database.write(pending.change, guild_id, token, draft))
        return
    await _show(interaction, token, kept, note)


def dated(asked: Asked) -> dict[str, Any]:
    """The fields of a draft that say when."""
    return {
        "day": asked.day,
        "time": asked.time,
        "zone": asked.zone,
        "lasts": asked.lasts,
        "repeat": asked.repeat,
    }


async def answered(interaction: discord.Interaction[Any]) -> None:
    """Handle a form that was filled in; its custom id identifies it, as that of a control does."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    custom_id = str(data.get("custom_id", ""))
    match = re.fullmatch(PLAN, custom_id)
    if interaction.type is not discord.InteractionType.modal_submit or (match is None and custom_id != PASTE):
        return
    with measured(interaction, "modal", "schedule"):
        if not await admitted(interaction):
            return
        try:
            values = {at: str(label["component"]["value"] or "") for at, label in enumerate(data["components"])}
            if match is None:
                await take_in(interaction, partial(pasted, values.get(0, "")))
            else:
                await _filled_in(interaction, match["token"], values)
        except Exception as error:
            await explain(interaction, error)


def register(client: Host) -> None:
    """Register the controls of previews with a client."""
    client.add_dynamic_items(Planned, Cancelling, Restoring)
    client.add_listener(answered, "on_interaction")
