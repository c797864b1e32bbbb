"""Which dates follow from a slot, and which do not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.catalogue.episodes import MOST, Plan, Slot, Stated, expected
from bot.catalogue.model import Status
from bot.catalogue.when import Precision, parse

SEOUL = "Asia/Seoul"
WEEKEND = Slot(("sat", "sun"), "21:20", SEOUL)
LATE = Slot(("fri", "sat"), "24:10", SEOUL)
DAILY = Slot(("mon", "tue", "wed", "thu", "fri"), "19:00", SEOUL)
SATURDAY = "2031-04-05"


def on(text: str, status: Status = Status.CONFIRMED) -> Stated:
    return Stated(parse(text), status)


def plan(
    count: int = 8,
    *,
    slot: Slot = WEEKEND,
    premiere: str | Stated | None = SATURDAY,
    finale: str | Stated | None = None,
    episodes: Mapping[int, str | Stated] | None = None,
    a_night: int | None = None,
    breaks: tuple[str, ...] = (),
) -> Plan:
    def stated(one: str | Stated) -> Stated:
        return on(one) if isinstance(one, str) else one

    return Plan(
        slot,
        count,
        stated(premiere) if premiere else None,
        stated(finale) if finale else None,
        {number: stated(one) for number, one in (episodes or {}).items()},
        a_night,
        tuple(map(date.fromisoformat, breaks)),
    )


def days(of: Plan) -> str:
    """The expected dates in the zone of the slot: numbers with days of the spring of 2031."""
    shown: dict[str, list[str]] = {}
    for number, when in expected(of).items():
        assert when.precision is Precision.MINUTE
        assert when.earliest is not None
        shown.setdefault(f"{when.earliest.astimezone(ZoneInfo(of.slot.zone)):%m-%d}", []).append(str(number))
    return " ".join(f"{day}:{'+'.join(numbers)}" for day, numbers in shown.items())


@pytest.mark.parametrize(
    ("of", "follows"),
    [
        pytest.param(plan(4), "04-06:2 04-12:3 04-13:4", id="the premiere is said already"),
        pytest.param(plan(4, premiere=None), "", id="no first day"),
        pytest.param(plan(0), "", id="no count"),
        pytest.param(plan(MOST + 1), "", id="more than anybody airs"),
        pytest.param(plan(4, premiere=on("2031-04")), "", id="only the month is known"),
        pytest.param(plan(4, premiere=on(SATURDAY, Status.REPORTED)), "", id="the premiere is a rumour"),
        pytest.param(plan(4, premiere=on(SATURDAY, Status.POSTPONED)), "", id="the premiere is postponed"),
        pytest.param(plan(4, premiere=on(SATURDAY, Status.CANCELLED)), "", id="the drama is cancelled"),
        pytest.param(plan(3, premiere=on(SATURDAY, Status.EXPECTED)), "04-06:2 04-12:3", id="an expected premiere"),
        pytest.param(
            plan(3, premiere=None, episodes={1: SATURDAY}), "04-06:2 04-12:3", id="the first episode is stated"
        ),
        pytest.param(plan(3, episodes={1: "2031-04-12"}), "04-13:2 04-19:3", id="it says more than the premiere"),
        pytest.param(plan(3, slot=Slot((), "21:20", SEOUL)), "", id="no weekdays"),
        pytest.param(plan(3, slot=Slot(("someday",), "21:20", SEOUL)), "", id="no weekday that there is"),
        # Breaks
        pytest.param(plan(5, breaks=("2031-04-12",)), "04-06:2 04-13:3 04-19:4 04-20:5", id="a night off"),
        pytest.param(plan(4, breaks=("2031-04-12", "2031-04-13")), "04-06:2 04-19:3 04-20:4", id="a week off"),
        pytest.param(plan(4, breaks=("2031-04-09",)), "04-06:2 04-12:3 04-13:4", id="a break outside of the slot"),
        pytest.param(plan(6, episodes={4: "2031-04-19"}), "04-20:5 04-26:6", id="a break, nobody says when"),
        pytest.param(plan(6, episodes={3: "2031-04-19"}), "04-20:4 04-26:5 04-27:6", id="a later date says so, too"),
        pytest.param(
            plan(5, episodes={3: "2031-04-19"}, breaks=("2031-04-12", "2031-04-13")),
            "04-06:2 04-20:4 04-26:5",
            id="the later date and the break agree",
        ),
        # Two a night
        pytest.param(plan(6, a_night=2), "04-05:2 04-06:3+4 04-12:5+6", id="two a night are stated"),
        pytest.param(plan(5, a_night=2), "04-05:2 04-06:3+4 04-12:5", id="an odd count"),
        pytest.param(
            plan(8, finale="2031-04-13"), "04-05:2 04-06:3+4 04-12:5+6 04-13:7", id="the finale says two a night"
        ),
        pytest.param(plan(4, finale="2031-04-13"), "04-06:2 04-12:3", id="the finale says one a night"),
        pytest.param(plan(6, finale="2031-04-20"), "04-06:2 04-12:3 04-13:4 04-19:5", id="and agrees with the slot"),
        pytest.param(plan(6, finale="2031-05-04"), "", id="the finale says that there is a break"),
        pytest.param(plan(6, finale="2031-04-13", a_night=1), "", id="count and finale disagree"),
        pytest.param(plan(4, finale="2031-05"), "04-06:2 04-12:3 04-13:4", id="the finale is vague"),
        pytest.param(plan(5, episodes={2: SATURDAY}), "04-06:3 04-12:4 04-13:5", id="two on the first night alone"),
        pytest.param(plan(4, episodes={4: "2031-04-06"}), "04-05:2 04-06:3", id="the first week had four"),
        # Specials
        pytest.param(plan(4, premiere="2031-04-04"), "04-05:2 04-06:3 04-12:4", id="a premiere the night before"),
        pytest.param(plan(4, episodes={2: "2031-04-09"}), "04-12:3 04-13:4", id="an episode on another weekday"),
        pytest.param(plan(4, episodes={0: "2031-04-06"}), "04-06:2 04-12:3 04-13:4", id="a special has no number"),
        pytest.param(plan(3, episodes={4: "2031-04-19"}), "04-06:2 04-12:3", id="more than are counted"),
        pytest.param(plan(3, finale="2031-04-10"), "04-06:2", id="the finale is a special"),
        # What is not known
        pytest.param(plan(5, episodes={3: on("2031-04")}), "04-06:2", id="nothing after a vague date"),
        pytest.param(plan(5, episodes={3: on("2031-04-12", Status.POSTPONED)}), "04-06:2", id="nor a postponed one"),
        pytest.param(
            plan(6, episodes={3: on("unknown", Status.POSTPONED), 4: "2031-04-20"}),
            "04-06:2 04-26:5 04-27:6",
            id="until the next date",
        ),
        pytest.param(plan(4, episodes={2: "2031-04-05", 3: "2031-04-01"}), "04-05:4", id="dates that go back"),
        # Zones and listings
        pytest.param(plan(3, slot=DAILY, premiere="2031-04-04"), "04-07:2 04-08:3", id="a daily drama has weekends"),
        pytest.param(plan(3, slot=LATE, premiere="2031-04-04"), "04-06:2 04-12:3", id="24:10 is after midnight"),
        pytest.param(plan(3, slot=LATE, premiere="2031-04-05 00:10"), "04-06:2 04-12:3", id="as its minute is stated"),
        pytest.param(
            plan(3, slot=LATE, premiere=None, episodes={2: "2031-04-06"}), "04-12:3", id="stated for the morning"
        ),
        pytest.param(
            plan(3, slot=Slot(("sat", "sun"), "21:00", "America/New_York"), premiere="2031-04-06 10:00"),
            "04-06:2 04-12:3",
            id="a slot elsewhere",
        ),
    ],
)
def test_what_follows(of: Plan, follows: str) -> None:
    assert days(of) == follows


def test_the_time_is_that_of_the_slot_in_its_zone() -> None:
    assert expected(plan(2))[2] == parse("2031-04-06 21:20")
    assert expected(plan(2, slot=LATE, premiere="2031-04-04"))[2] == parse("2031-04-06 00:10")


def test_clocks_that_change_keep_the_time_of_the_listing() -> None:
    found = expected(plan(3, slot=Slot(("sat", "sun"), "21:00", "America/New_York"), premiere="2031-03-08"))
    assert [when.earliest and when.earliest.hour for when in found.values()] == [1, 1]
    before = expected(plan(3, slot=Slot(("sat",), "21:00", "America/New_York"), premiere="2031-02-22"))
    assert [when.earliest and when.earliest.hour for when in before.values()] == [2, 2]
