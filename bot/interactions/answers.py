"""How an interaction is answered: with a card, with a menu if a name was ambiguous, or with an explanation."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from typing import TypeAlias

import aiohttp
import discord
from discord import app_commands, ui
from discord.utils import format_dt

from bot.announcements.publisher.retry_policy import refusal
from bot.announcements.zones import zone_name
from bot.errors import (
    AmbiguousError,
    ByeolError,
    DatabaseUnavailableError,
    GoneError,
    MissingPermissionsError,
    NotFoundError,
    NotPlannedError,
    NotUnderstoodError,
    OutdatedError,
    PastError,
    PlannersOnlyError,
    RoleError,
    RsvpClosedError,
    StoppingError,
    TooFastError,
    TooManyError,
    UnfitError,
    UnknownZoneError,
    UnreadableError,
)
from bot.interactions.cards import show
from bot.interactions.host import Host
from bot.interactions.measuring import EXPIRED, note, outcome_of
from bot.interactions.reports import REPORTS, server_of
from bot.render import menus
from bot.render.asked import trouble_words as date_trouble
from bot.render.card import escape
from bot.render.importing import unreadable
from bot.render.notify import trouble_words
from bot.render.reasons import discord_refusal, permissions_missing
from bot.render.rsvp import closed as rsvp_closed
from bot.render.schedule import planners_needed, unfit
from bot.store import browse, songs, subject_roles
from bot.text import Words, words

log = logging.getLogger(__name__)

Interaction: TypeAlias = discord.Interaction[Host]

ANSWERED = 40060
"""Discord's error code for an interaction that was answered already."""
RIVAL_REMINDER = timedelta(hours=1)
"""Until the log says again that another bot answers."""


def words_of(interaction: Interaction) -> Words:
    """The words of the user's Discord language."""
    return words(interaction.locale.value)


async def reply(interaction: Interaction, view: ui.LayoutView, *, private: bool = False) -> None:
    """Answer with a layout, as a followup if there was an answer already. `private`: only the user sees it."""
    if interaction.response.is_done():
        await interaction.followup.send(view=view, ephemeral=private)
    else:
        await interaction.response.send_message(view=view, ephemeral=private)


async def reply_card(interaction: Interaction, card: str, key: str, *, private: bool = False) -> None:
    """Answer with a card, in the user's language. Raises as `card_for` does."""
    await reply(interaction, await card_for(interaction, card, key), private=private)


async def card_for(
    interaction: Interaction, card: str, key: str, *, page: int = 0, language: str | None = None
) -> ui.LayoutView:
    """Draw a card for whoever asks, in their language or the given one.

    Raises `GoneError` if its entity is not in the catalogue, `OutdatedError` if it is of another server, and
    `TooFastError` if it is a report and the server has had many.
    """
    if card in REPORTS:
        if server_of(key) != interaction.guild_id:
            raise OutdatedError
        count_report(interaction)
    guild_id = server_within_reach(interaction)
    notify = guild_id is not None and await interaction.client.database.read(subject_roles.offered, guild_id)
    return await show(
        *(interaction.client, card, key, language or interaction.locale.value, page), guild_id=guild_id, notify=notify
    )


def server_within_reach(interaction: Interaction) -> int | None:
    """The server in which something is asked, if the bot is in it: who added it to their account can ask elsewhere."""
    client, guild_id = interaction.client, interaction.guild_id
    return guild_id if guild_id is not None and client.get_guild(guild_id) is not None else None


def count_report(interaction: Interaction) -> None:
    """Count a report or a preview, which cost more than other answers. Raises `TooFastError` if they are too many."""
    wait = interaction.client.cooldowns.wait_for_report(interaction)
    if wait is not None:
        raise TooFastError(interaction.client.clock() + wait)


async def explain(interaction: Interaction, error: Exception) -> None:
    """Answer an error: expected ones in helpful words, others with a number that the log has too. Never raises."""
    error = _cause(error)
    note(interaction, outcome_of(error))
    try:
        if not isinstance(error, discord.HTTPException) or error.code not in EXPIRED:
            try:
                explanation = await _explanation(interaction, error)
            except DatabaseUnavailableError as unavailable:
                explanation = await _explanation(interaction, unavailable)
            await reply(interaction, explanation, private=True)
        elif error.code == ANSWERED:
            _notice_rival(interaction)
        else:
            log.info("Too late to answer %s: %s", _what(interaction), error)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as failed:
        log.info("An error could not be explained to the user of %s: %s", _what(interaction), failed)


def _notice_rival(interaction: Interaction) -> None:
    client, now = interaction.client, interaction.client.clock()
    if client.rival_noticed_at is None or not timedelta() <= now - client.rival_noticed_at < RIVAL_REMINDER:
        client.rival_noticed_at = now
        log.warning(
            "%s was answered already, by another bot with the same token. Unless you run several on one database, one"
            " was left running, and announces as well: stop it. If none was, somebody else has your token: reset it",
            _what(interaction),
        )


def _cause(error: Exception) -> Exception:
    """The error beneath discord.py's wrappers."""
    while isinstance(error, (app_commands.CommandInvokeError, app_commands.TransformerError)):
        inner = error.original if isinstance(error, app_commands.CommandInvokeError) else error.__cause__
        if not isinstance(inner, Exception):
            break
        error = inner
    return error


def _what(interaction: Interaction) -> str:
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    return str((interaction.data or {}).get("custom_id", interaction.type))


async def _explanation(interaction: Interaction, error: Exception) -> ui.LayoutView:
    t = words_of(interaction)
    match error:
        case NotFoundError() if error.others:
            refs = [entry.ref for entry in error.others]
            singing = await interaction.client.database.read(songs.singing, refs)
            return menus.something_else(t, error.query, _card_of(interaction), error.others, error.near, singing)
        case NotFoundError():
            size = await interaction.client.whole.ask(browse.size)
            return menus.unknown(t, error.query, _card_of(interaction), error.near, size)
        case AmbiguousError():
            return menus.which_one(t, error.query, _card_of(interaction), error.matches)
        case GoneError():
            return menus.trouble(
                t, t("This is no longer in the catalogue"), t("It may have another name now: ask for it again.")
            )
        case TooFastError():
            again = format_dt(error.until, "R")
            return menus.trouble(t, t("That was too fast for me"), t("Try again {time}.", time=again))
        case StoppingError():
            return menus.trouble(t, t("I was stopped in the middle of this"), t("Try again in a minute."))
        case OutdatedError():
            return menus.trouble(t, t("This button is out of date"), t("Ask for it again with its command."))
        case UnknownZoneError():
            near = ", ".join(f"`{zone_name(zone)}`" for zone in error.near) or "`Asia/Seoul`, `America/New_York`"
            title = t("I don't know the time zone “{query}”", query=escape(error.query[:80]))
            return menus.trouble(
                t, title, t("Choose one from the list that opens while you type, such as {near}.", near=near)
            )
        case MissingPermissionsError():
            body = permissions_missing(t, error.channel_id, error.permissions)
            return menus.trouble(t, t("Something is missing"), body)
        case NotUnderstoodError():
            return menus.trouble(t, *date_trouble(t, error))
        case UnfitError():
            return menus.trouble(t, *unfit(t, error.field))
        case UnreadableError():
            return menus.trouble(t, *unreadable(t))
        case PastError():
            return menus.trouble(t, t("That is over"), t("Name a day and a time that lie ahead."))
        case TooManyError():
            title = t("The schedule is full: {n} dates ahead", n=t.number(error.most))
            return menus.trouble(t, title, t("Let what repeats end earlier, or cancel something."))
        case NotPlannedError():
            body = t("Choose from the list that opens while you type, or see `/schedule list`.")
            return menus.trouble(t, t("That is not in the schedule"), body)
        case RsvpClosedError():
            return menus.trouble(t, *rsvp_closed(t, error.closed))
        case PlannersOnlyError():
            return menus.trouble(t, t("This is for those who plan here"), planners_needed(t, error.role_id))
        case RoleError():
            return menus.trouble(t, *trouble_words(t, error))
        case DatabaseUnavailableError():
            log.warning("%s could not be answered: %s", _what(interaction), error)
            return menus.trouble(t, t("I cannot look that up right now"), t("Please try again in a moment."))
        case app_commands.NoPrivateMessage():
            return menus.trouble(
                t, t("This works in servers only"), t("Ask again in a channel of a server that I was added to.")
            )
        case app_commands.MissingPermissions():
            return menus.trouble(
                t, t("This is for admins"), t("You need the permission “Manage Server” to change announcements.")
            )
        case app_commands.TransformerError():
            return menus.trouble(
                t, t("I cannot use that value"), t("Choose one from the list that opens while you type.")
            )
        case app_commands.CommandSignatureMismatch() | app_commands.CommandNotFound():
            return menus.trouble(
                t, t("This command has just changed"), t("Reload Discord (Ctrl+R), or try again in a few minutes.")
            )
        case discord.HTTPException() if isinstance(error, discord.Forbidden) or refusal(error) is not None:
            return menus.trouble(t, t("Discord didn't let me do that"), discord_refusal(t, error.code))
        case ByeolError():
            return menus.trouble(t, t("This did not work"), escape(str(error)))
        case _:
            return _unexpected(interaction, t, error)


def _unexpected(interaction: Interaction, t: Words, error: Exception) -> ui.LayoutView:
    number = secrets.token_hex(3)
    log.error("Error %s in %s", number, _what(interaction), exc_info=error)
    return menus.trouble(
        t,
        t("Something went wrong on my side"),
        t("Try again in a moment. If it keeps happening, tell whoever runs this bot: error `{number}`.", number=number),
    )


def _card_of(interaction: Interaction) -> str | None:
    """The card that a command answers with, as its `extras` name it. None where it does something else."""
    return interaction.command.extras.get("card") if interaction.command is not None else None
