"""Announcements in a forum: posts with titles and tags, what keeps them back, and what an admin sees of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from simcord import ChannelHandle
from simcord.backend import serializers

from bot.announcements.channels import MAX_TAGS
from bot.announcements.subscription import Threads
from tests.commands.panels import open_panel, stands
from tests.commands.stage import EVENING, Stage, dated, song
from tests.conftest import World
from tests.seen import Seen, assert_within_limits

REQUIRE_TAG = 1 << 4
SPOILER = 1 << 21

NEWS, OST, MODS = 11, 12, 13


@dataclass
class Post:
    """A post of a forum."""

    id: int
    title: str
    tags: list[int]
    seen: Seen
    """Its first message; simcord gives that an id of its own, and Discord the post's."""

    def link(self, world: World) -> str:
        """Its address."""
        return f"https://discord.com/channels/{world.guild.id}/{self.id}/{self.seen.message.id}"


@dataclass
class Forum:
    """A forum of the server."""

    world: World
    channel: ChannelHandle
    flags: dict[int, int]
    """Of channels, by their ids: simcord has none of its own."""

    @property
    def posts(self) -> list[Post]:
        """Its posts, the oldest first, each with all that stands in it."""
        backend = self.world.env.backend
        threads = [one for one in backend.channels.values() if one.parent_id == self.channel.id]
        return [
            Post(one.id, one.name or "", list(one.applied_tags), *self.public(one.id))
            for one in sorted(threads, key=lambda one: one.id)
        ]

    def public(self, post_id: int) -> list[Seen]:
        """What everybody sees in a post."""
        thread = ChannelHandle(self.world.env, self.world.guild, self.world.env.backend.get_channel(post_id))
        return [one for one in self.world.posts(thread) if not one.private]

    def change(self, flags: int = 0, tags: tuple[int, ...] = (NEWS, OST, MODS)) -> None:
        """What a moderator changes: the tags, and whether each post needs one."""
        names = {NEWS: "News", OST: "OST", MODS: "Mods only"}
        channel = self.world.env.backend.get_channel(self.channel.id)
        channel.available_tags = [
            {"id": str(tag), "name": names[tag], "moderated": tag == MODS, "emoji_id": None, "emoji_name": "🎬"}
            for tag in tags
        ]
        self.flags[channel.id] = flags
        self.world.env.backend.announce_channel_update(channel.id)

    @property
    def requests(self) -> int:
        """How often the bot tried to post there."""
        path = f"/channels/{self.channel.id}/threads"
        return sum((one.method, one.path) == ("POST", path) for one in self.world.env.http_requests)


@pytest.fixture
def forum(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Forum:
    flags: dict[int, int] = {}
    payload = serializers.channel_payload

    def flagged(backend: Any, channel: Any) -> Any:
        return {**payload(backend, channel), "flags": flags.get(channel.id, 0)}

    monkeypatch.setattr(serializers, "channel_payload", flagged)
    made = Forum(stage.world, stage.world.guild.create_forum_channel("dates"), flags)
    made.change()
    return made


async def test_set_up_in_a_forum_posts_a_thread_with_a_title(stage: Stage, forum: Forum) -> None:
    shown = await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    assert "**Announcements are on**" in shown.text
    assert f"**Channel** <#{forum.channel.id}>" in shown.text

    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)

    (post,) = forum.posts
    assert post.title == "🎬 Paper *Moon* premieres"
    assert post.tags == []
    assert "## 🎬 Paper \\*Moon\\* premieres" in post.seen.text
    assert post.seen.labels == ["Cast", "OST", "Drama", "Notify me"]
    assert not post.seen.message.attachments
    assert_within_limits(post.seen)
    answer = await stage.world.press(post.seen, "Drama")
    assert "Paper \\*Moon\\*" in answer.text
    status = await stage.world.ask("announcements status")
    assert post.link(stage.world) in status.text


async def test_only_the_role_that_was_chosen_is_pinged(stage: Stage, forum: Forum) -> None:
    role = stage.world.guild.create_role("Fans", mentionable=True)
    await stage.set_up(forum.channel, role_id=role.id)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    (post,) = forum.posts
    assert pinged(stage, post) == [role.id]


def pinged(stage: Stage, post: Post) -> list[int]:
    """The roles that the first message of a post pings."""
    return list(stage.world.env.backend.messages[post.id][post.seen.message.id].ping_role_ids)


async def test_notify_me_under_a_post_leads_to_a_ping_in_the_forum(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel, stages=("now", "moved", "cancelled", "reminder_24h"))
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING - timedelta(days=1))
    answer = await stage.world.press(forum.posts[0].seen, "Notify me")
    assert f"<#{forum.channel.id}>" in answer.text
    await stage.world.at(EVENING)
    reminder, post = forum.posts
    assert pinged(stage, reminder) == []
    assert len(pinged(stage, post)) == 1


async def test_titles_say_what_of_a_date_is_told(stage: Stage, forum: Forum) -> None:
    await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel, remind="day")
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING - timedelta(days=1))
    await stage.says(dated("premiere", "2031-04-19 21:20"))
    await stage.world.wait(70)
    await stage.says(dated("premiere", "2031-04-19 21:20", status="cancelled"))
    await stage.world.wait(70)
    assert [post.title for post in forum.posts] == [
        "⏰ A day ahead · 🎬 Paper *Moon* premieres",
        "🔁 Date changed · 🎬 Paper *Moon* premieres",
        "🚫 Cancelled · 🎬 Paper *Moon* premieres",
    ]


async def test_a_title_is_cut_to_what_discord_takes(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel)
    await stage.says(song(1, "2031-04-12 21:20").replace("Part 1", "Moonlight " * 20))
    await stage.world.at(EVENING)
    (post,) = forum.posts
    assert len(post.title) == 100
    assert post.title.endswith("…")


async def test_digests_of_a_forum_are_told_apart_by_their_days(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel, digest="daily-09", zone="Asia/Seoul")
    await stage.says(song(1, "2031-04-12 18:00"), song(2, "2031-04-13 18:00"))
    for day in (12, 13):
        await stage.world.at(datetime(2031, 4, day, tzinfo=UTC))
    assert [post.title for post in forum.posts] == [
        "🗓️ Coming up · 12 April 2031",
        "🗓️ Coming up · 13 April 2031",
    ]


async def test_old_posts_lead_to_their_correction(stage: Stage, forum: Forum) -> None:
    await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel, remind="day")
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING - timedelta(days=1))
    await stage.says(dated("premiere", "2031-04-19 21:20"))
    await stage.world.wait(70)
    reminder, correction = forum.posts
    assert f"This date is no longer right: {correction.link(stage.world)}" in reminder.seen.text


async def test_in_a_forum_threads_are_not_opened_nor_offered(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel, threads=Threads.POST)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert len(forum.posts) == 1
    assert not [one for one in stage.world.env.http_requests if "/messages/" in one.path and "threads" in one.path]
    panel = await open_panel(stage.world)
    await panel.press("When and how")
    assert "thread under each post" not in panel.text
    assert "Create Public Threads" not in panel.text


async def allow(forum: Forum, **permissions: bool | None) -> None:
    """Allow something in a forum, or forbid it, as an admin does in its settings."""
    found = forum.world.bot.get_channel(forum.channel.id)
    assert isinstance(found, discord.ForumChannel)
    await found.set_permissions(found.guild.default_role, overwrite=discord.PermissionOverwrite(**permissions))
    await forum.world.env.settle()


async def chosen_tags(stage: Stage, forum: Forum) -> tuple[int, ...]:
    found = await stands(stage.world, forum.channel)
    assert found is not None
    return tuple(found.tags)


async def test_tags_are_chosen_in_the_panel(stage: Stage, forum: Forum) -> None:
    await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    await allow(forum, manage_threads=False)
    panel = await open_panel(stage.world)
    assert panel.menu("tags").choices == ("🎬 News", "🎬 OST"), "not what only moderators may use"

    await panel.choose("tags", str(NEWS), str(OST))

    assert "**Tags** 🎬 News, 🎬 OST" in panel.text
    assert panel.chosen("tags") == ("🎬 News", "🎬 OST")
    assert "**Tags** 🎬 News, 🎬 OST" in (await stage.world.ask("announcements status")).text
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert forum.posts[0].tags == [NEWS, OST]
    await panel.choose("tags")
    assert await chosen_tags(stage, forum) == ()


async def test_tags_are_chosen_by_command(stage: Stage, forum: Forum) -> None:
    world = stage.world
    await world.ask("announcements setup", by=world.admin, channel=forum.channel)
    await allow(forum, manage_threads=False)

    async def choose(tags: str) -> str:
        return (await world.ask("announcements posts", by=world.admin, channel=forum.channel, tags=tags)).text

    assert "**Tags** 🎬 News, 🎬 OST" in await choose("ost, 🎬 News")
    assert await chosen_tags(stage, forum) == (OST, NEWS)
    for typed in ("news, gossip", "Mods only"):
        told = await choose(typed)
        assert "It has: 🎬 News, 🎬 OST." in told
    assert await chosen_tags(stage, forum) == (OST, NEWS), "nothing has changed"
    assert "Tags" not in await choose("-")
    assert await chosen_tags(stage, forum) == ()


async def test_tags_are_suggested_one_after_the_other(stage: Stage, forum: Forum) -> None:
    world = stage.world
    await allow(forum, manage_threads=False)

    async def offered(typed: str) -> list[str]:
        found = await world.admin.autocomplete(
            world.general, "announcements posts", "tags", typed, channel=forum.channel
        )
        return [choice["name"] for choice in found]

    assert await offered("") == ["🎬 News", "🎬 OST"]
    assert await offered("news, ") == ["🎬 News, 🎬 OST"]
    assert await offered("gossip") == []


async def test_another_channel_leaves_the_tags_behind(stage: Stage, forum: Forum) -> None:
    await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    panel = await open_panel(stage.world)
    await panel.choose("tags", str(NEWS))
    await panel.choose("channel", stage.channel)
    assert not [menu for menu in panel.shown.menus if menu.custom_id.startswith("panel:tags")]
    moved = await stands(stage.world, stage.channel)
    assert moved is not None
    assert moved.tags == ()
    assert "**Tags**" not in panel.text
    await panel.choose("channel", forum.channel)
    assert f"**Channel** <#{forum.channel.id}>" in panel.text


@pytest.mark.parametrize("values", [["x"], ["1"] * (MAX_TAGS + 1), ["-1"]])
async def test_made_up_tags_are_refused(stage: Stage, forum: Forum, values: list[str]) -> None:
    await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    panel = await open_panel(stage.world)
    custom_id = panel.menu("tags").custom_id
    channel = stage.world.bot.get_partial_messageable(stage.world.general.id, guild_id=stage.world.guild.id)
    view = discord.ui.LayoutView(timeout=None)
    options = [
        discord.SelectOption(label=str(number), value=value) for number, value in enumerate(dict.fromkeys(values))
    ]
    options += [discord.SelectOption(label=f"more {n}", value=f"{n}0") for n in range(1, len(values))]
    select: discord.ui.Select[discord.ui.LayoutView] = discord.ui.Select(
        custom_id=custom_id, options=options, max_values=len(options)
    )
    view.add_item(discord.ui.ActionRow(select))
    view.stop()
    message = await channel.send(view=view)
    await stage.world.admin.select(message, [option.value for option in options], custom_id=custom_id)
    assert await chosen_tags(stage, forum) == ()


async def test_forum_that_demands_a_tag_waits_for_one_and_says_so(stage: Stage, forum: Forum) -> None:
    forum.change(REQUIRE_TAG)
    shown = await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    said = f"Posts in <#{forum.channel.id}> need a tag: choose one in `/announcements panel`."
    assert said in shown.text
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert forum.requests == 0, "refused requests count against the bot"
    status = (await stage.world.ask("announcements status")).text
    assert said in status
    assert "posts there need a tag, and none was chosen" in status
    panel = await open_panel(stage.world)
    assert said in panel.text

    await panel.choose("tags", str(OST))
    await stage.world.wait(10)

    assert said not in panel.text
    assert [post.tags for post in forum.posts] == [[OST]]


async def test_forum_that_demands_a_tag_no_more_gets_its_post_at_once(stage: Stage, forum: Forum) -> None:
    forum.change(REQUIRE_TAG)
    await stage.set_up(forum.channel)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    forum.change(REQUIRE_TAG, tags=(NEWS,))
    await stage.world.wait(10)
    assert forum.posts == [], "it still demands one"
    forum.change()
    await stage.world.wait(10)
    assert len(forum.posts) == 1
    assert "⏸️" not in (await stage.world.ask("announcements status")).text


async def test_deleted_tag_is_left_out_and_said(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel, tags=(NEWS, OST))
    forum.change(tags=(OST,))
    said = f"A tag that you chose for <#{forum.channel.id}> was deleted, or I may not use it."
    assert said in (await stage.world.ask("announcements status")).text
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert [post.tags for post in forum.posts] == [[OST]]


async def test_forum_that_demands_a_tag_and_has_none_for_the_bot_says_so(stage: Stage, forum: Forum) -> None:
    forum.change(REQUIRE_TAG, tags=(MODS,))
    await allow(forum, manage_threads=False)
    shown = await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    assert f"Posts in <#{forum.channel.id}> need a tag, and it has none that I may use." in shown.text
    panel = await open_panel(stage.world)
    assert not [menu for menu in panel.shown.menus if menu.custom_id.startswith("panel:tags")]


async def test_last_tag_deleted_in_a_forum_that_demands_one(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel, tags=(NEWS,))
    forum.change(REQUIRE_TAG, tags=(OST,))
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert (forum.posts, forum.requests) == ([], 0)
    assert "need a tag" in (await stage.world.ask("announcements status")).text


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, 40067, "posts there need a tag"),
        (400, 160006, "as many open posts and threads as Discord allows"),
        (403, 50013, "Discord refused it: check my permissions there"),
    ],
)
async def test_what_discord_refuses_waits_and_the_reason_is_said(
    stage: Stage, forum: Forum, caplog: pytest.LogCaptureFixture, status: int, code: int, said: str
) -> None:
    await stage.set_up(forum.channel)
    path = f"/channels/{forum.channel.id}/threads"
    stage.world.env.inject_error("POST", path, status=status, code=code)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert forum.posts == []
    shown = await stage.world.ask("announcements status")
    assert said in shown.text
    assert "⏸️" in shown.text
    assert "Traceback" not in caplog.text
    await stage.world.wait(700)
    assert len(forum.posts) == 1


async def test_missing_permission_has_the_name_that_forums_give_it(stage: Stage, forum: Forum) -> None:
    await allow(forum, send_messages=False)
    shown = await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    assert f"I can't post in <#{forum.channel.id}>. I need: **Create Posts**." in shown.text
    panel = await open_panel(stage.world)
    await panel.choose("begin", forum.channel)
    assert "**Create Posts**" in panel.text
    assert await stands(stage.world, forum.channel) is None


async def test_forum_that_takes_no_posts_is_not_asked_and_gets_them_when_it_does(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel)
    await allow(forum, send_messages=False)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    assert (forum.posts, forum.requests) == ([], 0)
    (told,) = stage.world.posts(stage.world.guild.owner.dm_channel)
    assert f"I can't post in <#{forum.channel.id}>. I need: **Create Posts**." in told.text
    await allow(forum, send_messages=None)
    await stage.world.wait(10)
    assert len(forum.posts) == 1


async def test_deleted_forum_is_told_like_any_channel(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel)
    stage.world.env.backend.delete_channel(forum.channel.id)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await stage.world.at(EVENING)
    (told,) = stage.world.posts(stage.world.guild.owner.dm_channel)
    assert "The channel I announced in was deleted" in told.text


async def test_preview_is_a_post_with_its_tags_that_pings_nobody(stage: Stage, forum: Forum) -> None:
    role = stage.world.guild.create_role("Fans", mentionable=True)
    await stage.set_up(forum.channel, tags=(NEWS,), role_id=role.id)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    shown = await stage.world.ask("announcements test", by=stage.world.admin)
    (post,) = forum.posts
    assert (post.title, post.tags) == ("Preview · 🎬 Paper *Moon* premieres", [NEWS])
    assert "Preview: nobody is pinged" in post.seen.text
    assert post.link(stage.world) in shown.text
    assert pinged(stage, post) == []


async def test_preview_where_the_bot_may_not_post_names_what_is_missing(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    await allow(forum, send_messages=False)
    shown = await stage.world.ask("announcements test", by=stage.world.admin)
    assert f"I can't post in <#{forum.channel.id}>. I need: **Create Posts**." in shown.text
    assert forum.requests == 0


async def test_preview_in_a_forum_that_demands_a_tag_says_so(stage: Stage, forum: Forum) -> None:
    forum.change(REQUIRE_TAG)
    await stage.set_up(forum.channel)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    shown = await stage.world.ask("announcements test", by=stage.world.admin)
    assert f"Posts in <#{forum.channel.id}> need a tag" in shown.text
    assert forum.posts == []


@pytest.mark.parametrize(
    ("code", "said"), [(40067, "Posts there need a tag"), (160006, "as many open posts and threads as Discord allows")]
)
async def test_refused_preview_says_why(stage: Stage, forum: Forum, code: int, said: str) -> None:
    await stage.set_up(forum.channel)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    stage.world.env.inject_error("POST", f"/channels/{forum.channel.id}/threads", status=400, code=code)
    assert said in (await stage.world.ask("announcements test", by=stage.world.admin)).text


async def test_why_leads_to_the_post_in_its_thread(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel)
    await stage.says(dated("premiere", "2031-04-12 21:20"))
    assert f"<#{forum.channel.id}> ⏳ Will be posted" in (await stage.world.ask("announcements why", name="moon")).text
    await stage.world.at(EVENING)
    (post,) = forum.posts
    shown = await stage.world.ask("announcements why", name="moon")
    assert post.link(stage.world) in shown.text


SPOILERS = "spoiler channel: members opt in before they see it"


@pytest.mark.parametrize("in_forum", [False, True])
async def test_spoiler_channel_is_recognised(stage: Stage, forum: Forum, in_forum: bool) -> None:
    channel = forum.channel if in_forum else stage.channel
    forum.flags[channel.id] = SPOILER
    shown = await stage.world.ask("announcements setup", by=stage.world.admin, channel=channel)
    assert f"**Channel** <#{channel.id}> · {SPOILERS}" in shown.text
    assert SPOILERS in (await stage.world.ask("announcements status")).text
    await stage.world.ask("announcements setup", by=stage.world.admin, channel=stage.world.general)
    assert f"**<#{channel.id}>** {SPOILERS}" in (await stage.world.ask("announcements status")).text


async def test_spoiler_channel_is_recognised_in_the_panel_too(stage: Stage, forum: Forum) -> None:
    forum.flags[stage.channel.id] = SPOILER
    panel = await open_panel(stage.world)
    await panel.choose("begin", stage.channel)
    assert "**Announcements are on**" in panel.text
    assert f"<#{stage.channel.id}> · {SPOILERS}" in panel.text


async def test_status_is_answered_where_discord_does_not_say_which_are_spoiler_channels(stage: Stage) -> None:
    await stage.set_up()
    stage.world.env.inject_error("GET", "/guilds/*/channels", status=503)
    shown = await stage.world.ask("announcements status")
    assert f"**Channel** <#{stage.channel.id}>\n" in shown.text


async def test_forum_in_korean(stage: Stage, forum: Forum) -> None:
    forum.change(REQUIRE_TAG)
    forum.flags[forum.channel.id] |= SPOILER
    stage.world.korean(stage.world.admin)
    shown = await stage.world.ask("announcements setup", by=stage.world.admin, channel=forum.channel)
    assert "포럼의 게시물에는 태그가 필요해요" in shown.text
    assert "스포일러 채널" in shown.text
    panel = await open_panel(stage.world)
    await panel.choose("tags", str(NEWS))
    assert "**태그** 🎬 News" in panel.text


EPISODES = [dated("episode", f"2031-04-{day} 21:20", number) for number, day in enumerate((12, 13, 19), 1)]


async def test_a_post_of_an_evening_is_locked_a_day_later_and_a_reminder_is_not(stage: Stage, forum: Forum) -> None:
    await stage.set_up(
        forum.channel, threads=Threads.EVENT, tags=(NEWS,), stages=("now", "moved", "cancelled", "reminder_24h")
    )
    await stage.says(EPISODES[0])
    await stage.world.at(EVENING - timedelta(days=1))
    await stage.world.at(EVENING)
    assert [post.tags for post in forum.posts] == [[NEWS], [NEWS]]
    await stage.world.at(EVENING + timedelta(days=1, minutes=1))
    assert locked(forum) == [False, True]


def locked(forum: Forum) -> list[bool]:
    """Whether each post is locked and archived."""
    backend = forum.world.env.backend
    posts = [one for one in backend.channels.values() if one.parent_id == forum.channel.id]
    found = [one.thread_metadata for one in sorted(posts, key=lambda one: one.id)]
    return [one is not None and one.locked and one.archived for one in found]


async def test_a_drama_has_one_post_in_which_its_evenings_follow_one_another(stage: Stage, forum: Forum) -> None:
    await stage.set_up(forum.channel, threads=Threads.SUBJECT)
    await stage.says(*EPISODES)
    for day in (0, 1, 7):
        await stage.world.at(EVENING + timedelta(days=day))
        await stage.world.wait(10)
        assert locked(forum) == [False]
    found = [one for one in stage.world.env.backend.channels.values() if one.parent_id == forum.channel.id]
    assert [one.name for one in found] == ["Paper *Moon*"]
    said = [one.text for one in forum.public(found[0].id)]
    assert [f"episode {number}" in text for number, text in enumerate(said, 1)] == [True] * 3
    status = (await stage.world.ask("announcements status")).text
    assert status.count(f"https://discord.com/channels/{stage.world.guild.id}/{found[0].id}/") == 3
    await stage.world.at(EVENING + timedelta(days=8, minutes=1))
    assert locked(forum) == [True]


@pytest.mark.parametrize("how", ["deleted", "locked"])
async def test_a_post_that_cannot_be_used_any_more_is_followed_by_another(stage: Stage, forum: Forum, how: str) -> None:
    await stage.set_up(forum.channel, threads=Threads.SUBJECT)
    await stage.says(*EPISODES)
    await stage.world.at(EVENING)
    (first,) = forum.posts
    thread = await stage.world.bot.fetch_channel(first.id)
    assert isinstance(thread, discord.Thread)
    if how == "deleted":
        await thread.delete()
    else:
        await thread.edit(locked=True)
        await allow(forum, manage_threads=False)
    await stage.world.at(EVENING + timedelta(days=1))
    await stage.world.wait(10)
    assert len({post.id for post in forum.posts} - {first.id}) == 1
    status = (await stage.world.ask("announcements status")).text
    assert "haven't been able to post" not in status
