"""What all commands share: suggestions, names that fit several things or none, languages, restarts, places."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import discord
import pytest

from bot.client import Byeol
from bot.store.connection import Connection
from bot.store.database import Database
from tests.conftest import World, seen, world_of
from tests.seen import assert_within_limits


async def test_suggestions_show_kind_and_what_tells_names_apart(world: World) -> None:
    names = [choice["name"] for choice in await world.suggest("ost", "name", "ji")]
    assert "🎤 Jin (BTS) · 진" in names
    assert "🎬 Jirisan (2021) · 지리산" in names


async def test_suggestions_for_nothing_typed_are_what_is_known_best(world: World) -> None:
    choices = await world.suggest("cast", "drama", "")
    assert choices[0]["name"] == "🎬 When the Stars Gossip (2025) · 별들에게 물어봐"
    assert len({choice["value"] for choice in choices}) == len(choices) <= 25


async def test_suggestions_follow_half_typed_hangul(world: World) -> None:
    names = [choice["name"] for choice in await world.suggest("artist", "name", "공ㅎ")]
    assert names[0] == "🎤 Gong Hyo Jin · 공효진"


async def test_suggestions_are_in_the_language_of_the_user(world: World) -> None:
    world.korean()
    names = [choice["name"] for choice in await world.suggest("cast", "drama", "when the")]
    assert names == ["🎬 별들에게 물어봐 (2025) · When the Stars Gossip"]


async def test_typo_is_asked_back_privately_and_one_press_answers_for_all(world: World) -> None:
    asked = await world.ask("cast", drama="whem the star gosip")
    assert asked.private
    assert "“whem the star gosip” isn't in my catalogue yet" in asked.text
    assert asked.labels[0] == "🎬 When the Stars Gossip (2025) · 별들에게 물어봐"

    answer = await world.press(asked, asked.labels[0])

    assert not answer.private
    assert "## Cast of When the Stars Gossip" in answer.text
    assert world.again(asked).buttons == ()


async def test_nothing_near_says_what_to_do(world: World) -> None:
    asked = await world.ask("artist", name="zzzzqqqq")
    assert asked.private
    assert "Try another spelling" in asked.text


async def test_what_was_typed_is_shown_as_it_was_and_mentions_nobody(world: World) -> None:
    asked = await world.ask("artist", name="**@everyone** <@1> `zq`")
    assert "@everyone" not in asked.text
    assert "\\*\\*" in asked.text


async def test_answers_are_in_the_language_of_the_user(world: World) -> None:
    world.korean()
    shown = await world.ask("cast", drama="stars-gossip")
    assert "## 별들에게 물어봐 · When the Stars Gossip" in shown.text
    assert "### 주연\n**이민호 · Lee Min Ho** — 공룡 · Gong Ryong" in shown.text
    assert "2025" in (await world.ask("drama", name="별들에게 물어봐")).text


async def test_commands_have_korean_names_and_descriptions(world: World) -> None:
    command = _synced(world, "cast")
    assert command["name_localizations"]["ko"] == "출연진"
    assert command["description_localizations"]["ko"]
    assert command["options"][0]["name_localizations"]["ko"] == "드라마"


async def test_buttons_work_after_a_restart_for_anyone(world: World) -> None:
    shown = await world.ask("ost", name="stars-gossip")
    await world.env.restart_bot(Byeol(world.bot.database, clock=world.env.now))

    answer = await world.press(shown, "Cast", by=world.admin)

    assert answer.private
    assert "## Cast of When the Stars Gossip" in answer.text


async def test_button_to_what_is_gone_says_so(world: World) -> None:
    shown = await world.ask("ost", name="yours")
    await world.bot.database.write(
        lambda connection: connection.execute("UPDATE entity SET slug = 'mount-jiri' WHERE slug = 'jirisan'")
    )
    answer = await world.press(shown, "Jirisan")
    assert "This is no longer in the catalogue" in answer.text


async def test_change_of_the_catalogue_is_found_at_once(world: World) -> None:
    assert "isn't in my catalogue yet" in (await world.ask("cast", drama="Star Whisperer")).text

    def rename(connection: Connection) -> None:
        connection.execute("UPDATE name SET text = 'Star Whisperer' WHERE text = 'Ask the Stars'")
        connection.execute("UPDATE catalogue SET revision = revision + 1")

    await world.bot.database.write(rename)
    assert "When the Stars Gossip" in (await world.ask("cast", drama="Star Whisperer")).text


@pytest.mark.parametrize("command", ["ost", "cast", "drama", "artist", "upcoming", "about", "help"])
async def test_commands_may_be_used_in_servers_in_direct_messages_and_by_users_who_installed_the_bot(
    world: World, command: str
) -> None:
    synced = _synced(world, command)
    assert set(synced["contexts"]) == {0, 1, 2}
    assert set(synced["integration_types"]) == {0, 1}


async def test_direct_message_is_answered(world: World) -> None:
    user = world.env.create_user("dana")
    await user.send_dm("hi")
    assert "## Jin · 진" in seen(await user.slash("ost", name="jin")).text


def _synced(world: World, name: str) -> dict[str, Any]:
    command = world.env.backend.find_command(name, None, type=1)
    assert command is not None
    return command


async def test_bot_runs_with_the_guilds_intent_alone(world: World) -> None:
    assert world.bot.intents == discord.Intents(guilds=True)
    assert list(world.bot.cached_messages) == []


async def test_every_card_of_the_catalogue_is_within_the_limits_of_discord(world: World) -> None:
    world.never_tires()
    index = await world.bot.lookup.index()
    for language in ("en", "ko"):
        world.languages[world.member.id] = language
        for entry in index.entries:
            name = str(entry.ref)
            commands = {"work": ("ost", "cast", "drama"), "track": ("ost",), "album": ()}
            for command in commands.get(entry.ref.kind, ("ost", "artist")):
                option = "drama" if command == "cast" else "name"
                assert_within_limits(await world.ask_for(command, option, name))


async def test_unknown_name_says_how_large_the_catalogue_is_and_leads_on(world: World) -> None:
    asked = await world.ask("drama", name="zzzzqqqq")
    assert "“zzzzqqqq” isn't in my catalogue yet" in asked.text
    assert re.search(r"So far it holds \d+ dramas and \d+ artists\.", asked.text)
    shown = await world.press(asked, "Browse dramas")
    assert "## Dramas in my catalogue" in shown.text
    assert "**When the Stars Gossip · 별들에게 물어봐** · 2025" in shown.text


async def test_name_romanised_by_rule_is_found_by_what_is_shown(world: World) -> None:
    index = await world.bot.lookup.index()
    romanised = [entry for entry in index.entries if entry.label.by_rule("en")]
    assert romanised
    for entry in romanised:
        found = await world.bot.lookup.suggest(entry.label.name("en") or "", {entry.ref.kind}, 5)
        assert entry.ref in [match.entry.ref for match in found], entry.label


async def test_blank_name_asks_for_one(world: World) -> None:
    assert "Type a name, or a part of one" in (await world.ask("ost", name="   ")).text


@pytest.mark.parametrize(
    ("command", "options", "title"),
    [
        ("cast", {"drama": "jin"}, "## Jin · 진"),
        ("cast", {"drama": "bts"}, "## BTS"),
        ("cast", {"drama": "happy"}, "## Happy"),
        ("artist", {"name": "hwarang"}, "## Hwarang"),
        ("artist", {"name": "close to you"}, "## Close to You"),
        ("announcements follow", {"name": "close to you"}, "## Close to You"),
        ("announcements follow", {"name": "life is tricky"}, "## Life is Tricky"),
    ],
)
async def test_name_of_something_else_leads_to_its_card(
    world: World, command: str, options: dict[str, str], title: str
) -> None:
    asked = await world.ask(command, by=world.admin, **options)
    assert "as something else" in asked.text
    assert (await world.press(asked, asked.labels[0], by=world.admin)).text.startswith(title)


async def test_songs_of_one_name_have_buttons_that_tell_them_apart(world: World) -> None:
    asked = await world.ask("artist", name="close to you")
    assert asked.labels[:2] == ["Close to You (Jin)", "Close to You (Seungmin)"]


async def test_button_to_songs_stands_only_where_there_are_some(world: World) -> None:
    assert (await world.ask("cast", drama="jin")).labels == ["About Jin (BTS)", "OST"]
    assert (await world.ask("cast", drama="gong hyo jin")).labels == ["About Gong Hyo Jin"]


async def test_exact_name_of_another_kind_is_not_passed_over_for_a_beginning(world: World) -> None:
    def rename(connection: Connection) -> None:
        connection.execute("UPDATE name SET text = 'Signal Fire' WHERE text = 'Gaho'")
        connection.execute("UPDATE name SET text = 'Signal' WHERE text = 'Rothy'")
        connection.execute("UPDATE name SET text = 'Signal of Light' WHERE text = 'Jirisan'")

    await world.bot.database.write(rename)
    asked = await world.ask("drama", name="signal")
    assert "as something else" in asked.text
    assert asked.labels[0] == "About Signal"
    drama = next(label for label in asked.labels if "Signal of Light" in label)
    assert "## Signal of Light" in (await world.press(asked, drama)).text


async def test_browse_lists_what_there_is_a_page_at_a_time(world: World) -> None:
    dramas = await world.ask("browse")
    assert dramas.lines("Hwarang")
    artists = await world.ask("browse", what="person/all")
    assert "Page 1 of" in artists.text
    await world.press(artists, "Next")
    page = world.again(artists)
    assert "Page 2 of" in page.text
    assert page.lines("**") != artists.lines("**")
    assert_within_limits(page)


async def test_browse_knows_networks_and_what_is_on_now(database: Database) -> None:
    async with world_of(database, datetime(2025, 1, 20, tzinfo=UTC)) as world:
        now = await world.ask("browse", what="work/airing")
        assert "When the Stars Gossip" in now.text
        assert "Hwarang" not in now.text
        tvn = await world.ask("browse", network="tvn")
        assert "## Dramas on tvN" in tvn.text
        assert "Jirisan" in tvn.text
        assert "Itaewon" not in tvn.text
