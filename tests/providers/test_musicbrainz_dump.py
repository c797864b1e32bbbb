"""Reading MusicBrainz's JSON dumps."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.providers import musicbrainz_dump
from bot.providers.musicbrainz_dump import batches
from bot.providers.provider import Batch, Held, Known, KnownWork
from bot.providers.service import ProviderError
from bot.store.record import ExternalId, dump

WRITTEN = 1_736_500_000
STAMP = "2025-01-10T09:06:40Z"
FOG = KnownWork(ExternalId("wikidata", "Q1"), ("Fog",), date(2025, 1, 4), None)


def artist(id_: str, **more: object) -> dict[str, object]:
    core: dict[str, object] = {
        "id": id_,
        "name": f"Artist {id_}",
        "type": "Group",
        "country": "KR",
        "aliases": [],
        "relations": [],
    }
    return {**core, "tags": [{"name": "spoiled"}], "genres": [], "annotation": "spoiled", "rating": {}, **more}


def group(id_: str, title: str, kinds: Sequence[str] = ("Soundtrack",)) -> dict[str, object]:
    core: dict[str, object] = {"id": id_, "title": title, "first-release-date": "2025-01-08", "artist-credit": []}
    return core | {"secondary-types": kinds, "annotation": "spoiled"}


def lines(documents: Sequence[Mapping[str, object]]) -> bytes:
    return "".join(f"{json.dumps(document, ensure_ascii=False)}\n" for document in documents).encode()


def archive(folder: Path, entity: str, documents: Sequence[Mapping[str, object]]) -> Path:
    path = folder / f"{entity}.tar.xz"
    with tarfile.open(path, "w:xz") as tar:
        for name, content in (("COPYING", b"..."), (f"mbdump/{entity}", lines(documents))):
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), WRITTEN
            tar.addfile(member, io.BytesIO(content))
    return path


def fetched(found: Sequence[Batch]) -> list[str]:
    return [one.record.id for batch in found for one in batch.fetched]


def known(*artists: str, held: Mapping[str, str | None] | None = None) -> Known:
    records = {id_: Held(id_, version) for id_, version in (held or {}).items()}
    return Known(records, {"musicbrainz-artist": artists}, [FOG])


def test_artists_are_taken_that_are_korean_or_known(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        "artist",
        [artist("a"), artist("b", country="JP"), artist("c", country=None), artist("d", type=None)],
    )
    (batch,) = batches(path, known("c"))
    assert fetched([batch]) == ["artist/a", "artist/c"]
    assert {(one.version, one.order) for one in batch.fetched} == {(STAMP, 2)}
    assert (batch.cursor, batch.left) == ("4", 0)


def test_soundtracks_of_known_works_are_taken_without_songs(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        "release-group",
        [
            group("a", "Fog OST"),
            group("b", "Rain OST"),
            group("c", "Fog OST", []),
            group("d", "Fog OST Part 2"),
        ],
    )
    found = [*batches(path, known(held={"release-group/d": None}))]
    assert fetched(found) == ["release-group/a"]
    assert len(found[0].fetched[0].record.things) == 1


def test_what_was_fetched_after_the_dump_was_written_is_left_alone(tmp_path: Path) -> None:
    path = archive(tmp_path, "artist", [artist("a"), artist("b"), artist("c")])
    held = {"artist/a": "2025-01-11T00:00:00Z", "artist/b": "2025-01-01T00:00:00Z", "artist/c": None}
    assert fetched([*batches(path, known(held=held))]) == ["artist/b", "artist/c"]


def test_a_file_of_lines_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "artist.jsonl"
    path.write_bytes(lines([artist("a")]))
    os.utime(path, (WRITTEN, WRITTEN))
    assert [*batches(path, known())] == [*batches(archive(tmp_path, "artist", [artist("a")]), known())]


def test_nothing_but_core_data_is_taken(tmp_path: Path) -> None:
    found = [*batches(archive(tmp_path, "artist", [artist("a")]), known())]
    assert "spoiled" not in dump(found[0].fetched[0].record)


def test_reading_goes_on_from_every_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(musicbrainz_dump, "BATCH", 2)
    monkeypatch.setattr(musicbrainz_dump, "LINES", 5)
    country = ["KR", "JP", "KR", "KR", "JP", "JP", "JP", "JP", "JP", "JP", "KR"]
    path = archive(tmp_path, "artist", [artist(str(at), country=code) for at, code in enumerate(country)])
    whole = [*batches(path, known())]
    assert [batch.cursor for batch in whole] == ["3", "5", "10", "11"]
    assert fetched(whole) == [f"artist/{at}" for at, code in enumerate(country) if code == "KR"]
    for at, batch in enumerate(whole, start=1):
        assert [*batches(path, known(), batch.cursor)] == whole[at:]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{", "artist.jsonl 2 is not JSON"),
        (b"[]", "artist.jsonl 2 has another shape than expected: not an object"),
        (b'{"id": 5, "country": "KR"}', "artist.jsonl 2 has another shape than expected: id: "),
    ],
)
def test_a_line_of_another_shape_is_named(tmp_path: Path, line: bytes, problem: str) -> None:
    path = tmp_path / "artist.jsonl"
    path.write_bytes(lines([artist("a")]) + line)
    with pytest.raises(ProviderError, match=f"^{problem}"):
        list(batches(path, known()))


def test_other_files_are_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path, "artist", [artist(str(at)) for at in range(50)])
    cut = tmp_path / "cut" / "artist.tar.xz"
    cut.parent.mkdir()
    cut.write_bytes(whole.read_bytes()[:-80])
    other = archive(tmp_path, "recording", [])
    misnamed = tmp_path / "release-group.tar.xz"
    misnamed.write_bytes(whole.read_bytes())
    text = tmp_path / "text" / "artist.tar.xz"
    text.parent.mkdir()
    text.write_text("<html>")
    for path, problem in (
        (cut, "cannot be read"),
        (other, "is not a dump of artists or release groups"),
        (misnamed, "has no file mbdump/release-group"),
        (text, "cannot be read"),
        (tmp_path / "none" / "artist.jsonl", "cannot be read"),
    ):
        with pytest.raises(ProviderError, match=problem):
            list(batches(path, known()))
