"""Whatever a seed file may state is drawn within Discord's limits, shown as it is, and mentions nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.seeding import Known, load
from bot.store import catalogue
from bot.store.database import Database
from tests.conftest import NOON, world_of
from tests.seen import assert_within_limits

LONG = "별" * 199 + "x"
NASTY = "**@everyone** <@&1> [click](https://evil.example) `code` ||spoiler|| # - > ~~x~~ _u_ <t:1:R> </a:1>"
MANY = 60


def seed(name: str) -> str:
    """A catalogue in which everything is called `name`, and there is far too much of everything."""
    called = json.dumps(name, ensure_ascii=False)
    names = f"{{ {'ko' if name == LONG else 'en'} = {called} }}"
    text = json.dumps({"en": name * 4, "ko": name * 4}, ensure_ascii=False).replace('": ', '" = ')
    people = "\n".join(f'[[people]]\nslug = "p{n}"\nnames = {names}\nsources = ["s"]' for n in range(MANY))
    characters = "\n".join(
        f'[[works.characters]]\nslug = "c{n}"\nnames = {names}\n'
        f'details = [{{ attribute = "description", value = {text} }}]'
        for n in range(MANY)
    )
    cast = "\n".join(
        f'[[works.cast]]\nperson = "p{n}"\ncharacter = "c{n}"\n'
        f"credited_as = {called}\nrole_words = {text}\nnote = {text}"
        for n in range(MANY)
    )
    details = "\n".join(
        f'[[works.details]]\nattribute = "trivia"\nvalue = {text}\nrank = {n}\nnote = {text}'
        if n == 0
        else f'[[works.details]]\nattribute = "trivia"\nvalue = "{n}"\nrank = {n}\nnote = {text}'
        for n in range(MANY)
    )
    claims = "\n".join(
        f'[[works.events]]\nkind = "premiere"\ndate = "early 2031"\nwords = {text}\nstatus = "expected"\nrank = {n}'
        for n in range(MANY)
    )
    tracks = "\n".join(
        f'[[tracks]]\nslug = "t{n}"\nnames = {names}\nsources = ["s"]\n'
        f"performers = [{', '.join(json.dumps(f'p{p}') for p in range(20))}]\n"
        f'ost = [{{ work = "w", part = {n + 1}, main = true }}]'
        for n in range(MANY)
    )
    return (
        f'[[sources]]\nslug = "s"\npublisher = {called}\ntitle = {called}\n'
        f'url = "https://example.com/{"x" * 400}"\n{people}\n'
        f'[[works]]\nslug = "w"\ntype = "drama"\nnames = {names}\nsources = ["s"]\n'
        f"{characters}\n{cast}\n{details}\n{claims}\n{tracks}\n"
    )


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("name", [LONG, NASTY], ids=["long", "nasty"])
async def test_every_card_stays_within_the_limits(tmp_path: Path, name: str, language: str) -> None:
    file = tmp_path / "hostile.toml"
    file.write_text(seed(name), "utf-8")
    database = await Database.open(tmp_path / "byeol.db")
    try:
        await database.write(catalogue.apply, load([file], Known({}, {}, frozenset())), NOON)
        async with world_of(database) as world:
            world.never_tires()
            world.languages[world.member.id] = language
            for command, option, key in (
                ("ost", "name", "person/p0"),
                ("ost", "name", "work/w"),
                ("ost", "name", "track/t0"),
                ("cast", "drama", "work/w"),
                ("drama", "name", "work/w"),
                ("artist", "name", "person/p0"),
            ):
                shown = await world.ask_for(command, option, key)
                for _ in range(8):
                    assert_within_limits(shown)
                    assert "@everyone" not in shown.text
                    assert "\\<@&1>" in shown.text or "<@&1>" not in shown.text
                    assert "\\<t:1:R>" in shown.text or "<t:1:R>" not in shown.text
                    assert shown.text.count("[click](") == shown.text.count("\\[click](")
                    turning = [b for b in shown.buttons if b.custom_id.startswith("page:") and not b.disabled]
                    if not turning:
                        break
                    shown = await world.press_in_place(shown, turning[-1].label)
            sources = await world.press(
                await world.ask("drama", name="work/w"), "Sources" if language == "en" else "출처"
            )
            assert_within_limits(sources)
            assert_within_limits(await world.ask("artist", name="별" if name == LONG else "everyone"))
            assert len(await world.suggest("ost", "name", name[:20])) == 25
            assert_within_limits(await world.ask("upcoming", days=366))
            assert_within_limits(await world.ask("about"))
    finally:
        await database.close()
