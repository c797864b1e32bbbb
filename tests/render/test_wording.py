"""Words without markup: names stand in them as they are, and what Discord adds is added elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict
from zoneinfo import ZoneInfo

import pytest

from bot.catalogue.lists import OstCount
from bot.catalogue.model import (
    Airing,
    Certainty,
    Credit,
    Detail,
    EventKind,
    Kind,
    Label,
    Money,
    Name,
    Ost,
    Performer,
    Profile,
    Ref,
    Relation,
    Role,
    Song,
    Source,
    Status,
    Upcoming,
)
from bot.catalogue.when import SEOUL, parse
from bot.render import headlines, phrases, wording
from bot.render.card import BY_RULE, escape
from bot.render.phrases import MARKED
from bot.render.wording import PLAIN, Style
from bot.search import Entry
from bot.text import LANGUAGES, Words, words
from tests.helpers import event, utc

MARKUP = set("\\*_~|`[]<>#")
NAMES = (
    "Jin",
    "**Paper** _Moon_ ~~x~~ ||y||",
    "`[<@1>](https://evil.example)",
    "# A heading <#2> <t:1:R>",
    "- @everyone \\*",
    "> quoted",
)
NOW = utc("2025-01-04 00:00")
LANGUAGE = pytest.mark.parametrize("t", [words(language) for language in LANGUAGES], ids=LANGUAGES)
NAME = pytest.mark.parametrize("name", NAMES)


class Stated(TypedDict):
    """What every statement of these tests has."""

    rank: int
    certainty: Certainty
    note: None
    sources: tuple[Source, ...]


STATED: Stated = {"rank": 0, "certainty": Certainty.STATED, "note": None, "sources": ()}


def entity(kind: Kind, name: str) -> Label:
    return Label(Ref(kind, "x"), {"en": name, "ko": f"{name}별"})


def credit(name: str, *, role: Role | None = None) -> Credit:
    """A part in a work where everything has that name; without a `role`, its size is in the source's words."""
    return Credit(
        **STATED,
        work=entity(Kind.WORK, name),
        person=entity(Kind.PERSON, name),
        character=entity(Kind.CHARACTER, name),
        role=role,
        role_words=None if role else {"en": name},
        billing=1,
        credited_as=name,
    )


def place(name: str) -> Ost:
    return Ost(**STATED, track=entity(Kind.TRACK, name), work=entity(Kind.WORK, name), part=3, main=True)


def singing(name: str) -> list[Performer]:
    return [Performer(**STATED, artist=entity(Kind.PERSON, name), credited_as=None)]


def song(name: str, date: str = "2025-01-26") -> Song:
    return Song(entity(Kind.TRACK, name), singing(name), [place(name)], [event(date)])


def coming(name: str, kind: EventKind) -> Upcoming:
    happens = replace(event("2025-01-26", kind=kind, number=5), subject=entity(Kind.WORK, name))
    return Upcoming(happens, [entity(Kind.WORK, name)], [entity(Kind.PERSON, name)])


def following(name: str) -> wording.Line:
    """A vague date that follows another one, and a statement that contradicts it."""
    vague = parse("early 2025-01", words={"en": name})
    first = replace(event("2025"), when=vague, after=(entity(Kind.WORK, name), EventKind.FINALE))
    return wording.event_dates(words("en"), [first, event("2024-12-01", rank=1)], NOW)[0]


def profile(name: str) -> Profile:
    names = [Name(**STATED, text=name, kind="former", language="en")]
    details = [Detail(**STATED, attribute="trivia", value={"en": name})]
    return Profile(entity(Kind.WORK, "other"), None, frozenset(), names, details, (), (), (), ())


def cited_from(publisher: str) -> Detail:
    return replace(profile("x").details[0], sources=[Source("s", publisher, None, None)])


Sentence = Callable[[Words, str, Style], str]

SENTENCES: dict[str, Sentence] = {
    "name": lambda t, name, style: wording.called(t, entity(Kind.PERSON, name), style),
    "name in both scripts": lambda t, name, style: wording.called_fully(t, entity(Kind.PERSON, name), style),
    "other names": lambda t, name, style: "; ".join(wording.also_called(t, profile(name), style)),
    "vague date": lambda t, name, style: wording.when(t, parse("early 2025", words={"en": name}), style),
    "date after another": lambda t, name, style: wording.dated(
        t, replace(event("2025"), after=(entity(Kind.WORK, name), EventKind.FINALE)), NOW, style
    ),
    "date in other words": lambda t, name, style: wording.remarks(
        t, replace(event("2025-01-26"), when=parse("2025-01-26", words={"en": name})), style
    ),
    "performers": lambda t, name, style: wording.performers(t, singing(name), style),
    "title of a song": lambda t, name, style: wording.song_title(t, song(name), style),
    "name in the credits": lambda t, name, style: wording.credited_as(t, credit(name), style),
    "part": lambda t, name, style: wording.part(t, credit(name), style),
    "part of a stated size": lambda t, name, style: wording.part(t, credit(name, role=Role.LEAD), style),
    "relation": lambda t, name, style: wording.relation(
        t, Relation(**STATED, kind="meets", other=entity(Kind.CHARACTER, name)), style
    ),
    "where to watch": lambda t, name, style: wording.airing(
        t,
        Airing(
            **STATED,
            organisation=entity(Kind.ORGANISATION, name),
            type="network",
            days=("sat", "sun"),
            time="21:20",
            zone=SEOUL,
            region={"en": name},
        ),
        style,
    ),
    "detail": lambda t, name, style: "; ".join(line.value for line in wording.details(t, profile(name).details, style)),
    "sources": lambda t, name, style: wording.sourced(t, [cited_from(name)], style),
    **{
        f"headline of {kind}": lambda t, name, style, kind=kind: headlines.headline(t, coming(name, kind), style)
        for kind in EventKind
    },
    "headline of episodes": lambda t, name, style: headlines.title(t, [coming(name, EventKind.EPISODE)] * 2, style),
    "headline of songs": lambda t, name, style: headlines.title(t, [coming(name, EventKind.OST_RELEASE)] * 2, style),
}

SENTENCE = pytest.mark.parametrize("sentence", SENTENCES.values(), ids=list(SENTENCES))


def added(said: str, name: str) -> set[str]:
    """The characters of markup in a sentence outside the name."""
    return MARKUP & set(said.replace(name, ""))


@LANGUAGE
@NAME
@SENTENCE
def test_a_name_stands_as_it_is_and_nothing_is_marked(t: Words, name: str, sentence: Sentence) -> None:
    said = sentence(t, name, PLAIN)
    assert name in said
    assert added(said, name) == set()


@LANGUAGE
@NAME
@SENTENCE
def test_discord_gets_the_same_words_with_every_name_escaped(t: Words, name: str, sentence: Sentence) -> None:
    assert sentence(t, name, MARKED) == sentence(t, name, PLAIN).replace(name, escape(name))


@LANGUAGE
@NAME
def test_a_work_is_emphasised_among_other_words_only_where_a_medium_can(t: Words, name: str) -> None:
    plain = wording.ost_place(t, place(name))
    assert name in plain
    assert added(plain, name) == set()
    work, rest = plain.split(" · ", 1)
    assert phrases.ost_place(t, place(name)) == f"*{escape(work)}* · {rest}"
    assert wording.ost_place(t, place(name), with_work=False) == rest


@LANGUAGE
@NAME
def test_a_list_to_choose_from_shows_names_as_they_are(t: Words, name: str) -> None:
    entry = Entry(Ref(Kind.PERSON, "x"), entity(Kind.PERSON, name), (name,), (entity(Kind.GROUP, name),), 1992)
    assert wording.told_apart(t, entry).startswith(name)
    assert added(wording.listed(t, entry), name) == set()


@NAME
def test_dates_that_contradict_come_beside_the_one_that_holds(name: str) -> None:
    line = following(name)
    assert line.name == "Release"
    assert line.value == f"“{name}” (after: finale, {name}) · confirmed"
    assert line.others == "Also stated: 1 December 2024 · confirmed"


def test_a_name_made_by_rule_is_marked_only_where_there_are_footnotes() -> None:
    hangul, t = Label(Ref(Kind.PERSON, "x"), {"ko": "강태희"}), words("en")
    assert wording.called_fully(t, hangul) == "Gang Tae-hui · 강태희"
    assert phrases.called_fully(t, hangul) == f"Gang Tae-hui{BY_RULE} · 강태희"


def test_an_entity_without_a_name_is_untitled() -> None:
    assert wording.called(words("en"), Label(Ref(Kind.TRACK, "x"), {})) == "untitled"


def test_a_name_is_on_one_line() -> None:
    assert wording.called(words("en"), Label(Ref(Kind.TRACK, "x"), {"en": " Paper\n Moon "})) == "Paper Moon"


@pytest.mark.parametrize(
    ("date", "english", "korean"),
    [
        ("2025-01-26 18:00", "26 January 2025 at 18:00 KST", "2025년 1월 26일 오후 6시"),
        ("2025-01-26", "26 January 2025", "2025년 1월 26일"),
        ("2025-01", "January 2025", "2025년 1월"),
        ("2025", "2025", "2025"),
        ("unknown", "date not known", "날짜 미정"),
    ],
)
def test_a_date_is_as_exact_as_it_is_known(date: str, english: str, korean: str) -> None:
    assert wording.when(words("en"), parse(date)) == english
    assert wording.when(words("ko"), parse(date)) == korean


def test_a_minute_is_said_in_the_readers_zone_and_a_day_is_not_moved() -> None:
    t, there = words("en"), Style(ZoneInfo("Pacific/Auckland"))
    assert wording.when(t, parse("2025-01-26 18:00"), there) == "26 January 2025 at 22:00 NZDT"
    assert wording.when(t, parse("2025-01-26 23:00"), Style(ZoneInfo("America/Sao_Paulo"))).endswith("11:00 UTC-3")
    assert wording.when(t, parse("2025-01-26"), there) == "26 January 2025"


def test_discord_shows_a_minute_in_its_own_way() -> None:
    assert phrases.when(words("en"), parse("2025-01-26 18:00")) == "<t:1737882000:f>"


@pytest.mark.parametrize(
    ("date", "status", "said"),
    [
        ("2025-01-26", Status.CONFIRMED, "26 January 2025"),
        ("2025-01-26", Status.REPORTED, "26 January 2025 · reported"),
        ("unknown", Status.EXPECTED, ""),
    ],
)
def test_a_song_has_its_date_and_says_where_that_is_not_firm(date: str, status: Status, said: str) -> None:
    sung = replace(song("x"), events=[event(date, status=status)])
    assert wording.song_date(words("en"), sung, NOW) == said
    assert phrases.song_date(words("en"), sung, NOW) == (f" · {said}" if said else "")


def test_counts_and_amounts_are_words() -> None:
    t = words("en")
    budget = Money(**STATED, attribute="budget", amount=50 * 10**9, currency="KRW", qualifier="about", converted=False)
    assert wording.amount(t, budget) == "about ₩50 billion"
    assert wording.ost_counts(t, OstCount(3, 2)) == ["3 OSTs", "2 solo"]
    assert wording.ost_counts(t, OstCount(0, 0)) == []
