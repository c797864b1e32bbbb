"""Which work an OST release belongs to. The titles of works are invented."""

from __future__ import annotations

from datetime import date

import pytest

from bot.providers.provider import KnownWork
from bot.providers.soundtracks import by_title, work_of
from bot.store.record import ExternalId

KEEPERS = KnownWork(
    ExternalId("wikidata", "Q1"), ("Mr. Lighthouse: Keepers", "등대지기"), date(2025, 1, 4), date(2025, 2, 23)
)
VOICE = KnownWork(ExternalId("wikidata", "Q2"), ("Echo",), date(2017, 1, 14), None)
REMAKE = KnownWork(ExternalId("wikidata", "Q3"), ("Echo", "메아리"), date(2017, 4, 1), date(2017, 5, 1))
UNDATED = KnownWork(ExternalId("wikidata", "Q4"), ("Nobody's Diary", "…"), None, None)
TITLES = by_title([KEEPERS, VOICE, REMAKE, UNDATED])


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("등대지기 OST", None),
        ("등대지기 OST Part.3", 3),
        ("등대 지기 OST Pt. 12", 12),
        ("등대지기 오리지널 사운드트랙", None),
        ("등대지기 (오리지널 사운드트랙) Vol.2", 2),
        ("Mr. Lighthouse: Keepers OST Part 1", 1),
        ("Mr Lighthouse : Keepers OST, Pt.1", 1),
        ("MR. LIGHTHOUSE: KEEPERS (Original Television Soundtrack), Pt. 4", 4),
        ("Mr. Lighthouse: Keepers (Original Soundtrack)", None),
        ("Mr. Lighthouse: Keepers - Original Soundtrack [Vol. 1]", 1),
        ("Mr. Lighthouse: Keepers OST", None),
    ],
)
def test_a_title_names_the_work_and_the_part(title: str, part: int | None) -> None:
    assert work_of(title, "2025-01-20", TITLES) == (KEEPERS.id, part)


@pytest.mark.parametrize(
    "title",
    [
        "등대지기",
        "OST",
        "OST Part 1",
        "등대지기 2 OST",
        "등대지기 OST Part 1 (Piano Covers)",
        "Lighthouse OST",
        "The Mr. Lighthouse: Keepers OST",
        "등대지기 Special OST",
        "등대지기OSTRICH",
        "Nobody's Diary OST",
        "… OST",
        "",
    ],
)
def test_other_titles_name_no_work(title: str) -> None:
    assert work_of(title, "2025-01-20", TITLES) is None


@pytest.mark.parametrize(
    ("released", "fits"),
    [
        ("2024-12-20", False),
        ("2024-12-21", True),
        ("2025-06-23", True),
        ("2025-06-24", False),
        ("2025-01", True),
        ("2024-12", False),
        ("2025-06", False),
        ("2025", False),
        ("", False),
        ("????-01-20", False),
        ("2025-02-30", False),
    ],
)
def test_the_date_must_fit_as_far_as_it_is_known(released: str, fits: bool) -> None:
    assert (work_of("등대지기 OST", released, TITLES) is not None) == fits


def test_two_works_that_fit_are_none() -> None:
    assert work_of("Echo OST", "2017-02-01", TITLES) == (VOICE.id, None)
    assert work_of("Echo OST", "2017-04-15", TITLES) is None
    assert work_of("메아리 OST", "2017-04-15", TITLES) == (REMAKE.id, None)
    assert work_of("Echo OST", "2017-08-20", TITLES) == (REMAKE.id, None)
