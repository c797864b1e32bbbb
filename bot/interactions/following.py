"""What a server follows, as its admins choose: the buttons beside the list."""

from __future__ import annotations

from bot.interactions.answers import Interaction, words_of
from bot.interactions.buttons import Action
from bot.interactions.host import Host
from bot.interactions.panel import managed
from bot.render import following
from bot.render.following import CHOICE, ONLY, Following
from bot.store import follows, subscriptions


async def following_of(interaction: Interaction) -> Following:
    """The follows of an interaction's server, and its channels."""
    assert interaction.guild_id is not None
    read = interaction.client.database.read
    return Following(
        await read(follows.of_guild, interaction.guild_id), await read(subscriptions.of_guild, interaction.guild_id)
    )


class Choice(Action, template=CHOICE):
    """A button that sets whether a server's channels announce only what it follows, or everything."""

    async def act(self, interaction: Interaction) -> None:
        client, guild, only = interaction.client, managed(interaction), self.match["what"] == ONLY
        await client.database.write(subscriptions.only_followed, guild.id, only, client.clock())
        view = following.chosen(words_of(interaction), await following_of(interaction))
        await interaction.response.edit_message(view=view)


def register(client: Host) -> None:
    """Register the buttons with a client."""
    client.add_dynamic_items(Choice)
