"""RSVP: members say whether they come to what their server plans, and those who plan see who does."""

from __future__ import annotations

import discord
from discord import ui

from bot.announcements import permissions
from bot.announcements.publisher.attendee_roles import RoleGiver
from bot.catalogue.model import Upcoming
from bot.errors import (
    GoneError,
    NotPlannedError,
    PlannersOnlyError,
    RoleError,
    RoleTrouble,
    RsvpClosed,
    RsvpClosedError,
)
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.buttons import Action
from bot.interactions.host import Host
from bot.interactions.panel import server
from bot.interactions.planners import planner
from bot.occasions.rsvp import Answer
from bot.render import rsvp as words
from bot.render.card import RenderContext
from bot.render.rsvp import ANSWER, ATTENDEES, PAGE, Told
from bot.store import events, rsvp
from bot.store.rsvp import Pressed


async def press(interaction: Interaction, slug: str, event_id: int, answer: Answer, token: str | None) -> None:
    """Let the member who asks say whether they come, or take it back, and show the counts where they pressed.

    Raises `NotPlannedError` and `RsvpClosedError`.
    """
    client, guild, user = interaction.client, server(interaction), interaction.user
    has = [role.id for role in user.roles] if isinstance(user, discord.Member) else []
    try:
        pressed = await client.database.write(
            *(rsvp.press, guild.id, slug, event_id, user.id, answer, client.clock()), token, has
        )
    except GoneError as error:
        raise NotPlannedError from error
    item = await _event(interaction, slug, event_id)
    if pressed.show and interaction.message is not None:
        await _show_counts(interaction, interaction.message, pressed)
    elif pressed.roles:
        await interaction.response.defer(ephemeral=True, thinking=True)
    told = await _with_roles(client, pressed)
    view = words.answered(_context(interaction), item, told, planner=await _may_plan(interaction))
    await reply(interaction, view, private=True)


async def _show_counts(interaction: Interaction, message: discord.Message, pressed: Pressed) -> None:
    layout = message.flags.components_v2
    view = (ui.LayoutView if layout else ui.View).from_message(message, timeout=None)
    words.show_counts(view, pressed.counts)
    view.stop()
    await interaction.response.edit_message(view=view)


async def _with_roles(client: Host, pressed: Pressed) -> Told:
    """Give and take the roles that a press asks for. What fails is tried again later."""
    giver = RoleGiver(client, client.database, client.limiter, client.clock)
    given: list[int] = []
    taken: list[int] = []
    trouble: RoleError | None = None
    for task in pressed.roles:
        try:
            await giver.do(task)
        except RoleError as error:
            trouble = error
        else:
            (given if task.wanted else taken).append(task.role_id)
    return Told(pressed.answer, pressed.counts, given, taken, trouble)


async def show_attendees(interaction: Interaction, slug: str, event_id: int, page: int = 0) -> None:
    """Show those who plan who comes. Raises `PlannersOnlyError`, `NotPlannedError` and `RsvpClosedError`."""
    guild_id, read = await planner(interaction), interaction.client.database.read
    item = await _event(interaction, slug, event_id)
    if item.occasion is None or not item.occasion.rsvp:
        raise RsvpClosedError(RsvpClosed.OFF)
    counts = await read(rsvp.counts, event_id)
    page = min(page, max(counts.coming + counts.maybe - 1, 0) // PAGE)
    found = await read(rsvp.attendees, guild_id, event_id, page, PAGE)
    view = words.attendees(_context(interaction), item, counts, found, page)
    if interaction.message is not None and interaction.message.flags.ephemeral:
        await interaction.response.edit_message(view=view)
    else:
        await reply(interaction, view, private=True)


async def attendee_role(interaction: Interaction, role: discord.Role) -> int | None:
    """The id of a role for those who are in; that of everybody means none.

    Only who could give the role by hand can let others have it. Raises `PlannersOnlyError` and `RoleError`.
    """
    await planner(interaction)
    if role.is_default():
        return None
    assert isinstance(interaction.user, discord.Member), "Discord sends a member in every server that the bot is in"
    if (trouble := permissions.withheld(role.guild, role.id)) is not None:
        raise RoleError(trouble, role.id)
    if permissions.powerful(role):
        raise RoleError(RoleTrouble.POWERFUL, role.id)
    if not permissions.may_give(interaction.user, role):
        raise RoleError(RoleTrouble.NOT_YOURS, role.id)
    return role.id


async def _event(interaction: Interaction, slug: str, event_id: int) -> Upcoming:
    """An occurrence of something of the server's own. Raises `NotPlannedError`."""
    items = await interaction.client.database.read(events.with_context, [event_id])
    for item in items:
        own = item.occasion is not None and item.occasion.guild_id == interaction.guild_id
        if own and item.event.subject.ref.slug == slug:
            return item
    raise NotPlannedError


async def _may_plan(interaction: Interaction) -> bool:
    try:
        await planner(interaction)
    except PlannersOnlyError:
        return False
    return True


def _context(interaction: Interaction) -> RenderContext:
    return RenderContext(words_of(interaction), interaction.client.clock())


class AnswerButton(Action, template=ANSWER):
    """Lets whoever presses it say that they come, or may, or take it back."""

    async def act(self, interaction: Interaction) -> None:
        match = self.match
        await press(interaction, match["slug"], int(match["event"]), Answer(match["answer"]), match["token"])


class AttendeesButton(Action, template=ATTENDEES):
    """Shows those who plan a page of who comes."""

    async def act(self, interaction: Interaction) -> None:
        match = self.match
        await show_attendees(interaction, match["slug"], int(match["event"]), int(match["page"]))


def register(client: Host) -> None:
    """Register the buttons with a client."""
    client.add_dynamic_items(AnswerButton, AttendeesButton)
