"""The loopback Discord itself: discord.py, over real sockets, finds in it the Discord that it expects."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from .interactions import Callback
from .loopback import Loopback
from .payloads import ADMIN_PERMISSIONS, MessageFlag, Permission, components_in
from .places import Channel
from .process import BotProcess
from .traffic import Answer, Drop, Stall, rate_limited

BARE_BOT = (sys.executable, "-m", "bench.bare_bot")


async def seen_by(client: discord.Client, channel: Channel) -> discord.TextChannel:
    found = await client.fetch_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


@pytest.mark.slow
class TestProcess:
    """A bot in a process of its own, from its start to its end."""

    def bot(self, server: Loopback, folder: Path, token: str | None = None) -> BotProcess:
        return BotProcess(server, folder / "unused.db", argv=BARE_BOT, token=token)

    async def test_starts_syncs_and_answers(self, server: Loopback, tmp_path: Path) -> None:
        async with self.bot(server, tmp_path) as bot:
            await bot.ready()
            assert [command["name"] for command in server.commands] == ["ost"]
            assert (server.syncs, server.identifies, server.resumes) == (1, 1, 0)

            reply = await server.interact_command("ost", {"name": "jin"}, locale="ko")
            assert reply.callback_type is Callback.MESSAGE
            assert reply.message is not None
            assert reply.message["flags"] & MessageFlag.COMPONENTS_V2
            assert reply.text.startswith("## jin")
            assert server.general.posts == [reply.message]
            assert 0 < reply.latency < 3

            assert len((await server.autocomplete("ost", "name", "ji")).choices) == 25
            assert (await server.interact_command("ost", {"name": "달"}, guild=False)).channel.guild is None
            for name, options in (("ost", {}), ("cast", {}), ("ost", {"name": "jin", "part": 1})):
                with pytest.raises(LookupError):
                    await server.interact_command(name, options)

    async def test_comes_back_to_its_session(self, server: Loopback, tmp_path: Path) -> None:
        async with self.bot(server, tmp_path) as bot:
            await bot.ready()
            await server.drop_gateway()
            # Sent while nobody listens: the session keeps it until the bot resumes.
            assert (await server.interact_command("ost", {"name": "jin"})).message
            assert (server.identifies, server.resumes) == (1, 1)
            server.gateway.lose_connections()
            assert (await server.interact_command("ost", {"name": "jin"})).message
            assert (server.identifies, server.resumes) == (1, 2)
            await server.gateway.ask_to_reconnect()
            await server.until(lambda: server.resumes == 3)
            assert (await server.interact_command("ost", {"name": "jin"})).message
            assert server.identifies == 1

    async def test_wait_in_vain_ends_with_what_the_bot_said(self, server: Loopback, tmp_path: Path) -> None:
        async with self.bot(server, tmp_path) as bot:
            await bot.ready()
            with pytest.raises(TimeoutError, match=r"(?s)a miracle did not come.*logging in"):
                await server.until(lambda: False, within=0.5, what="a miracle")

    async def test_killed_inside_a_request(self, server: Loopback, tmp_path: Path) -> None:
        async with self.bot(server, tmp_path) as bot:
            await bot.ready()
            killed = server.fault("POST", "/callback$", bot.kill)
            with pytest.raises(TimeoutError):
                await server.interact_command("ost", {"name": "jin"}, timeout=0.5)
            assert (killed.hits, await bot.wait(), server.general.posts) == (1, -9, [])

            server.identified.clear()
            async with self.bot(server, tmp_path) as again:
                await again.ready()
                assert (await server.interact_command("ost", {"name": "jin"})).message
                await again.terminate()
                assert again.returncode is not None

    async def test_wrong_token(self, server: Loopback, tmp_path: Path) -> None:
        async with self.bot(server, tmp_path, token="wrong") as bot:
            with pytest.raises(RuntimeError, match="Improper token"):
                await bot.ready()
        gateway = yarl.URL(server.api_url).with_path("/gateway")
        async with aiohttp.ClientSession() as session, session.ws_connect(gateway) as socket:
            assert (await socket.receive_json())["op"] == 10
            await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 1}})
            await socket.receive()
            assert socket.close_code == 4004


class TestSending:
    """What the bot sends, and what may become of it."""

    async def test_a_nonce_posts_once(self, server: Loopback, client: discord.Client) -> None:
        news = await seen_by(client, server.news)
        first = await news.send("Part 2 is out", nonce="delivery-1")
        repeat = await news.send("Part 2 is out", nonce="delivery-1")
        assert first.id == repeat.id
        assert len(server.news.posts) == 1
        server.nonce_window = 0
        await news.send("Part 2 is out", nonce="delivery-1")
        assert len(server.news.posts) == 2
        with pytest.raises(discord.HTTPException, match="nonce"):
            await news.send("too long", nonce="n" * 26)

    async def test_a_nonce_of_a_deleted_message(self, server: Loopback, client: discord.Client) -> None:
        news = await seen_by(client, server.news)
        await (await news.send("gone", nonce="delivery-2")).delete()
        with pytest.raises(discord.NotFound) as refused:
            await news.send("gone", nonce="delivery-2")
        assert refused.value.code == 10008

    async def test_faults_before_and_after(self, server: Loopback, client: discord.Client) -> None:
        news = await seen_by(client, server.news)
        server.fault("POST", "/messages$", Answer(503))
        with pytest.raises(discord.DiscordServerError):
            await news.send("refused")
        server.fault("POST", "/messages$", Drop(), after=True)
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await news.send("stored, but nobody knows")
        server.fault("POST", "/messages$", rate_limited(0.05), times=2)
        server.fault("POST", "/messages$", Stall(0.05))
        begun = time.monotonic()
        await news.send("third time lucky")
        assert time.monotonic() - begun > 0.15
        assert [post["content"] for post in server.news.posts] == ["stored, but nobody knows", "third time lucky"]
        statuses = [sent.status for sent in server.requests("POST", f"/channels/{server.news.id}/messages")]
        assert statuses == [503, None, 429, 429, 200]

    async def test_refusals(self, server: Loopback, client: discord.Client) -> None:
        general = await seen_by(client, server.general)
        for refusal in (50013, 50001):
            server.general.refusal = refusal
            with pytest.raises(discord.Forbidden) as refused:
                await general.send("no")
            assert refused.value.code == refusal
        server.general.refusal = None
        server.general.denied = Permission.READ_MESSAGE_HISTORY
        await general.send("unreadable")
        assert [message async for message in general.history()] == []
        await server.delete_channel(server.general)
        with pytest.raises(discord.NotFound) as unknown:
            await general.send("nowhere")
        assert unknown.value.code == 10003
        server.direct(7).refusal = 50007
        with pytest.raises(discord.Forbidden):
            await (await client.fetch_user(7)).send("psst")

    async def test_messages_are_kept(self, server: Loopback, client: discord.Client, tmp_path: Path) -> None:
        (tmp_path / "dates.ics").write_text("BEGIN:VCALENDAR")
        news = await seen_by(client, server.news)
        role = server.role.id
        posted = await news.send(
            f"<@&{role}> <@&{server.guild.id}> @everyone",
            file=discord.File(tmp_path / "dates.ics"),
            allowed_mentions=discord.AllowedMentions(everyone=False, roles=[discord.Object(role)]),
        )
        stored = server.news.posts[0]
        assert (stored["mention_roles"], stored["mention_everyone"]) == ([str(role)], False)
        assert stored["attachments"][0]["filename"] == "dates.ics"
        assert server.log[-1].files[0].content == b"BEGIN:VCALENDAR"
        await posted.publish()
        assert stored["flags"] & MessageFlag.CROSSPOSTED
        await posted.edit(content="moved")
        assert (stored["content"], len(stored["attachments"])) == ("moved", 1)
        for number in range(5):
            await news.send(str(number))
        after = [message.content async for message in news.history(limit=2, after=posted)]
        before = [message.content async for message in news.history(limit=2)]
        assert (after, before) == (["0", "1"], ["4", "3"])

    async def test_rate_limits(self, server: Loopback, client: discord.Client) -> None:
        news = await seen_by(client, server.news)
        server.limits.posts, server.limits.posts_window = 2, 0.3
        begun = time.monotonic()
        for number in range(3):
            await news.send(str(number))
        assert time.monotonic() - begun > 0.3
        assert server.limits.refusals == 0
        general = await seen_by(client, server.general)
        server.limits.posts, server.limits.per_second = None, 1
        await asyncio.gather(news.send("first"), general.send("refused by the global limit at first"))
        assert server.limits.refusals >= 1
        assert len(server.general.posts) == 1

    async def test_scheduled_events(self, server: Loopback, client: discord.Client) -> None:
        guild = await client.fetch_guild(server.guild.id)
        starts = discord.utils.utcnow() + timedelta(days=1)
        event = await guild.create_scheduled_event(
            name="Premiere",
            start_time=starts,
            end_time=starts + timedelta(hours=1),
            entity_type=discord.EntityType.external,
            privacy_level=discord.PrivacyLevel.guild_only,
            location="tvN",
        )
        await event.edit(name="Premiere, moved")
        assert [stored["name"] for stored in server.guild.events.values()] == ["Premiere, moved"]
        await event.delete()
        assert not server.guild.events

    async def test_roles(self, server: Loopback, client: discord.Client) -> None:
        guild = await client.fetch_guild(server.guild.id)
        fan = discord.Object(5)
        role = await guild.create_role(name="Fans", hoist=False, mentionable=True)
        made = server.guild.roles[role.id]
        assert (made.name, made.mentionable, made.permissions, made.hoist) == ("Fans", True, 0, False)
        await client.http.add_role(guild.id, fan.id, role.id)
        assert await client.http.get_role_member_counts(guild.id) == {str(role.id): 1, str(server.role.id): 0}
        await client.http.remove_role(guild.id, fan.id, role.id)
        assert made.members == set()
        server.guild.left.add(fan.id)
        with pytest.raises(discord.NotFound, match="10007"):
            await client.http.add_role(guild.id, fan.id, role.id)
        await role.edit(name="Members", mentionable=False)
        assert {one.name for one in await guild.fetch_roles()} == {"@everyone", "Announcements", "Members", "byeol"}
        await role.delete()
        with pytest.raises(discord.NotFound, match="10011"):
            await client.http.add_role(guild.id, 6, role.id)
        for number in range(250 - len(await guild.fetch_roles())):
            server.guild.add_role(f"role {number}")
        with pytest.raises(discord.HTTPException, match="30005"):
            await guild.create_role(name="One too many")
        server.guild.bot_permissions &= ~Permission.MANAGE_ROLES
        with pytest.raises(discord.Forbidden, match="50013"):
            await guild.create_role(name="Not allowed")


class Desk(app_commands.Group):
    """Commands that answer in every way: at once, late, by a form."""

    @app_commands.command(description="Answers late")
    async def late(
        self, interaction: discord.Interaction, channel: app_commands.AppCommandChannel, role: discord.Role
    ) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        await interaction.edit_original_response(content=f"{channel.name} and {role.name}")
        await interaction.followup.send("and more", ephemeral=True)

    @app_commands.command(description="Shows a button and a menu")
    async def panel(self, interaction: discord.Interaction) -> None:
        view = ui.View()
        view.add_item(ui.Button(label="Note", custom_id="note"))
        view.add_item(ui.RoleSelect(custom_id="role"))
        await interaction.response.send_message("panel", view=view)


class Note(ui.Modal, title="Note"):
    words = ui.Label(text="Words", component=ui.TextInput[ui.LayoutView](custom_id="words"))

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        assert isinstance(self.words.component, ui.TextInput)
        await interaction.response.edit_message(content=self.words.component.value)


class DeskClient(discord.AutoShardedClient):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.tree.add_command(Desk(name="desk", description="A desk"))
        await self.tree.sync()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data = interaction.data or {}
        if interaction.type is discord.InteractionType.component and data.get("custom_id") == "note":
            await interaction.response.send_modal(Note(custom_id="form"))
        elif interaction.type is discord.InteractionType.component:
            await interaction.response.edit_message(content=f"picked {data.get('values')}")


class TestPeople:
    """What people do in Discord's client arrives, and the bot's answer is stored as they would see it."""

    @pytest.fixture
    async def desk(self, server: Loopback, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DeskClient]:
        monkeypatch.setattr(Route, "BASE", server.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.api_url).with_scheme("ws"))
        async with DeskClient() as client:
            running = asyncio.create_task(client.start(server.token))
            await server.until(lambda: server.identifies and server.commands)
            yield client
            await client.close()
            await running

    async def test_a_late_answer_only_for_the_user(self, server: Loopback, desk: DeskClient) -> None:
        options = {"channel": server.news.id, "role": server.role.id}
        reply = await server.interact_command("desk late", options, permissions=ADMIN_PERMISSIONS)
        assert reply.callback_type is Callback.DEFERRED
        await server.until(lambda: reply.followups)
        assert (reply.ephemeral, reply.text) == (True, "news and Announcements")
        assert [len(reply.edits), reply.followups[0]["content"]] == [1, "and more"]
        assert (server.general.posts, desk.user and desk.user.name) == ([], "byeol")

    @pytest.mark.usefixtures("desk")
    async def test_buttons_menus_and_forms(self, server: Loopback) -> None:
        panel = (await server.interact_command("desk panel")).message
        assert panel is not None
        assert [part["id"] for part in components_in(panel["components"])] == [1, 2, 3, 4]
        picked = await server.choose(panel, "role", [server.role.id])
        assert picked.text == f"picked ['{server.role.id}']"
        form = await server.press(panel, "note")
        assert form.callback_type is Callback.FORM
        assert (await server.submit(form, {"words": "고마워"})).text == "고마워"
        assert server.general.posts == [panel]
        with pytest.raises(LookupError):
            await server.press(panel, "nothing")

    async def test_servers_and_channels_come_and_go(self, server: Loopback, desk: DeskClient) -> None:
        other = server.add_guild("Fan Club", permissions=Permission.VIEW_CHANNEL)
        lobby = other.add_channel("lobby", denied=Permission.VIEW_CHANNEL)
        await server.invite(other)
        await server.until(lambda: desk.get_channel(lobby.id))
        seen = desk.get_guild(other.id)
        assert seen is not None
        assert seen.me.guild_permissions.view_channel
        assert not seen.channels[0].permissions_for(seen.me).view_channel
        await server.delete_channel(lobby)
        await server.until(lambda: desk.get_channel(lobby.id) is None)
        await server.remove_guild(other)
        await server.until(lambda: desk.get_guild(other.id) is None)
