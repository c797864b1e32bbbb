"""What a server and its channels follow, as admins choose: the lists, and the buttons beside them."""

from __future__ import annotations

from bot.announcements.channels import Announceable
from bot.interactions.answers import Interaction, reply, words_of
from bot.interactions.buttons import Action
from bot.interactions.filters import answer, nothing_announced
from bot.interactions.host import Host
from bot.interactions.panel import managed, server
from bot.render import following
from bot.render import mentions as mention_words
from bot.render.following import CHOICE, ONLY, Following
from bot.render.menus import trouble
from bot.render.phrases import called
from bot.search import Entry
from bot.store import follows, subscriptions


async def following_of(interaction: Interaction) -> Following:
    """The follows of an interaction's server, and its channels."""
    assert interaction.guild_id is not None
    read = interaction.client.database.read
    return Following(
        await read(follows.of_guild, interaction.guild_id),
        await read(subscriptions.of_guild, interaction.guild_id),
        await read(follows.lists, interaction.guild_id),
    )


async def follow_in(interaction: Interaction, channel: Announceable, entry: Entry) -> None:
    """Put an entity on a channel's own list, as a command asks."""
    t, client = words_of(interaction), interaction.client
    guild = server(interaction)
    if not await _is_on(interaction, channel):
        return
    if await client.database.write(follows.add_to_channel, guild.id, channel.id, entry.ref, client.clock()):
        await _show_list(interaction, channel, mention_words.followed_title(t, channel.id, entry.label))
    else:
        await reply(interaction, trouble(t, *mention_words.list_is_full(t, follows.MAX_FOLLOWS)), private=True)


async def unfollow_in(interaction: Interaction, channel: Announceable, entry: Entry) -> None:
    """Take an entity off a channel's own list, as a command asks."""
    t, client = words_of(interaction), interaction.client
    if not await _is_on(interaction, channel):
        return
    guild, names = server(interaction), {"channel": channel.mention, "name": called(t, entry.label)}
    if await client.database.write(follows.remove_from_channel, guild.id, channel.id, [entry.ref], client.clock()):
        title = t("{channel} doesn't follow {name} any more", **names)
    else:
        title = t("{name} wasn't on the list of {channel}", **names)
    await _show_list(interaction, channel, title)


async def _is_on(interaction: Interaction, channel: Announceable) -> bool:
    """Whether something is announced in a channel; if not, the answer says so."""
    guild = server(interaction)
    if await interaction.client.database.read(subscriptions.of_channel, guild.id, channel.id):
        return True
    await reply(interaction, answer(nothing_announced(words_of(interaction), channel.id)), private=True)
    return False


async def _show_list(interaction: Interaction, channel: Announceable, title: str) -> None:
    view = following.of_channel(words_of(interaction), title, channel.id, await following_of(interaction))
    await reply(interaction, view, private=True)


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
