"""The invented world: three dramas, a film, a group, soloists and soundtracks. Only the outlets exist in life.

The outlets have the ids that they have in life, since lists of dramas are asked for by those. Everything else is made
up, and lies around the day on which the world begins.
"""

from __future__ import annotations

from datetime import date, timedelta

from .world import (
    Album,
    Casting,
    Character,
    Episode,
    Group,
    Member,
    Organisation,
    Person,
    Track,
    Work,
    World,
    mbid,
)

TODAY = date(2026, 6, 1)
"""When the world begins unless a test says otherwise; a Monday."""

SERIES, MINISERIES, FILM = "Q5398426", "Q1259759", "Q11424"
THRILLER, ROMANCE, HISTORY, DRAMA = "Q2484376", "Q1054574", "Q1368898", "Q1366112"
ACTOR, SINGER, DIRECTOR, WRITER = "Q10800557", "Q177220", "Q2526255", "Q28389"

YEAR = timedelta(days=365)


def invented(today: date = TODAY) -> World:
    """A new world, which begins on a day."""
    world = World(today)
    _outlets(world)
    _people(world)
    _group(world)
    _dramas(world, today)
    _albums(world, today)
    return world


def _outlets(world: World) -> None:
    outlets = (
        Organisation(key="tvn", names={"en": "tvN", "ko": "tvN"}, qid="Q333424", tvmaze=280),
        Organisation(key="sbs", names={"en": "SBS TV", "ko": "SBS TV"}, qid="Q16172404", tvmaze=127),
        Organisation(
            key="netflix", names={"mul": "Netflix", "ko": "넷플릭스"}, qid="Q907311", tvmaze=1, web=True, zone=None
        ),
    )
    for outlet in outlets:
        world.add(outlet, age=3 * YEAR)


def _people(world: World) -> None:
    people = (
        ("chaeha", "Mun Chaeha", "문채하", (ACTOR,), 5101),
        ("yiseol", "Ko Yiseol", "고이설", (ACTOR,), 5102),
        ("doyul", "Nam Doyul", "남도율", (ACTOR,), 5103),
        ("rian", "Pyo Rian", "표리안", (ACTOR,), None),
        ("soha", "Bang Soha", "방소하", (DIRECTOR,), None),
        ("iru", "Cheon Iru", "천이루", (WRITER,), None),
    )
    for number, (key, english, korean, occupations, tvmaze) in enumerate(people):
        names = {"en": english, "ko": korean}
        world.add(
            Person(key=key, names=names, qid=f"Q99000010{number}", tvmaze=tvmaze, occupations=occupations, aliases={}),
            age=YEAR,
        )
    world.add(
        Person(
            key="garam",
            names={"en": "Ryu Garam", "ko": "류가람", "ja": "リュ・ガラム"},
            aliases={"en": ["Garam"], "ko": ["가람"]},
            qid="Q990000120",
            mbid=mbid("garam"),
            occupations=(SINGER,),
            soloist=True,
        ),
        age=YEAR,
    )
    world.add(
        Person(
            key="ondal",
            names={"mul": "Ondal", "ko": "온달"},
            qid="Q990000121",
            mbid=mbid("ondal"),
            occupations=(SINGER, ACTOR),
            soloist=True,
        ),
        age=YEAR,
    )
    characters = (
        ("harin", "Yoo Harin", "유하린"),
        ("captain", "Captain Do", "도 선장"),
        ("lamplighter", "The Lamplighter", "등불지기"),
    )
    for number, (key, english, korean) in enumerate(characters):
        world.add(Character(key=key, names={"en": english, "ko": korean}, qid=f"Q99000020{number}"), age=YEAR)


def _group(world: World) -> None:
    # One has a label in `mul` alone, which is how names that are the same everywhere are stated now.
    members = (
        ("sera", {"mul": "Sera", "ko": "세라"}, 5110, None, None),
        ("dohwa", {"en": "Dohwa", "ko": "도화"}, None, "2021-03-02", None),
        ("yunseo", {"en": "Yunseo", "ko": "윤서"}, None, "2021-03-02", None),
        ("miru", {"en": "Miru", "ko": "미루", "ja": "ミル"}, None, "2023", None),
        ("haon", {"en": "Haon", "ko": "하온"}, None, "2021-03-02", "2023-01"),
    )
    for number, (key, names, tvmaze, _, _) in enumerate(members):
        world.add(
            Person(
                key=key,
                names=names,
                qid=f"Q99000030{number}",
                mbid=mbid(key),
                tvmaze=tvmaze,
                occupations=(SINGER,),
            ),
            age=YEAR,
        )
    world.add(
        Group(
            key="nabit",
            names={"en": "NABIT", "ko": "나빛"},
            aliases={"en": ["Nabit"], "ko": ["나빗"]},
            qid="Q990000310",
            mbid=mbid("nabit"),
            founded="2021",
            members=[Member(key, since, until) for key, _, _, since, until in members],
            korean=False,
        ),
        age=YEAR,
    )


def _weekly(first: date, count: int, time: str, number: int) -> list[Episode]:
    """Two episodes a week, on two days in a row; their ids begin at `number`."""
    return [
        Episode(number + index, index + 1, first + timedelta(days=7 * (index // 2) + index % 2), time)
        for index in range(count)
    ]


def _dramas(world: World, today: date) -> None:
    saturday = today + timedelta(days=(5 - today.weekday()) % 7)
    opening = saturday + timedelta(days=14)
    world.add(
        Work(
            key="harbour",
            names={"en": "The Last Harbour", "ko": "마지막 항구", "ja": "最後の港", "es": "El último puerto"},
            aliases={"en": ["Last Harbor"]},
            qid="Q990000401",
            tvmaze=251,
            imdb="tt99000401",
            class_=SERIES,
            premiere=opening.isoformat()[:7],
            outlets=["tvn"],
            days=("Saturday", "Sunday"),
            cast=[Casting("chaeha", "harin"), Casting("doyul", "captain"), Casting("rian", role="Dockhand Pil")],
            directors=["soha"],
            writers=["iru"],
            genres=(DRAMA, THRILLER),
            episodes=_weekly(opening, 8, "21:20", 70_000),
        ),
        age=timedelta(days=3),
    )
    start = saturday - timedelta(days=22)
    world.add(
        Work(
            key="lantern",
            names={"en": "Lantern Alley", "ko": "등불 골목"},
            qid="Q990000402",
            tvmaze=240,
            class_=SERIES,
            korean=False,
            premiere=start.isoformat(),
            outlets=["sbs", "netflix"],
            days=("Friday", "Saturday"),
            cast=[
                Casting("yiseol", "lamplighter"),
                Casting("sera", role="Min Bora"),
                Casting("ondal", role="Street singer", silent=True),
            ],
            directors=["soha"],
            genres=(DRAMA, ROMANCE),
            episodes=[*_weekly(start, 12, "22:00", 71_000), Episode(71_900, None, start, "20:00", "Before the Alley")],
        ),
        age=timedelta(hours=5),
    )
    past = today - 2 * YEAR
    world.add(
        Work(
            key="frost",
            names={"en": "Letters in Frost", "ko": "서리의 편지"},
            qid="Q990000403",
            tvmaze=12,
            imdb="tt99000403",
            class_=MINISERIES,
            premiere=past.isoformat(),
            outlets=["netflix"],
            cast=[Casting("chaeha", role="Ahn Seri"), Casting("yiseol", role="Postmaster Gil")],
            writers=["iru"],
            genres=(HISTORY,),
            episodes=[Episode(72_000 + number, number, past) for number in range(1, 7)],
            joined=False,
        ),
        age=YEAR,
    )
    world.add(
        Work(
            key="orbit",
            names={"en": "Orbit of Salt", "ko": "소금의 궤도"},
            qid="Q990000404",
            imdb="tt99000404",
            class_=FILM,
            type="Film",
            premiere=(today - YEAR).isoformat(),
            cast=[Casting("doyul", role="Engineer Ma"), Casting("rian")],
            directors=["soha"],
            genres=(DRAMA,),
        ),
        age=YEAR,
    )
    others = (
        ("weekend", "Weekend Table", 249, "Reality", "Korean", "sbs", True),
        ("roof", "Tin Roof", 700, "Scripted", "English", "netflix", False),
    )
    for key, name, tvmaze, type_, language, outlet, korean in others:
        world.add(
            Work(
                key=key,
                names={"en": name},
                tvmaze=tvmaze,
                class_=SERIES,
                type=type_,
                language=language,
                korean=korean,
                outlets=[outlet],
                episodes=_weekly(saturday, 2, "18:00" if korean else "", tvmaze * 1000),
            ),
            age=YEAR,
        )


def _albums(world: World, today: date) -> None:
    ost = "Original Television Soundtrack"
    albums = (
        Album(
            key="lantern-1",
            names={"en": f"Lantern Alley ({ost}), Pt. 1", "ko": "등불 골목 OST Part 1"},
            on=(today - timedelta(days=15)).isoformat(),
            type="Single",
            work="lantern",
            artists=["garam"],
            tracks=[Track("골목의 밤", ["garam"]), Track("골목의 밤 (Inst.)", ["garam"])],
        ),
        Album(
            key="lantern-2",
            names={"en": f"Lantern Alley ({ost}), Pt. 2", "ko": "등불 골목 OST Part 2"},
            on=(today + timedelta(days=5)).isoformat(),
            type="Single",
            work="lantern",
            artists=["sera", "ondal"],
            tracks=[Track("Halfway Light", ["sera", "ondal"], None)],
        ),
        Album(
            key="frost-ost",
            names={"en": f"Letters in Frost ({ost})", "ko": "서리의 편지 OST"},
            on=(today - 2 * YEAR + timedelta(days=9)).isoformat(),
            work="frost",
            artists=["garam", "nabit"],
            tracks=[
                Track("첫 편지 (First Letter)", ["garam"]),
                Track("White Ink", ["nabit"]),
                Track("White Ink (Inst.)", ["nabit"]),
            ],
        ),
        Album(
            key="prism",
            names={"en": "Prism Season", "ko": "프리즘 시즌"},
            qid="Q990000501",
            on=(today + timedelta(days=45)).isoformat()[:7],
            type="EP",
            artists=["nabit"],
            tracks=[Track("Prism", ["nabit"])],
        ),
        Album(
            key="undated",
            names={"en": "Paper Boat", "ko": "종이배"},
            type="Single",
            artists=["ondal"],
            tracks=[Track("종이배", ["ondal"])],
        ),
    )
    for album in albums:
        album.mbid = mbid(album.key)
        world.add(album, age=timedelta(days=20))


def add_checked(world: World) -> None:
    """Add what `sync --check` asks for. It exists in life, and so is in no world unless a test wants it."""
    world.add(
        Work(
            key="goblin",
            names={"en": "Guardian: The Lonely and Great God", "ko": "쓸쓸하고 찬란하神 – 도깨비"},
            qid="Q24859151",
            class_=SERIES,
            premiere="2016-12-02",
            outlets=["tvn"],
            cast=[Casting("chaeha", "harin"), Casting("doyul")],
        ),
        age=YEAR,
    )
    world.add(
        Work(
            key="squid",
            names={"en": "Squid Game", "ko": "오징어 게임"},
            tvmaze=43687,
            imdb="tt10919420",
            class_=SERIES,
            outlets=["netflix"],
            episodes=[Episode(1_900_000 + number, number, date(2021, 9, 17)) for number in range(1, 10)],
        ),
        age=YEAR,
    )
    world.add(
        Person(key="boa", names={"en": "BoA", "ko": "보아"}, mbid="a16d1433-ba89-4f72-a47b-a370add0bb55", soloist=True),
        age=YEAR,
    )
