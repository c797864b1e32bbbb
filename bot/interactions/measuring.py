"""What became of each interaction: counted, and logged in a line that names neither the user nor what was typed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum

import discord
from discord import app_commands

from bot import logs
from bot.announcements.publisher.retry_policy import refusal
from bot.errors import AmbiguousError, ByeolError, GoneError, NotFoundError, StoppingError, TooFastError
from bot.interactions.host import Host

log = logging.getLogger(__name__)

EXPIRED = frozenset({10062, 40060})
"""Discord's error codes for an interaction answered too late, or twice. It can no longer be answered."""

UNKNOWN = "unknown"
"""The label of a command that the bot does not have (any more)."""

_OUTCOME = "outcome"


class Outcome(StrEnum):
    """How an interaction was answered."""

    OK = "ok"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    COOLDOWN = "cooldown"
    REFUSED = "refused"
    """For a reason that the answer explains, such as a missing permission."""
    LATE = "late"
    """Not in time: Discord had given up on it, or the bot was stopped."""
    ERROR = "error"


def outcome_of(error: Exception) -> Outcome:
    """What an error means for the answer. `error` is the cause, without the wrappers of discord.py."""
    match error:
        case NotFoundError() | GoneError():
            return Outcome.NOT_FOUND
        case AmbiguousError():
            return Outcome.AMBIGUOUS
        case TooFastError():
            return Outcome.COOLDOWN
        case StoppingError():
            return Outcome.LATE
        case discord.HTTPException() if error.code in EXPIRED:
            return Outcome.LATE
        case ByeolError() | discord.Forbidden():
            return Outcome.REFUSED
        case discord.HTTPException() if refusal(error) is not None:
            return Outcome.REFUSED
        case app_commands.CommandInvokeError():
            return Outcome.ERROR
        case app_commands.AppCommandError():
            return Outcome.REFUSED
        case _:
            return Outcome.ERROR


def note(interaction: discord.Interaction[Host], outcome: Outcome) -> None:
    """Say what became of an interaction that is being `measured`; unless this is called, it is answered well."""
    interaction.extras[_OUTCOME] = outcome


@contextmanager
def measured(interaction: discord.Interaction[Host], kind: str, name: str | None = None) -> Generator[None]:
    """Count an interaction, with the time from its creation to its answer, and log it unless it is a suggestion.

    `kind`: ``command``, ``autocomplete``, ``button`` or ``modal``. `name`: what it is for, from a bounded set; None for
    the command's own. An error that leaves this block is left to be answered by others, and decides the outcome.
    """
    try:
        yield
    except asyncio.CancelledError:
        note(interaction, Outcome.LATE)
        raise
    except Exception as error:
        note(interaction, outcome_of(error))
        raise
    finally:
        _record(interaction, kind, name or (interaction.command.qualified_name if interaction.command else UNKNOWN))


def _record(interaction: discord.Interaction[Host], kind: str, name: str) -> None:
    client = interaction.client
    outcome: Outcome = interaction.extras.get(_OUTCOME, Outcome.OK)
    # The clocks of Discord and of this machine differ by a little.
    seconds = max((client.clock() - interaction.created_at).total_seconds(), 0.0)
    client.metrics.interaction(kind, name, outcome, seconds)
    # Who is too fast is told once: what is not answered is no line either.
    answered = outcome is not Outcome.COOLDOWN or interaction.response.is_done()
    if kind != "autocomplete" and answered:
        server = interaction.guild_id
        place = f"server {server}" if server is not None else "a direct message"
        fields = {
            "kind": kind,
            "command": name,
            "server": server,
            "outcome": outcome.value,
            "milliseconds": round(seconds * 1000),
        }
        log.info(
            *("Answered %s %s in %s: %s, %d ms", kind, name, place, outcome.value, fields["milliseconds"]),
            extra={logs.FIELDS: fields},
        )
