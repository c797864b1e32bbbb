"""Reading seed files: what is right, and anything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Authority, Origin
from bot.catalogue.slug import slug_of
from bot.errors import SeedError
from bot.seeding import load
from bot.seeding.loader import MAX_PROBLEMS, Known
from bot.store.stated import Desired
from tests.helpers import write

NOTHING = Known({}, {}, frozenset())


def seed_file(name: str) -> Origin:
    return Origin(Authority.SEED, name)


SOURCE = '[[sources]]\nslug = "herald"\npublisher = "The Herald"\ntitle = "A title"\nurl = "https://example.com/1"\n'
PERSON = '[[people]]\nslug = "ban-dal"\nsources = ["herald"]\nnames = ["Ban Dal"]\n'
WORK = '[[works]]\nslug = "gossip"\ntype = "drama"\nsources = ["herald"]\n'
TRACK = '[[tracks]]\nslug = "home"\nsources = ["herald"]\n'


def read(folder: Path, *contents: str, known: Known = NOTHING) -> Desired:
    return load([write(folder, **{f"file{n}": content for n, content in enumerate(contents, start=1)})], known)


def test_files_may_refer_to_one_another_in_any_order(tmp_path: Path) -> None:
    desired = read(tmp_path / "seeds", TRACK + 'performers = ["ban-dal"]\n', PERSON, SOURCE)
    assert set(desired.entities) == {Ref(Kind.TRACK, "home"), Ref(Kind.PERSON, "ban-dal")}
    assert desired.origins == {seed_file(f"seeds/file{number}.toml") for number in (1, 2, 3)}
    assert desired.sources["herald"].origin == seed_file("seeds/file3.toml")


def test_files_may_refer_to_what_is_loaded_already(tmp_path: Path) -> None:
    known = Known(
        {Ref(Kind.PERSON, "ban-dal"): frozenset({seed_file("seeds/people.toml")})},
        {"herald": seed_file("seeds/sources.toml")},
        frozenset({seed_file("seeds/people.toml"), seed_file("seeds/sources.toml")}),
    )
    file = write(tmp_path / "seeds", track=TRACK + 'performers = ["ban-dal"]\n') / "track.toml"
    assert load([file], known).origins == {seed_file("seeds/track.toml")}


def test_a_whole_folder_cannot_refer_to_what_a_file_that_is_gone_from_it_stated(tmp_path: Path) -> None:
    known = Known(
        {Ref(Kind.PERSON, "ban-dal"): frozenset({seed_file("seeds/people.toml")})},
        {"herald": seed_file("seeds/sources.toml")},
        frozenset({seed_file("seeds/people.toml"), seed_file("seeds/sources.toml")}),
    )
    folder = write(tmp_path / "seeds", track=TRACK + 'performers = ["ban-dal"]\n')
    with pytest.raises(SeedError) as raised:
        load([folder], known)
    assert len(raised.value.problems) == 2


def test_what_another_file_states_cannot_be_stated_by_one_alone(tmp_path: Path) -> None:
    known = Known(
        {Ref(Kind.PERSON, "ban-dal"): frozenset({seed_file("seeds/people.toml")})},
        {},
        frozenset({seed_file("seeds/people.toml")}),
    )
    file = write(tmp_path / "seeds", other=SOURCE + PERSON) / "other.toml"
    with pytest.raises(SeedError) as raised:
        load([file], known)
    assert raised.value.problems == [
        f"{file}:6: people[ban-dal]: already stated in seeds/people.toml, which is not among the files to load"
    ]


def test_a_performer_may_be_a_person_or_a_group(tmp_path: Path) -> None:
    group = '[[groups]]\nslug = "umbrellas"\nsources = ["herald"]\nnames = ["Umbrellas"]\n'
    desired = read(tmp_path / "seeds", TRACK + 'performers = ["ban-dal", "umbrellas"]\n', SOURCE + PERSON + group)
    credited = [row.columns["artist_id"] for row in desired.statements if row.shape == "performer"]
    assert credited == [Ref(Kind.PERSON, "ban-dal"), Ref(Kind.GROUP, "umbrellas")]


def test_statements_without_sources_cite_those_of_what_they_are_about(tmp_path: Path) -> None:
    desired = read(
        tmp_path / "seeds",
        """
        sources = [
            { slug = "a", publisher = "A", title = "A", note = "Read in print." },
            { slug = "b", publisher = "B", title = "B", url = "https://example.com/b" },
        ]
        [[works]]
        slug = "gossip"
        type = "drama"
        sources = ["a"]
        names = ["Gossip", { text = "Murmurs", sources = ["b", "a", "b"] }]
        characters = [
            { slug = "cat", names = ["Cat"], relations = [{ to = "dog", kind = "meets" }] },
            { slug = "dog", sources = ["b"], names = ["Dog"] },
        ]
        """,
    )
    cited = {(str(row.entity), row.shape, row.columns.get("text")): row.sources for row in desired.statements}
    assert cited == {
        ("work/gossip", "name", "Gossip"): ("a",),
        ("work/gossip", "name", "Murmurs"): ("b", "a"),
        ("character/gossip-cat", "name", "Cat"): ("a",),
        ("character/gossip-cat", "relation", None): ("a",),
        ("character/gossip-dog", "name", "Dog"): ("b",),
    }


def test_names_in_short_are_an_official_and_an_original_one(tmp_path: Path) -> None:
    people = [
        PERSON.replace('["Ban Dal"]', names)
        for names in (
            '{ en = "Ban Dal", ko = "반달" }',
            '["Ban Dal", { text = "반달", kind = "original", language = "ko" }]',
        )
    ]
    brief, long = (read(tmp_path / "seeds", SOURCE + person).statements for person in people)
    assert brief == long
    (one,) = read(tmp_path / "seeds", SOURCE + PERSON.replace('["Ban Dal"]', '"Ban Dal"')).statements
    assert one == long[0]


def test_people_and_characters_are_made_where_they_are_named(tmp_path: Path) -> None:
    brief = """
        cast = [
            { name = { en = "Ban Dal", ko = "반달" }, as = { en = "The Cat", ko = "고양이" }, role = "lead" },
            { person = "mo-rae-the-younger", name = "Mo Rae", character = "keeper", as = "The Keeper" },
            { person = "ban-dal", character = "keeper", sources = ["post"] },
            { name = "Seo Sook-hyang", sources = ["post"] },
        ]
        crew = [{ person = "na-mu", name = { ko = "나무" }, job = "writer" }]
        """
    long = """
        cast = [
            { person = "ban-dal", character = "the-cat", role = "lead" },
            { person = "mo-rae-the-younger", character = "keeper" },
            { person = "ban-dal", character = "keeper", sources = ["post"] },
            { person = "seo-sook-hyang", sources = ["post"] },
        ]
        crew = [{ person = "na-mu", job = "writer" }]
        characters = [
            { slug = "the-cat", names = { en = "The Cat", ko = "고양이" } },
            { slug = "keeper", names = "The Keeper" },
        ]
        [[people]]
        slug = "ban-dal"
        sources = ["herald"]
        names = { en = "Ban Dal", ko = "반달" }
        [[people]]
        slug = "mo-rae-the-younger"
        sources = ["herald"]
        names = "Mo Rae"
        [[people]]
        slug = "seo-sook-hyang"
        sources = ["post"]
        names = "Seo Sook-hyang"
        [[people]]
        slug = "na-mu"
        sources = ["herald"]
        names = { ko = "나무" }
        """
    song = '\n[[tracks]]\nslug = "home"\nsources = ["post"]\nperformers = [{0}]\n'
    singer = '[[people]]\nslug = "ga-rang"\nsources = ["post"]\nnames = "Ga Rang"\n'
    post = SOURCE.replace("herald", "post")
    short = read(tmp_path / "seeds", SOURCE + post + WORK + brief + song.replace("{0}", '{ name = "Ga Rang" }'))
    whole = read(tmp_path / "seeds", SOURCE + post + WORK + long + song.replace("{0}", '"ga-rang"') + singer)
    assert short.entities == whole.entities
    assert sorted(map(repr, short.statements)) == sorted(map(repr, whole.statements))


def test_sources_of_the_file_are_cited_where_nothing_else_is(tmp_path: Path) -> None:
    post = SOURCE.replace("herald", "post")
    drama = """
        [[works]]
        slug = "gossip"
        type = "drama"
        names = ["Gossip", { text = "Murmurs", sources = ["post"] }]
        cast = [{ name = "Ban Dal", as = "The Cat" }]
        [[tracks]]
        slug = "home"
        sources = ["post"]
        names = "Home"
        """
    desired = read(tmp_path / "seeds", 'default_sources = ["herald"]\n' + SOURCE + post + drama)
    cited = {(str(row.entity), row.shape, row.columns.get("text")): row.sources for row in desired.statements}
    assert cited == {
        ("work/gossip", "name", "Gossip"): ("herald",),
        ("work/gossip", "name", "Murmurs"): ("post",),
        ("work/gossip", "credit", None): ("herald",),
        ("person/ban-dal", "name", "Ban Dal"): ("herald",),
        ("character/gossip-the-cat", "name", "The Cat"): ("herald",),
        ("track/home", "name", "Home"): ("post",),
    }


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Lee Min Ho", "lee-min-ho"),
        ("Seo Sook-hyang", "seo-sook-hyang"),
        ("IU", "iu"),
        ("Rosé", "rose"),
        ("The Keeper's Cat", "the-keepers-cat"),
        ("(G)I-DLE", "g-i-dle"),
        ("반달", ""),
        ("--", ""),
    ],
)
def test_a_name_in_latin_letters_gives_a_slug(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    ("without", "quoted"),
    [
        ("2031-04-05", '"2031-04-05"'),
        ("2031-04-05 18:00:00", '"2031-04-05 18:00"'),
        ("2031-04-05T18:00:00", '"2031-04-05 18:00"'),
    ],
)
def test_a_day_and_a_minute_need_no_quotes(tmp_path: Path, without: str, quoted: str) -> None:
    event = WORK + 'events = [{{ kind = "premiere", date = {}, status = "confirmed" }}]\n'
    bare, text = (
        read(tmp_path / "seeds", SOURCE + event.format(date)).statements[0].columns for date in (without, quoted)
    )
    assert bare == text


def test_lists_that_are_known_to_be_incomplete_are_named(tmp_path: Path) -> None:
    group = '[[groups]]\nslug = "{}"\nsources = ["herald"]\nnames = "A"\n'
    desired = read(
        tmp_path / "seeds",
        SOURCE + PERSON + 'partial = ["songs"]\n' + PERSON.replace("ban-dal", "na-mu"),
        group.format("a") + 'partial = ["songs", "members"]\n' + group.format("b"),
        WORK + WORK.replace("gossip", "murmurs") + "cast_complete = true\n" + TRACK,
    )
    assert {str(ref): entity.partial for ref, entity in desired.entities.items()} == {
        "person/ban-dal": "songs",
        "person/na-mu": None,
        "group/a": "members,songs",
        "group/b": None,
        "work/gossip": "cast",
        "work/murmurs": None,
        "track/home": None,
    }


def test_progress_sees_every_file_once(tmp_path: Path) -> None:
    folder = write(tmp_path / "seeds", b=SOURCE, a=PERSON, c=TRACK)
    seen: list[Path] = []

    def progress(files: Sequence[Path]) -> Iterable[Path]:
        seen.extend(files)
        return files

    load([folder], NOTHING, progress)
    assert [file.name for file in seen] == ["a.toml", "b.toml", "c.toml"]


def test_only_toml_files_of_the_folder_itself_are_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "seeds", a=SOURCE)
    write(folder / "drafts", b="this is no TOML")
    (folder / "notes.md").write_text("nor is this")
    assert load([folder], NOTHING).origins == {seed_file("seeds/a.toml")}


# Anything


PYTHON = re.compile(r"None|True|False|tuple|dict|datetime\.|valid string|input should|Errors?\b|expected something")
KEYS = (
    "sources organisations people groups works tracks albums slug publisher published url type names text kind language"
    " details attribute value links money amount currency cast person character role billing crew job airings on days"
    " time zone region ost work part main performers artist events number date words status after event rank certainty"
    " note characters relations to cast_complete credited_as en ko"
).split()
VALUES = (
    "a gossip drama network official original premiere ost_release confirmed 2031-04-05 21:20 herald"
    " Asia/Seoul lead meets writer teaser trivia budget KRW sat 24:10 https://example.com unknown spring"
).split()
SCALARS = st.one_of(
    st.sampled_from(VALUES),
    st.sampled_from(["2031-04-05 21:20", "early 2031", "spring 2031"]),
    # A problem quotes what was found, so that must not have Python's words itself.
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: not PYTHON.search(text)),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True),
    st.booleans(),
    st.dates(),
    st.times(),
    st.datetimes(),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=8,
)
TABLES = st.sampled_from(["sources", "organisations", "people", "groups", "works", "tracks", "albums"])
DOCUMENTS = st.dictionaries(
    TABLES | st.sampled_from(KEYS),
    TREES | st.lists(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=8), max_size=3),
)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f") if value.isascii() else _quoted(value)
        case datetime() | date() | time():
            return value.isoformat()
        case list():
            return f"[{', '.join(map(toml, value))}]"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case dict():
            return f"{{{', '.join(f'{key} = {toml(inner)}' for key, inner in value.items())}}}"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        case _:
            return str(value)


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(character):08x}" for character in text) + '"'


def loads_or_says_why(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "file.toml"
        file.write_bytes(content)
        told: Sequence[str] | None = None
        try:
            load([file], NOTHING)
        except SeedError as error:
            told = error.problems
        assert told is None or told
        for problem in (told or [])[:MAX_PROBLEMS]:
            assert re.match(rf"{file}(:[1-9][0-9]*|: not a file that can be read): .+", problem), problem
            assert not PYTHON.search(problem), problem


@settings(max_examples=40, deadline=None)
@given(DOCUMENTS)
def test_any_data_is_loaded_or_explained(document: dict[str, object]) -> None:
    content = "".join(f"{key} = {toml(value)}\n" for key, value in document.items())
    loads_or_says_why(content.encode())


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_loaded_or_explained(content: bytes) -> None:
    loads_or_says_why(content)


@settings(deadline=None)
@given(st.data())
def test_any_value_in_the_place_of_a_right_one_is_loaded_or_explained(data: st.DataObject) -> None:
    document: dict[str, object] = {
        "sources": [{"slug": "herald", "publisher": "The Herald"}],
        "people": [{"slug": "a", "sources": ["herald"], "names": ["A"]}],
        "works": [
            {
                "slug": "w",
                "type": "drama",
                "sources": ["herald"],
                "names": ["W", {"text": "V", "kind": "former"}],
                "details": [{"attribute": "trivia", "value": {"en": "x", "ko": "y"}}],
                "characters": [{"slug": "c", "relations": [{"to": "c", "kind": "meets"}]}],
                "cast": [{"person": "a", "character": "c", "role": "lead"}],
                "events": [{"kind": "premiere", "date": "2031-04-05", "status": "confirmed", "after": {"work": "w"}}],
            }
        ],
    }
    here: object = document
    for _ in range(data.draw(st.integers(0, 5))):
        if isinstance(here, dict) and here:
            table: dict[str, object] = here  # pyright: ignore[reportUnknownVariableType]
            key = data.draw(st.sampled_from(sorted(table)))
            inner = table[key]
            if not isinstance(inner, (dict, list)) or data.draw(st.booleans()):
                table[key] = data.draw(TREES)
                break
            here = inner  # pyright: ignore[reportUnknownVariableType]
        elif isinstance(here, list) and here:
            here = cast("list[object]", here)[0]
    loads_or_says_why("".join(f"{key} = {toml(value)}\n" for key, value in document.items()).encode())
