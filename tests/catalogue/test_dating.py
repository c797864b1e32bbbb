"""Which of the dates that origins state for one event counts."""

from __future__ import annotations

import pytest

from bot.catalogue import when
from bot.catalogue.dating import StatedDate, current
from bot.catalogue.model import Status
from bot.catalogue.origin import Authority, Origin

CURATOR = Origin(Authority.CURATOR, "1").precedence
SEED = Origin(Authority.SEED, "a").precedence
WIKIDATA, TVMAZE, MUSICBRAINZ = (
    Origin(Authority.IMPORT, f"{name}/1").precedence for name in ("wikidata", "tvmaze", "musicbrainz")
)
REPORTED, EXPECTED, CONFIRMED, CANCELLED = Status.REPORTED, Status.EXPECTED, Status.CONFIRMED, Status.CANCELLED


@pytest.mark.parametrize(
    ("stated", "counts"),
    [
        pytest.param([], None, id="none"),
        pytest.param([(SEED, 1, CONFIRMED, "2025-01-04")], None, id="only a claim"),
        pytest.param([(SEED, 0, EXPECTED, "2025-01"), (CURATOR, 0, REPORTED, "2025-02")], 1, id="a curator first"),
        pytest.param([(WIKIDATA, 0, CONFIRMED, "2025-01-05"), (SEED, 0, EXPECTED, "2025-01-04")], 1, id="a seed first"),
        pytest.param([(SEED, 0, EXPECTED, "2025"), (TVMAZE, 0, CONFIRMED, "2025-01-04 21:20")], 1, id="a finer one"),
        pytest.param([(SEED, 0, CONFIRMED, "2025-01"), (WIKIDATA, 0, REPORTED, "2025-01-04")], 0, id="a finer guess"),
        pytest.param([(SEED, 0, EXPECTED, "2025-01"), (TVMAZE, 0, CONFIRMED, "2025-02-01")], 0, id="finer elsewhere"),
        pytest.param([(SEED, 0, CANCELLED, "2025"), (TVMAZE, 0, CONFIRMED, "2025-01-04 21:20")], 0, id="cancelled"),
        pytest.param([(WIKIDATA, 0, REPORTED, "2025-01-03"), (TVMAZE, 0, CONFIRMED, "2025-01-04")], 1, id="firmer"),
        pytest.param([(MUSICBRAINZ, 0, EXPECTED, "2025-01-03"), (WIKIDATA, 0, EXPECTED, "2025-01-04")], 1, id="order"),
        pytest.param(
            [(SEED, 0, EXPECTED, "2025"), (WIKIDATA, 0, EXPECTED, "2025-01"), (TVMAZE, 0, EXPECTED, "2025-01-04")],
            2,
            id="the finest",
        ),
    ],
)
def test_the_date_that_counts(stated: list[tuple[int, int, Status, str]], counts: int | None) -> None:
    dates = [
        StatedDate(place, precedence, rank, status, when.parse(date))
        for place, (precedence, rank, status, date) in enumerate(stated)
    ]
    chosen = current(dates)
    assert (chosen.id if chosen else None) == counts
    assert current(dates[::-1]) == chosen
