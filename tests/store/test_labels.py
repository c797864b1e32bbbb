"""Which of its names an entity is shown by."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.address import Address
from bot.catalogue.model import Kind, Ref
from bot.store.reading import entity_id, labels
from tests.helpers import apply, opened, write


@pytest.mark.parametrize(
    ("names", "english", "korean"),
    [
        ('["BIG Naughty", { text = "서동현", kind = "birth", language = "ko" }]', "BIG Naughty", "BIG Naughty"),
        (
            '[{ text = "서동현", kind = "birth", language = "ko" },'
            ' { text = "빅나티", kind = "stage", language = "ko" }, "BIG Naughty"]',
            "BIG Naughty",
            "빅나티",
        ),
        ('[{ text = "Joo Ji-hoon", kind = "spelling" }, "Ju Ji Hoon"]', "Ju Ji Hoon", "Ju Ji Hoon"),
        ('[{ text = "서동현", kind = "birth", language = "ko" }]', "Seo Dong-hyeon", "서동현"),
        ('[{ text = "강태희", language = "ko" }]', "Gang Tae-hui", "강태희"),
    ],
)
async def test_stage_names_stand_before_names_that_nobody_uses(
    address: Address, tmp_path: Path, names: str, english: str, korean: str
) -> None:
    seeds = write(
        tmp_path / "seeds",
        sources='[[sources]]\nslug = "press"\npublisher = "Press"\ntitle = "A title"\nurl = "https://press.example/1"\n',
        people=f'[[people]]\nslug = "somebody"\nsources = ["press"]\nnames = {names}\n',
    )
    async with opened(address) as database:
        await apply(database, seeds)
        id_ = await database.read(entity_id, Ref(Kind.PERSON, "somebody"))
        assert id_ is not None
        label = (await database.read(labels, [id_]))[id_]
    assert (label.name("en"), label.name("ko")) == (english, korean)
