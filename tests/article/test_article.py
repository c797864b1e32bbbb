"""Byeol began from one news article (Pinkvilla, 16 December 2024). Every fact of it is answered by a command."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import World
from tests.seen import Seen


class Row(NamedTuple):
    """One fact of the article, the command that tells it, and words that its answer holds."""

    number: str
    subject: str
    attribute: str
    value: str
    command: str
    expected: str


def _rows() -> list[Row]:
    lines = (Path(__file__).parent / "article.tsv").read_text("utf-8").splitlines()
    return [Row(*line.split("\t")) for line in lines[1:]]


ROWS = _rows()
_OPTION = {"cast": "drama"}


def test_no_fact_is_left_out() -> None:
    assert [int(row.number) for row in ROWS] == list(range(1, 58))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.subject}-{row.attribute}")
async def test_fact_is_answered(world: World, row: Row) -> None:
    command, _, button = row.command.partition(" → ")
    name, _, typed = command.removeprefix("/").partition(" ")
    shown = await world.ask_for(name, _OPTION.get(name, "name"), typed)
    if button:
        shown = await world.press(shown, button)
    assert row.expected.replace("\\n", "\n") in await _all_pages(world, shown), row


async def _all_pages(world: World, shown: Seen) -> str:
    text = shown.text
    while any(button.label == "Next" and not button.disabled for button in shown.buttons):
        shown = await world.press_in_place(shown, "Next")
        text += "\n" + shown.text
    return text
