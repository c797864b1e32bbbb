"""``/schedule``: a server's own people plan, see what they plan before it is saved, and change it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord import MemberActor

from tests.commands.eve import EVE, news, set_up
from tests.conftest import World, seen
from tests.seen import Seen, assert_within_limits

TITLE = "Movie *night*"
SHOWN = r"Movie \*night\*"


@pytest.fixture
def planner(eve: World) -> MemberActor:
    """Somebody whom Discord lets manage events, and nothing else."""
    role = eve.guild.create_role("Events", permissions=discord.Permissions(manage_events=True))
    return eve.guild.add_member(eve.env.create_user("yuna"), roles=[role])


async def add(world: World, planner: MemberActor, when: str = "Sat 11 Jan 21:20", **said: object) -> Seen:
    """Plan something, up to its preview."""
    return await world.ask("schedule add", by=planner, title=TITLE, when=when, **said)


async def planned(world: World, planner: MemberActor, when: str = "Sat 11 Jan 21:20", **said: object) -> None:
    """Plan something."""
    await world.press_in_place(await add(world, planner, when, **said), "Save", by=planner)


async def fill_in(world: World, shown: Seen, planner: MemberActor, **said: str) -> Seen:
    """What a preview becomes when somebody fills in its form; what is not said stays as it was."""
    asked = await planner.click(shown.message, label="Change…")
    spec: Any = asked.modal
    fields = [label["component"] for label in spec["components"]]
    names = ["title", "when", "where", "link", "picture"]
    values = {
        field["custom_id"]: said.get(name, field.get("value", "")) for name, field in zip(names, fields, strict=True)
    }
    await planner.submit_modal(asked, values)
    return world.again(shown)


async def test_what_is_planned_is_seen_before_it_is_saved(eve: World, planner: MemberActor) -> None:
    await set_up(eve, news(eve), timezone="Europe/Berlin")
    shown = await add(
        *(eve, planner, "Sat 11 Jan 13:20 for 90 min"),
        where="Our *stage*",
        link="https://example.com/live",
        about="stars gossip",
    )
    assert shown.private
    assert f"## 🍿 {SHOWN}\n-# Watch party · not saved yet" in shown.text
    assert "**When** Sat 11 January, 13:20 CET · 21:20 in Korea" in shown.text
    assert "**Duration** 1 hour 30 minutes" in shown.text
    assert r"**Where** Our \*stage\*" in shown.text
    assert "**Link** <https://example.com/live>" in shown.text
    assert "**About** When the Stars Gossip" in shown.text
    assert "**Announced in** <#" in shown.text
    assert shown.labels == ["Save", "Change…", "Discard"]
    assert_within_limits(shown)
    assert "night" not in (await eve.ask("upcoming")).text
    saved = await eve.press_in_place(shown, "Save", by=planner)
    assert f"“{SHOWN}” is planned" in saved.text
    assert saved.labels == []
    assert SHOWN in (await eve.ask("upcoming")).text
    listed = await eve.ask("schedule list")
    assert not listed.private
    assert f"**🍿 {SHOWN} (When the Stars Gossip)**" in listed.text


async def test_preview_names_the_channels_that_will_hear_of_it(eve: World, planner: MemberActor) -> None:
    both, songs = news(eve), eve.guild.create_text_channel("songs")
    for channel in (both, songs):
        await set_up(eve, channel)
    await eve.ask("announcements follow", by=eve.admin, name="jin", channel=songs)
    shown = await add(eve, planner)
    assert f"**Announced in** <#{both.id}> and <#{songs.id}>" in shown.text
    shown = await add(eve, planner, about="jin")
    assert f"**Announced in** <#{both.id}> and <#{songs.id}>" in shown.text
    shown = await add(eve, planner, about="stars gossip")
    assert f"**Announced in** <#{both.id}>\n" in f"{shown.text}\n"
    await eve.ask("announcements follow", by=eve.admin, name="jin", channel=both)
    shown = await add(eve, planner, about="stars gossip")
    assert "No channel announces this" in shown.text


async def test_form_changes_what_is_not_saved_yet(eve: World, planner: MemberActor) -> None:
    shown = await add(eve, planner)
    changed = await fill_in(eve, shown, planner, title="Finale", when="every Sat 21:20 until 16 Feb", where="Lounge")
    assert "## 🍿 Finale" in changed.text
    assert "**Repeats** every week on Sat, until 16 February 2025" in changed.text
    assert "then Sat 11 January, Sat 18 January, Sat 25 January …" in changed.text
    assert "**Where** Lounge" in changed.text
    await eve.press_in_place(changed, "Save", by=planner)
    listed = await eve.ask("schedule list")
    assert "**🍿 Finale**" in listed.text
    assert "every week on Sat, until 16 February 2025" in listed.text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"when": "sometime soon"}, "I don't understand “sometime soon”"),
        ({"when": "3 Jan 2024"}, "is over"),
        ({"link": "example.com"}, "That link doesn't work"),
        ({"title": " "}, "It needs a title"),
    ],
)
async def test_form_with_what_cannot_be_leaves_the_preview_as_it_was(
    eve: World, planner: MemberActor, said: dict[str, str], why: str
) -> None:
    shown = await add(eve, planner)
    changed = await fill_in(eve, shown, planner, **said)
    assert why in changed.text
    assert f"## 🍿 {SHOWN}" in changed.text
    assert "Sat 11 January, 21:20 KST" in changed.text
    await eve.press_in_place(changed, "Save", by=planner)
    assert SHOWN in (await eve.ask("schedule list")).text


async def test_what_is_discarded_is_not_planned(eve: World, planner: MemberActor) -> None:
    shown = await add(eve, planner)
    after = await eve.press_in_place(shown, "Discard", by=planner)
    assert "Nothing was saved" in after.text
    assert "Nothing is planned" in (await eve.ask("schedule list")).text
    assert after.labels == []


async def test_preview_works_for_a_day(eve: World, planner: MemberActor) -> None:
    early, late = await add(eve, planner), await add(eve, planner)
    await eve.at(EVE + timedelta(hours=23))
    assert "is planned" in (await eve.press_in_place(early, "Save", by=planner)).text
    await eve.at(EVE + timedelta(hours=25))
    await add(eve, planner)
    assert "out of date" in (await eve.press(late, "Save", by=planner)).text


async def test_what_may_mean_several_things_is_asked_about(eve: World, planner: MemberActor) -> None:
    asked = await add(eve, planner, "2/3 21:20")
    assert "“2/3” can mean several things" in asked.text
    assert asked.labels == ["Mon 3 February, 21:20 KST", "Sun 2 March, 21:20 KST"]
    shown = await eve.press_in_place(asked, "Sun 2 March, 21:20 KST", by=planner)
    assert "**When** Sun 2 March, 21:20 KST" in shown.text
    await eve.press_in_place(shown, "Save", by=planner)
    assert (await eve.ask("schedule list")).text.count(SHOWN) == 1


async def test_timestamp_of_discord_is_a_time(eve: World, planner: MemberActor) -> None:
    shown = await add(eve, planner, "<t:1736598000:F>")
    assert "**When** Sat 11 January, 21:20 KST" in shown.text


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("sometime soon", "I don't understand “sometime soon”"),
        ("3 Jan 2024 12:00", "I read it as 3 January 2024"),
        ("Sun 11 Jan 21:20", "It is on Sat."),
        ("30 Feb 21:20", "There is no day “30 Feb”"),
        ("Sat 11 Jan 21:20 Atlantis", "I don't understand “Atlantis”"),
        ("Sat and Sun 21:20", "How does it repeat?"),
        ("until 16 Feb", "Which day do you mean?"),
    ],
)
async def test_time_that_is_not_understood_is_explained(eve: World, planner: MemberActor, when: str, why: str) -> None:
    answer = await add(eve, planner, when)
    assert answer.private
    assert why in answer.text
    assert "For example:" in answer.text


async def test_only_those_who_plan_change_the_schedule(eve: World, planner: MemberActor) -> None:
    refused = await eve.ask("schedule add", title=TITLE, when="Sat 21:20")
    assert "This is for those who plan here" in refused.text
    assert "Manage Events" in refused.text
    await planned(eve, planner)
    for command in ("edit", "cancel"):
        assert "This is for those who plan here" in (await eve.ask(f"schedule {command}", what="movie")).text


async def test_role_lets_its_members_plan(eve: World, planner: MemberActor) -> None:
    role = eve.guild.create_role("Planners")
    holder = eve.guild.add_member(eve.env.create_user("hana"), roles=[role])
    assert "This is for those who plan here" in (await add(eve, holder)).text
    assert "This is for admins" in (await eve.ask("schedule role", by=planner, role=role)).text
    assert f"<@&{role.id}>" in (await eve.ask("schedule role", by=eve.admin, role=role)).text
    await planned(eve, holder)
    assert SHOWN in (await eve.ask("schedule list")).text
    assert f"<@&{role.id}>" in (await add(eve, eve.member)).text
    shown = await add(eve, holder)
    await eve.ask("schedule role", by=eve.admin)
    assert "This is for those who plan here" in (await eve.press(shown, "Save", by=holder)).text
    assert "This is for those who plan here" in (await add(eve, holder)).text


async def test_edit_changes_what_is_planned(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner, where="Lounge")
    shown = await eve.ask("schedule edit", by=planner, what="movie", when="Sun 12 Jan 20:00")
    assert "**When** Sun 12 January, 20:00 KST" in shown.text
    assert shown.labels[0] == "Save the changes"
    changed = await fill_in(eve, shown, planner, title="Film night")
    after = await eve.press_in_place(changed, "Save the changes", by=planner)
    assert "Saved: “Film night”" in after.text
    listed = (await eve.ask("schedule list")).text
    assert "Film night" in listed
    assert "Lounge" in listed
    assert SHOWN not in listed


async def test_what_repeats_can_be_changed_once_it_has_begun(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner, "every Sat 21:20, 9 times")
    await eve.at(EVE + timedelta(days=12))
    shown = await eve.ask("schedule edit", by=planner, what="movie")
    assert "**When** Sat 18 January, 21:20 KST" in shown.text
    assert "then Sat 25 January, Sat 1 February, Sat 8 February …" in shown.text
    changed = await fill_in(eve, shown, planner, title="Film night")
    assert "## 🍿 Film night" in changed.text
    await eve.press_in_place(changed, "Save the changes", by=planner)
    listed = (await eve.ask("schedule list")).text
    assert "Film night" in listed
    assert "every week on Sat, 7 times" in listed


async def test_form_holds_a_date_that_says_everything(eve: World, planner: MemberActor) -> None:
    when = "every 2 weeks on Mon/Tue/Wed/Thu/Fri/Sat 21:20 for 2 h 30 min until 31 Dec 2025"
    await planned(eve, planner, when, where="Lounge")
    shown = await eve.ask("schedule edit", by=planner, what="movie")
    changed = await fill_in(eve, shown, planner, title="Film night")
    assert "## 🍿 Film night" in changed.text


async def test_what_was_cancelled_meanwhile_cannot_be_edited(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner)
    shown = await eve.ask("schedule edit", by=planner, what="movie")
    asked = await eve.ask("schedule cancel", by=planner, what="movie")
    assert f"Cancel “{SHOWN}”?" in asked.text
    assert "is cancelled" in (await eve.press_in_place(asked, "Cancel it", by=planner)).text
    assert "That is not in the schedule" in (await eve.press(shown, "Save the changes", by=planner)).text
    assert "Nothing is planned" in (await eve.ask("schedule list")).text


async def test_what_is_kept_stays(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner, "every Sat 21:20, 4 times")
    asked = await eve.ask("schedule cancel", by=planner, what="movie")
    assert "and 3 more dates" in asked.text
    assert "Nothing was cancelled" in (await eve.press_in_place(asked, "Keep it", by=planner)).text
    assert SHOWN in (await eve.ask("schedule list")).text


async def test_one_date_is_skipped_moved_and_restored(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner, "every Sat 21:20, 3 times")
    first, second, _ = await choices(eve, planner, "skip")
    assert first["name"] == "Movie *night* · Sat 4 January, 21:20 KST"
    skipped = await eve.ask("schedule skip", by=planner, what=first["value"])
    assert f"“{SHOWN}” is skipped once" in skipped.text
    assert "Sat 4 January" in skipped.text
    moved = await eve.ask("schedule move", by=planner, what=second["value"], when="Sun 12 Jan 20:00")
    assert f"“{SHOWN}” is moved once" in moved.text
    assert "Sun 12 January, 20:00 KST" in moved.text
    upcoming = (await eve.ask("upcoming")).text
    assert "### 12 January 2025\n" in upcoming
    assert "### 18 January 2025\n" in upcoming
    assert SHOWN not in upcoming.partition("### 11 January 2025")[2].partition("### 12 January 2025")[0]
    names = [choice["name"] for choice in await choices(eve, planner, "restore")]
    assert names[0].endswith("· skipped")
    back = await eve.press_in_place(skipped, "Undo", by=planner)
    assert "takes place as planned" in back.text
    restored = await eve.ask("schedule restore", by=planner, what=second["value"])
    assert "Sat 11 January, 21:20 KST" in restored.text


async def choices(world: World, planner: MemberActor, command: str, typed: str = "movie") -> list[dict[str, Any]]:
    """What somebody is offered who names what to change."""
    return await planner.autocomplete(world.general, f"schedule {command}", "what", typed)


async def test_what_nobody_planned_is_not_found(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner)
    assert "That is not in the schedule" in (await eve.ask("schedule edit", by=planner, what="concert")).text
    assert await choices(eve, planner, "edit", "concert") == []
    assert await choices(eve, planner, "skip") == []


async def test_list_turns_its_pages(eve: World, planner: MemberActor) -> None:
    for day in range(5, 17):
        await planned(eve, planner, f"{day} Jan 21:20 for 2 h")
    shown = await eve.ask("schedule list")
    assert "12 things planned" in shown.text
    assert_within_limits(shown)
    after = await eve.press_in_place(shown, "Next")
    assert "Page 2 of 2" in after.text
    assert after.text.count(SHOWN) == 2


async def test_it_is_all_in_korean_for_koreans(eve: World, planner: MemberActor) -> None:
    eve.korean(planner)
    await set_up(eve, news(eve), timezone="Europe/Berlin")
    shown = await add(eve, planner, "매주 토요일 밤 9시 20분 2월 16일까지")
    assert shown.labels == ["저장", "바꾸기…", "버리기"]
    for word in ("not saved", "When", "every", "Announced"):
        assert word not in shown.text


async def test_other_servers_see_and_change_nothing_of_it(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner)
    other = eve.env.create_guild("Others", owner=eve.env.create_user("stranger"))
    role = other.create_role("Events", permissions=discord.Permissions(manage_events=True))
    nosy = other.add_member(eve.env.create_user("nosy"), roles=[role])
    channel = other.create_text_channel("general")
    assert await nosy.autocomplete(channel, "schedule edit", "what", "movie") == []
    assert "Nothing is planned" in seen(await nosy.slash(channel, "schedule list")).text


async def paste(world: World, planner: MemberActor, text: str) -> Seen:
    """What somebody sees who pastes lines into the form of `/schedule import`."""
    asked = await planner.slash(world.general, "schedule import")
    spec: Any = asked.modal
    (label,) = spec["components"]
    return seen(await planner.submit_modal(asked, {label["component"]["custom_id"]: text}))


async def test_pasted_lines_are_seen_before_they_are_added(eve: World, planner: MemberActor) -> None:
    await planned(eve, planner)
    shown = await paste(
        *(eve, planner),
        "11 Jan 21:20 | Movie *night*\n12 Jan 18:00 | Come*back*\n32 Jan | Bad\nnonsense\nevery Sat 20:00 | Weekly",
    )
    assert shown.private
    assert "**2 events to add**" in shown.text
    assert r"- 📌 **Come\*back\*** — Sun 12 January, 18:00 KST" in shown.text
    assert "Sat 4 January, 20:00 KST · every week on Sat" in shown.text
    assert "**3 lines are left out**" in shown.text
    assert "1 is there already" in shown.text
    assert r"- line 3: There is no day “32 Jan” — “32 Jan \| Bad”" in shown.text
    assert "- line 4: I find no date — “nonsense”" in shown.text
    assert shown.labels == ["Add all 2", "Discard"]
    assert_within_limits(shown)
    after = await eve.press_in_place(shown, "Add all 2", by=planner)
    assert "2 events are planned" in after.text
    assert "3 things planned" in (await eve.ask("schedule list")).text


async def test_nothing_is_added_of_what_cannot_be_read(eve: World, planner: MemberActor) -> None:
    shown = await paste(eve, planner, "\n".join(f"nonsense {number}" for number in range(200)))
    assert "Nothing to add" in shown.text
    assert "200 lines are left out" in shown.text
    assert "… and " in shown.text
    assert shown.labels == []
    assert_within_limits(shown)


async def test_only_those_who_plan_import(eve: World) -> None:
    assert "This is for those who plan here" in (await eve.ask("schedule import")).text


async def test_many_are_added_at_once(eve: World, planner: MemberActor) -> None:
    text = "\n".join(f"1{number % 9} Jan 1{number % 10}:00 | {number}" for number in range(200))
    shown = await paste(eve, planner, text)
    assert_within_limits(shown)
    await eve.press_in_place(shown, "Add all 200", by=planner)
    assert "200 things planned" in (await eve.ask("schedule list")).text


async def exported(world: World, **options: object) -> bytes:
    """The file of `/schedule export`."""
    result = await world.member.slash(world.general, "schedule export", **options)
    assert result.response is not None
    assert result.response.ephemeral
    (file,) = result.response.attachments
    return await file.read()


@pytest.mark.parametrize("kind", ["ics", "csv"])
async def test_what_is_exported_can_be_imported_into_another_server(
    eve: World, planner: MemberActor, kind: str
) -> None:
    await planned(eve, planner, "every Sat 21:20 for 2 h until 16 Feb", where="Lounge")
    await planned(eve, planner, "12 Jan")
    data = await exported(eve, format=kind)
    again = await eve.ask("schedule import", by=planner, file=(f"schedule.{kind}", data))
    assert "2 are there already" in again.text
    other = eve.env.create_guild("Others", owner=eve.env.create_user("stranger"))
    role = other.create_role("Events", permissions=discord.Permissions(manage_events=True))
    there = other.add_member(eve.env.create_user("dana"), roles=[role])
    channel = other.create_text_channel("general")
    shown = seen(await there.slash(channel, "schedule import", file=(f"schedule.{kind}", data)))
    assert "2 events to add" in shown.text
    await there.click(shown.message, label="Add all 2")
    listed = seen(await there.slash(channel, "schedule list")).text
    assert "every week on Sat, until 16 February 2025" in listed
    assert "Lounge" in listed
    assert "12 January" in listed


async def test_what_is_about_something_unknown_does_not_hold_up_the_rest(eve: World, planner: MemberActor) -> None:
    table = "title,when,about\nUnknown,12 Jan 21:20,work/nothing-known\nMovie,11 Jan 21:20,work/when-the-stars-gossip\n"
    shown = await eve.ask("schedule import", by=planner, file=("schedule.csv", table.encode()))
    assert "1 event to add" in shown.text
    assert "line 2: I don't know what it is about — “Unknown" in shown.text
    await eve.press_in_place(shown, "Add it", by=planner)
    assert "Movie (When the Stars Gossip)" in (await eve.ask("schedule list")).text


async def test_file_that_is_none_of_these_is_refused(eve: World, planner: MemberActor) -> None:
    answer = await eve.ask("schedule import", by=planner, file=("cat.png", b"\x89PNG\x00\x00"))
    assert "I can't read that file" in answer.text
    assert ".ics" in answer.text
