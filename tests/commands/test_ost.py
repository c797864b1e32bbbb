"""`/ost`: songs of an artist, of a drama, or one song."""

from __future__ import annotations

from tests.conftest import World
from tests.seen import assert_within_limits


async def test_artist_lists_every_ost_newest_first_with_the_count(world: World) -> None:
    shown = await world.ask("ost", name="jin")

    assert not shown.private
    assert "## Jin · 진" in shown.text
    assert "3 OSTs, 2 solo" in shown.text
    titles = [line for line in shown.text.split("\n") if line.startswith("**")]
    assert [title.split("**")[1] for title in titles] == ["Close to You", "Yours", "It's Definitely You · 죽어도 너야"]
    assert "*When the Stars Gossip* · main OST" in titles[0]
    assert "*Jirisan* · Part 4" in titles[1]
    assert "with V" in shown.text
    assert_within_limits(shown)


async def test_drama_lists_its_songs_by_part_and_the_undated_last(world: World) -> None:
    shown = await world.ask("ost", name="when-the-stars-gossip")

    titles = [line.split("**")[1] for line in shown.text.split("\n") if line.startswith("**")]
    assert titles[:2] == ["Feel Like a Million", "Life is Tricky"]
    assert titles.index("Close to You") < titles.index("Somewhere in This Universe · 모든 숨쉬는 순간은 기적이 되어")
    assert titles[-1] == "Title not known"


async def test_song_shows_performers_drama_dates_and_what_was_reported_before(world: World) -> None:
    shown = await world.ask("ost", name="track/close-to-you-jin")

    assert "**Performed by** Jin" in shown.text
    assert "**OST of** *When the Stars Gossip* · main OST" in shown.text
    assert "**Release** <t:1737882000:f>" in shown.text
    assert "Also stated" not in shown.text, "an earlier, vaguer date disagrees with nothing"
    assert shown.labels == ["When the Stars Gossip", "Jin", "Sources", "Notify me"]


async def test_equal_titles_are_told_apart_in_a_private_menu_and_the_answer_is_public(world: World) -> None:
    menu = await world.ask("ost", name="close to you")
    assert menu.private
    assert menu.choices == ("🎵 Close to You (Jin)", "🎵 Close to You (Seungmin)")

    await world.member.select(menu.message, ["track/close-to-you-seungmin"])

    answer = world.posts(world.general)[-1]
    assert not answer.private
    assert "Love in Contract" in answer.text
    assert "Close to You, here you are." in world.again(menu).text


async def test_hangul_finds_the_same_artist(world: World) -> None:
    assert "## Jin · 진" in (await world.ask("ost", name="진")).text


async def test_one_letter_finds_the_one_who_is_called_that(world: World) -> None:
    assert "## V · 뷔" in (await world.ask("ost", name="V")).text


async def test_group_lists_what_its_members_sing_and_songs_of_no_work(world: World) -> None:
    shown = await world.ask("ost", name="bts")
    own, _, others = shown.text.partition("### Other songs")
    assert "### By members\n**Close to You** — *When the Stars Gossip* · main OST\n-# Jin · " in own
    assert "V, Jin" in own, "one that two members sing stands there once"
    assert own.count("It's Definitely You") == 1
    assert "**Film out**" in others
    assert "**Your Eyes Tell**" in others
    assert "0 OSTs" not in shown.text
    assert "There may be more" in shown.text
    assert_within_limits(shown)


async def test_nothing_known_says_so(world: World) -> None:
    shown = await world.ask("ost", name="gong hyo jin")
    assert "No OST is known yet." in shown.text
    assert shown.labels == ["About Gong Hyo Jin", "Notify me"]


async def test_album_is_shown_as_one(world: World) -> None:
    shown = await world.ask("ost", name="happy")
    assert "## Happy\n-# Album · Jin" in shown.text
    assert "**Release** 15 November 2024" in shown.text
    assert shown.labels == ["Jin", "Sources", "Notify me"]
    assert "Pinkvilla" in (await world.press(shown, "Sources")).text


async def test_buttons_lead_on_privately_and_a_private_card_gives_way(world: World) -> None:
    shown = await world.ask("ost", name="jin")

    private = await world.press(shown, "Yours")
    assert private.private
    assert "**OST of** *Jirisan*" in private.text

    drama = await world.press_in_place(private, "Jirisan")
    assert drama.message.id == private.message.id
    assert "지리산" in drama.text
    assert "## Jin · 진" in world.again(shown).text
