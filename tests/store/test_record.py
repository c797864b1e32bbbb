"""Records of providers: kept as lines of JSON until they are taken in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.catalogue.model import EventKind, Kind, Role, Status
from bot.catalogue.when import Precision, When
from bot.store import record
from bot.store.record import ExternalId, Record, Thing

DRAMA, ACTOR, PART = (ExternalId("wikidata", id_) for id_ in ("Q1", "Q2", "Q3"))
SLOT = datetime(2025, 1, 4, 12, 20, tzinfo=UTC)
RECORD = Record(
    "wikidata",
    "Q1",
    (
        Thing(
            DRAMA,
            Kind.WORK,
            (
                record.name("별들", "original", "ko", 0),
                record.credit(ACTOR, PART, 0, Role.LEAD),
                record.event(
                    EventKind.PREMIERE,
                    When(Precision.MINUTE, "Asia/Seoul", SLOT, SLOT),
                    Status.CONFIRMED,
                ),
            ),
            type="drama",
            also=(ExternalId("imdb", "tt1"),),
            year=2025,
        ),
        Thing(ACTOR, Kind.PERSON, related=(DRAMA,)),
    ),
)


def test_a_record_survives_being_a_line() -> None:
    line = record.dump(RECORD)
    assert "\n" not in line
    assert record.load(line) == RECORD


@pytest.mark.parametrize("line", ["", "{}", "[1]", '["wikidata", "Q1", [{"kind": "work"}]]', "null", "nonsense"])
def test_anything_else_is_no_record(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        record.load(line)
