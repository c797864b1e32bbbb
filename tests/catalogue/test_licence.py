"""What licences ask for, and where they are."""

from __future__ import annotations

import pytest

from bot.catalogue.licence import address, asks_for_credit

CREATIVE_COMMONS = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("licence", "credited", "at"),
    [
        ("CC BY-SA 4.0", True, f"{CREATIVE_COMMONS}/licenses/by-sa/4.0/"),
        ("CC BY 3.0", True, f"{CREATIVE_COMMONS}/licenses/by/3.0/"),
        ("CC BY-NC-SA 3.0", True, f"{CREATIVE_COMMONS}/licenses/by-nc-sa/3.0/"),
        ("CC BY", True, None),
        ("CC0 1.0", False, f"{CREATIVE_COMMONS}/publicdomain/zero/1.0/"),
        ("CC BYTES", False, None),
        ("MIT", False, None),
        ("", False, None),
        (None, False, None),
    ],
)
def test_what_begins_with_by_is_credited(licence: str | None, credited: bool, at: str | None) -> None:
    assert asks_for_credit(licence) is credited
    assert (address(licence) if licence is not None else None) == at
