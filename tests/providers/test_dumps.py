"""Wikidata's documents from files, in every format, whole and broken."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from bot.providers import dumps
from bot.providers.dumps import WikidataFiles
from bot.providers.provider import Batch, Held, Known
from bot.providers.service import ProviderError
from bot.store import record
from tests.providers.wikidata_world import Document, claim, document, drama, group, item, person

NOTHING = Known({}, {})


def world() -> list[Document]:
    """A dump's order is by no rule: people stand before and after the works that name them."""
    return [
        person("Q30", "Rosa"),
        document("Q515", {"en": "A City"}, claim(item("P31", "Q1")), claim(item("P17", "Q884"))),
        drama("Q10", "Stars", claim(item("P449", "Q333424")), claim(item("P161", "Q30"), item("P453", "Q50"))),
        person("Q40", "Nobody"),
        group("Q21", "Three"),
        group("Q20", "Seven", claim(item("P527", "Q32")), claim(item("P527", "Q21"))),
        person("Q32", "Mina"),
        person("Q33", "Solo", claim(item("P136", "Q213665"))),
        document("Q333424", {"en": "tvN"}),
        document("Q50", {"en": "The Pilot"}),
    ]


EXPECTED = ["Q10", "Q20", "Q21", "Q30", "Q32", "Q33", "Q333424", "Q50"]


def array(documents: Iterable[Document]) -> bytes:
    lines = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in documents]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def lines(documents: Iterable[Document]) -> bytes:
    return "".join(json.dumps(each) + "\n" for each in documents).encode()


async def run(path: Path, known: Known = NOTHING, cursor: str | None = None) -> list[Batch]:
    return [batch async for batch in WikidataFiles(path).run(known, cursor, full=True)]


def zipped(documents: Iterable[Document]) -> bytes:
    return gzip.compress(array(documents))


def zipped_lines(documents: Iterable[Document]) -> bytes:
    return gzip.compress(lines(documents))


def zipped_more(documents: Iterable[Document]) -> bytes:
    return bz2.compress(array(documents))


def records(batches: list[Batch]) -> dict[str, str]:
    found = [(each.record.id, record.dump(each.record)) for batch in batches for each in batch.fetched]
    assert len(dict(found)) == len(found)
    return dict(found)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("all.json", array),
        ("all.jsonl", lines),
        ("all.json.gz", zipped),
        ("all.json.bz2", zipped_more),
        ("all.jsonl.gz", zipped_lines),
    ],
)
async def test_every_format_gives_the_same_records(
    tmp_path: Path, name: str, content: Callable[[list[Document]], bytes]
) -> None:
    (tmp_path / name).write_bytes(content(world()))
    (tmp_path / "plain.txt").write_text("not read")
    batches = await run(tmp_path)
    assert sorted(records(batches)) == EXPECTED
    assert batches[-1].left == 0
    assert records(await run(tmp_path / name)) == records(batches)


async def test_the_keys_of_a_document_may_stand_in_any_order(tmp_path: Path) -> None:
    shuffled = [dict(reversed(each.items())) for each in world()]
    (tmp_path / "all.json").write_bytes(array(shuffled))
    assert sorted(records(await run(tmp_path))) == EXPECTED


async def test_several_files_are_read_as_one(tmp_path: Path) -> None:
    documents = world()
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(array(documents[:4])))
    (tmp_path / "a.jsonl").write_bytes(lines(documents[4:]))
    batches = await run(tmp_path)
    assert sorted(records(batches)) == EXPECTED
    orders = [each.order for batch in batches for each in batch.fetched]
    assert orders.index(2) > max(at for at, order in enumerate(orders) if order == 1)


async def test_reading_goes_on_from_any_cursor_to_the_same_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "RECORDS", 1)
    monkeypatch.setattr(dumps, "LINES", 2)
    documents = world()
    (tmp_path / "a.json").write_bytes(array(documents[:5]))
    (tmp_path / "b.json").write_bytes(array(documents[5:]))
    whole = await run(tmp_path)
    assert len(whole) > len(EXPECTED)
    for at in range(1, len(whole) + 1):
        rest = await run(tmp_path, NOTHING, whole[at - 1].cursor)
        assert records(whole[:at] + rest) == records(whole)


async def test_a_damaged_line_is_counted_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    content = array(world()).splitlines(keepends=True)
    content[3:3] = [b'{"type":"item","id":"Q30","labels":{"Q884"\n', b'"Q884",\n']
    (tmp_path / "all.json").write_bytes(b"".join(content))
    files = WikidataFiles(tmp_path)
    batches = [batch async for batch in files.run(NOTHING, None, full=True)]
    assert sorted(records(batches)) == EXPECTED
    assert list(files.damaged) == ["all.json:4", "all.json:5"]
    assert "2 damaged lines were left out, the first is all.json:4" in caplog.text


@pytest.mark.parametrize(("name", "compress"), [("all.json.gz", gzip.compress), ("all.json.bz2", bz2.compress)])
async def test_a_file_that_breaks_off_says_so(tmp_path: Path, name: str, compress: Callable[[bytes], bytes]) -> None:
    (tmp_path / name).write_bytes(compress(array(world()))[:-9])
    with pytest.raises(ProviderError, match=rf"^{name} ends in the middle, after line \d+: get it again$"):
        await run(tmp_path)


@pytest.mark.parametrize("name", ["all.json.gz", "all.json.bz2"])
async def test_a_file_of_another_kind_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"<html>" * 100)
    with pytest.raises(ProviderError, match=f"^{name} cannot be read after line 0: "):
        await run(tmp_path)


async def test_a_changed_shape_is_one_line(tmp_path: Path) -> None:
    each = drama("Q10", "Stars")
    each["claims"]["P495"][0]["mainsnak"]["datavalue"]["value"] = ["Q884"]
    (tmp_path / "all.json").write_bytes(array([each]))
    with pytest.raises(ProviderError, match=r"^Wikidata's Q10 has another shape: [^\n]*at P495$"):
        await run(tmp_path)


async def test_what_is_held_in_the_same_or_a_newer_revision_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_bytes(array(world()))
    known = Known({id_: Held(id_, version) for id_, version in (("Q10", "9 work"), ("Q30", "7 person"))}, {})
    known = Known({**known.held, "Q32": Held("Q32", "6 person")}, {})
    found = records(await run(tmp_path, known))
    assert sorted(found) == [id_ for id_ in EXPECTED if id_ not in ("Q10", "Q30")]


async def test_files_tell_nothing_of_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_bytes(array(world()))
    batches = await run(tmp_path, Known({"Q1": Held("Q1", "1 work")}, {}))
    assert [id_ for batch in batches for id_ in batch.gone] == []


async def test_documents_without_a_revision_have_no_version(tmp_path: Path) -> None:
    each = drama("Q10", "Stars")
    del each["lastrevid"]
    (tmp_path / "all.json").write_bytes(array([each]))
    assert [found.version for batch in await run(tmp_path) for found in batch.fetched] == [None]


@pytest.mark.parametrize("name", ["", "nothing.json"])
async def test_no_files_are_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProviderError, match=r"^no files of Wikidata at .*\.json\.bz2"):
        await run(tmp_path / name)


async def test_a_cursor_of_another_version_starts_again(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_bytes(array(world()))
    assert sorted(records(await run(tmp_path, NOTHING, "nonsense"))) == EXPECTED


async def test_a_check_names_the_first_document(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_bytes(array(world()))
    assert await WikidataFiles(tmp_path).check() == "Wikidata: all.json, the first document is Q30"
    (tmp_path / "all.json").write_bytes(b"[\n]\n")
    with pytest.raises(ProviderError, match=r"^all\.json has no documents$"):
        await WikidataFiles(tmp_path).check()
