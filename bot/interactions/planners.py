"""Who may change a server's schedule, and on whose clocks it is."""

from __future__ import annotations

from bot.catalogue.when import SEOUL
from bot.errors import PlannersOnlyError
from bot.interactions.answers import Interaction
from bot.interactions.panel import server
from bot.occasions.model import Draft
from bot.render.schedule import Setting
from bot.store import follows, scheduled, subscriptions


async def planner(interaction: Interaction) -> int:
    """The server of somebody who may change its schedule.

    They manage events or the server, or have the role that an admin chose. Raises `PlannersOnlyError`, and
    `app_commands.NoPrivateMessage` where there is no server.
    """
    guild = server(interaction)
    role_id = await interaction.client.database.read(scheduled.planners, guild.id)
    allowed = interaction.permissions
    held = {role.id for role in getattr(interaction.user, "roles", ())}
    if not (allowed.manage_events or allowed.manage_guild or role_id in held):
        raise PlannersOnlyError(role_id if role_id is not None and guild.get_role(role_id) else None)
    return guild.id


async def setting_of(interaction: Interaction, draft: Draft | None = None) -> Setting:
    """Where something is planned: the zone is that of the server's first channel with announcements."""
    guild = server(interaction)
    read = interaction.client.database.read
    chosen = await read(subscriptions.of_guild, guild.id)
    told = [one.channel_id for one in chosen if draft is not None and draft.kind in one.kinds and not one.paused_at]
    if told and draft is not None and draft.about is not None:
        concerned = await read(follows.told_of, guild.id, draft.about)
        told = [channel_id for channel_id in told if channel_id in concerned]
    return Setting(chosen[0].zone if chosen else SEOUL, told, bool(chosen))
