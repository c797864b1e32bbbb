"""The gate: every command, button, menu, form and request for suggestions passes here first."""

from __future__ import annotations

from bot.errors import TooFastError
from bot.interactions.answers import Interaction, explain
from bot.interactions.measuring import Outcome, note


async def admitted(interaction: Interaction) -> bool:
    """Count an interaction as in flight, and say whether it is to be answered.

    Who is too fast is told once, with the time of the next try. What follows until then gets no answer at all, and
    Discord says "did not respond": an answer to each would be a request to Discord for each, and let a flood through.
    Nor do suggestions: an empty list would say that nothing fits.
    """
    client = interaction.client
    client.in_flight.add(interaction)
    wait = client.cooldowns.wait(interaction)
    if wait is None:
        return True
    note(interaction, Outcome.COOLDOWN)
    if client.cooldowns.is_to_be_told(interaction):
        await explain(interaction, TooFastError(client.clock() + wait))
    return False
