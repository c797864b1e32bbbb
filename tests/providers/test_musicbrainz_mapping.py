"""What MusicBrainz says, as records. The documents are invented; their shape is that of its web service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.catalogue.model import Kind
from bot.providers.document import read
from bot.providers.musicbrainz_mapping import (
    Artist,
    Release,
    ReleaseGroup,
    artist,
    has_voice,
    one_release,
    release_group,
)
from bot.providers.service import ProviderError
from bot.providers.soundtracks import Soundtrack
from bot.store.record import Column, ExternalId, Record, Thing, dump, load

SOUNDTRACK = Soundtrack(ExternalId("wikidata", "Q1"), 2)


def mb(kind: str, id_: str) -> ExternalId:
    return ExternalId(f"musicbrainz-{kind}", id_)


def alias(text: str, locale: str | None = None, **more: object) -> dict[str, object]:
    return {"name": text, "sort-name": "Sorted", "locale": locale, "type": None, "primary": None, "ended": False} | more


def document(name: str, *aliases: object, type_: str | None = "Person", **more: object) -> dict[str, object]:
    return {"id": "a1", "name": name, "sort-name": "Sorted", "type": type_, "country": None} | {
        "aliases": list(aliases),
        "life-span": {"begin": "", "ended": False},
        "tags": [{"name": "k-pop", "count": 3}],
        "annotation": "Noted",
        **more,
    }


def member(direction: str, id_: str, kind: str | None, begin: str | None = None, end: str | None = None) -> object:
    other = {"id": id_, "name": f"Artist {id_}", "type": kind, "sort-name": "Sorted"}
    return {"type": "member of band", "direction": direction, "begin": begin, "end": end, "ended": end is not None} | {
        "artist": other,
        "target-type": "artist",
    }


def mapped(content: Mapping[str, object]) -> Record:
    found = artist(read(TypeAdapter(Artist), content, "MusicBrainz artist/a1"))
    assert found is not None
    assert load(dump(found)) == found
    return found


def said(thing: Thing, shape: str) -> list[Mapping[str, Column]]:
    return [said.columns for said in thing.said if said.shape == shape]


def names(thing: Thing) -> list[tuple[Column, ...]]:
    return [tuple(columns[key] for key in ("text", "kind", "language")) for columns in said(thing, "name")]


def test_names_have_the_language_of_their_locale_or_script() -> None:
    found = mapped(
        document(
            "Haneul",
            alias("Neul"),
            alias("하늘이"),
            alias("ハヌル", "ja", primary=True),
            alias("하늘", "ko", primary=True, type="Artist name"),
            alias("Haneul", "en", primary=True),
            alias("Sky", "en", ended=True),
            alias("김하늘", "ko", type="Legal name"),
            alias("haneull", type="Search hint"),
            alias("ΧΑΝΕΟΥΛ", "el", primary=True),
            alias("河娜", "zh_Hant", primary=True),
            alias("河娜儿"),
        )
    )
    assert (found.id, found.things[0].id, found.things[0].kind) == ("artist/a1", mb("artist", "a1"), Kind.PERSON)
    assert names(found.things[0]) == [
        ("Haneul", "official", "en"),
        ("ハヌル", "official", "ja"),
        ("하늘", "original", "ko"),
        ("河娜", "official", "zh"),
        ("Neul", "alternative", "en"),
        ("하늘이", "alternative", "ko"),
        ("Sky", "former", "en"),
        ("김하늘", "birth", "ko"),
        ("haneull", "spelling", "en"),
    ]


def test_a_name_in_hangul_is_korean_whatever_its_locale_says() -> None:
    found = mapped(document("하늘", alias("하늘 밴드", "en", primary=True), alias("Sky", "en_US", primary=True)))
    assert names(found.things[0]) == [
        ("하늘", "original", "ko"),
        ("하늘 밴드", "alternative", "ko"),
        ("Sky", "official", "en"),
    ]


def test_a_name_in_another_script_has_the_language_of_its_alias() -> None:
    assert names(mapped(document("星野", alias("星野", "ja"))).things[0]) == [("星野", "official", "ja")]


@pytest.mark.parametrize("type_", [None, "Choir", "Character", "Other"])
def test_neither_person_nor_group_is_no_record(type_: str | None) -> None:
    assert artist(read(TypeAdapter(Artist), document("Various Artists", type_=type_), "")) is None


def test_nothing_but_core_data_is_taken() -> None:
    line = dump(mapped(document("Haneul")))
    assert not [word for word in ("k-pop", "Noted", "Sorted") if word in line]


def test_a_person_is_a_member_from_begin_to_end() -> None:
    relations = [
        member("forward", "g1", "Group", "2013-06-13", "2016"),
        member("forward", "g1", "Group", "2019", "2020-01"),
        member("forward", "g2", "Group", "2021"),
        member("forward", "g2", "Group", None, "2020"),
        member("forward", "p1", "Person"),
        member("forward", "g3", None),
        member("backward", "g4", "Group"),
        {"type": "tribute", "direction": "forward", "artist": {"id": "g5", "name": "…", "type": "Group"}},
        {"type": "member of band", "direction": "forward"},
    ]
    found = mapped(document("Haneul", relations=relations))
    assert said(found.things[0], "membership") == [
        {"group_id": mb("artist", "g1"), "since": "2013-06-13", "until": "2020-01"},
        {"group_id": mb("artist", "g2"), "since": "2021", "until": None},
    ]
    assert found.things[0].related == (mb("artist", "g1"), mb("artist", "g2"))
    assert [(thing.id, thing.kind, names(thing)) for thing in found.things[1:]] == [
        (mb("artist", id_), Kind.GROUP, [(f"Artist {id_}", "official", "en")]) for id_ in ("g1", "g2")
    ]


def test_a_group_has_members() -> None:
    relations = [member("backward", "p1", "Person", "2013"), member("backward", "g2", "Group")]
    found = mapped(document("Wave", type_="Group", relations=relations))
    group, person = found.things
    assert (group.kind, said(group, "membership")) == (Kind.GROUP, [])
    assert said(person, "membership") == [{"group_id": group.id, "since": "2013", "until": None}]
    assert (person.kind, person.related) == (Kind.PERSON, (group.id,))


def test_the_item_of_wikidata_is_the_same() -> None:
    relations = [
        {"type": "wikidata", "url": {"resource": "https://www.wikidata.org/wiki/Q77"}},
        {"type": "wikidata", "url": {"resource": "https://www.wikidata.org/wiki/Special:Random"}},
        {"type": "youtube", "url": {"resource": "https://www.wikidata.org/wiki/Q78"}},
    ]
    assert mapped(document("Haneul", relations=relations)).things[0].also == (ExternalId("wikidata", "Q77"),)


def test_lists_may_be_null() -> None:
    assert len(mapped(document("Haneul", aliases=None, relations=None)).things) == 1


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"id": None}, "id"), ({"aliases": "many"}, "aliases"), ({"relations": [{"artist": {"id": "x"}}]}, "relations.0")],
)
def test_another_shape_is_named(changed: Mapping[str, object], place: str) -> None:
    with pytest.raises(ProviderError, match=rf"^MusicBrainz artist/a1 has another shape than expected: {place}"):
        mapped({**document("Haneul"), **changed})


def credited(id_: str, as_: str | None = None, type_: str | None = "Person") -> object:
    return {"name": as_ or f"Artist {id_}", "joinphrase": ""} | {
        "artist": {"id": id_, "name": f"Artist {id_}", "type": type_, "sort-name": "Sorted"}
    }


def track(id_: str, title: str | None, *artists: object) -> object:
    recording = {"id": id_, "title": f"Recording {id_}"}
    return {"position": 1, "number": None, "title": title, "artist-credit": list(artists), "recording": recording}


def release(*tracks: object, **more: object) -> dict[str, object]:
    return {"id": "r1", "status": "Official", "country": "KR", "date": "2025-01-11"} | {
        "media": [{"position": 1, "tracks": list(tracks)}],
        **more,
    }


def mapped_group(released: Mapping[str, object] | None, **more: object) -> Record:
    content: dict[str, Any] = {"id": "rg1", "title": "등대지기 OST Part.2", "first-release-date": "2025-01"}
    content |= {"secondary-types": ["Soundtrack"], "artist-credit": [credited("a1")], **more}
    found = release_group(
        read(TypeAdapter(ReleaseGroup), content, ""),
        SOUNDTRACK,
        read(TypeAdapter(Release), released, "") if released else None,
    )
    assert load(dump(found)) == found
    return found


def dates(thing: Thing) -> list[tuple[Column, ...]]:
    dated = (said.columns for said in thing.said if "precision" in said.columns)
    return [tuple(columns[key] for key in ("kind", "precision", "earliest", "status")) for columns in dated]


def test_a_release_group_is_an_album_with_songs() -> None:
    found = mapped_group(
        release(track("t1", "안개 (Fog)", credited("a1", "A1")), track("t2", "Fog (Inst.)"), track("t3", None))
    )
    album, fog, other, singer = found.things
    assert (found.id, album.id, album.kind) == ("release-group/rg1", mb("release-group", "rg1"), Kind.ALBUM)
    assert names(album) == [("등대지기 OST Part.2", "original", "ko")]
    assert dates(album) == [("album_release", "month", "2024-12-31T15:00:00Z", "expected")]
    assert (fog.id, fog.kind, names(fog)) == (mb("recording", "t1"), Kind.TRACK, [("안개 (Fog)", "original", "ko")])
    assert said(fog, "performer") == [{"artist_id": mb("artist", "a1"), "position": 0, "credited_as": "A1"}]
    assert said(fog, "ost") == [{"work_id": SOUNDTRACK.work, "part": 2, "main": 0}]
    assert dates(fog) == [("ost_release", "day", "2025-01-10T15:00:00Z", "expected")]
    assert names(other) == [("Recording t3", "official", "en")]
    assert (singer.id, singer.kind, names(singer)) == (
        mb("artist", "a1"),
        Kind.PERSON,
        [("Artist a1", "official", "en")],
    )


@pytest.mark.parametrize(
    ("text", "precision"), [("2025", "year"), ("2025-01", "month"), ("2025-01-11", "day"), ("", None), (None, None)]
)
def test_a_date_is_as_precise_as_it_is_written(text: str | None, precision: str | None) -> None:
    album, song, *_ = mapped_group(release(track("t1", "Fog"), date=text), **{"first-release-date": text}).things
    expected = [precision] if precision else []
    assert [date[1] for date in dates(album)] == expected
    assert [date[1] for date in dates(song)] == expected


def test_without_a_release_there_is_the_album_alone() -> None:
    found = mapped_group(None, **{"artist-credit": [credited("v", type_="Other"), credited("x", type_=None)]})
    (album,) = found.things
    assert said(album, "performer") == []


def test_whether_a_performer_is_a_group_is_said_by_the_release_alone() -> None:
    unsaid = {"name": "Artist g1", "artist": {"id": "g1", "name": "Artist g1"}}
    released = release(track("t1", "Fog"), **{"artist-credit": [credited("g1", type_="Group"), credited("p2")]})
    album, _, group = mapped_group(released, **{"artist-credit": [unsaid]}).things
    assert [columns["artist_id"] for columns in said(album, "performer")] == [group.id]
    assert (group.id, group.kind) == (mb("artist", "g1"), Kind.GROUP)


def test_a_song_on_two_discs_is_one() -> None:
    media = [{"tracks": [track("t1", "Fog")]}, {"tracks": None}, {"tracks": [track("t1", "Fog again")]}]
    found = mapped_group(release(media=media))
    assert [thing.id.id for thing in found.things if thing.kind is Kind.TRACK] == ["t1"]


def test_whoever_is_credited_twice_performs_once() -> None:
    found = mapped_group(release(track("t1", "Fog", credited("a2"), credited("a1"), credited("a2", "Again"))))
    performers = [columns["artist_id"] for columns in said(found.things[1], "performer")]
    assert performers == [mb("artist", "a2"), mb("artist", "a1")]


@pytest.mark.parametrize(
    ("releases", "best"),
    [
        ([], None),
        ([("r1", "Bootleg", "KR", "2025")], None),
        ([("r1", None, "KR", "2025")], None),
        ([("r1", "Official", "JP", "2024"), ("r2", "Official", "XW", "2025")], "r2"),
        ([("r1", "Official", "KR", "2025-02"), ("r2", "Official", "KR", "2025-01-11")], "r2"),
        ([("r1", "Official", "KR", ""), ("r2", "Official", "KR", "2025")], "r2"),
        ([("r2", "Official", None, None), ("r1", "Official", "JP", "")], "r1"),
    ],
)
def test_one_official_release_stands_for_all(releases: Sequence[tuple[str | None, ...]], best: str | None) -> None:
    content = [dict(zip(("id", "status", "country", "date"), each, strict=True)) for each in releases]
    found = one_release(read(TypeAdapter(list[Release]), content, ""))
    assert (found.id if found else None) == best


@pytest.mark.parametrize(
    ("title", "voice"),
    [
        ("Fog (Inst.)", False),
        ("Fog (INSTRUMENTAL)", False),
        ("Fog [Inst]", False),
        ("안개 (MR)", False),
        ("안개 MR", False),
        ("Fog - Instrumental", False),
        ("Fog Inst.", False),
        ("Fog (Inst. Ver.)", False),
        ("Fog", True),
        ("Dear Mr", True),
        ("Instrumental Love", True),
        ("(Inst.) Not", True),
        ("Against", True),
    ],
)
def test_versions_without_a_voice_are_told_by_their_titles(title: str, voice: bool) -> None:
    assert has_voice(title) == voice
