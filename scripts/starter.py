"""Write the artists that ship with Byeol: ``python -m scripts.starter FOLDER``, a copy of ItsPandarr/kpopdle.

FOLDER is a checkout or a Git directory. Of its data only what Wikidata says is taken: ids, names and who belongs to
which group. `bot/starter/SOURCES.md` says what is left out, and why. The same copy always gives the same file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from bot.catalogue.model import Kind
from bot.catalogue.romanise import has_hangul
from bot.providers.starter import ARTISTS
from bot.providers.wikidata_mapping import PROVIDER, external, language_of, number
from bot.search import sounding
from bot.search.spelling import plain
from bot.store import record
from bot.store.record import Record, Said, Thing

COMMIT = "8162d1b69e913db74421026fa7ee5814f03390ec"
"""The commit that is read from a Git directory."""
DESCRIPTIONS = frozenset({"South Korean singer", "Chinese singer"})
"""Aliases that are no names."""

_ITEM = re.compile(r"Q\d+")
_TOLD_APART = re.compile(r"\s*\([^()]*\)$")
"""What encyclopedias add to a title: ``정우 (가수)``."""


class Artist(BaseModel):
    """A group or a person, with the fields that are taken."""

    id: str
    name: str
    aliases: list[str]
    group_ids: list[str] = []


class Groups(BaseModel):
    """``data/groups.json``."""

    groups: list[Artist]


class Idols(BaseModel):
    """``data/idols.json``."""

    idols: list[Artist]


class ByHand(BaseModel):
    """An entry of ``scripts/overrides.json``: Hangul names, the usual one first."""

    extra_aliases: list[str] = []


Overrides = TypeAdapter(dict[Annotated[str, Field(pattern=r"^Q\d+$")], ByHand])


def main() -> None:
    """Write the file, and say what is in it."""
    folder = Path(sys.argv[1])
    groups = Groups.model_validate_json(_read(folder, "data/groups.json")).groups
    idols = [
        idol
        for idol in Idols.model_validate_json(_read(folder, "data/idols.json")).idols
        if _ITEM.fullmatch(idol.id)  # others are the repository's own
    ]
    stored = TypeAdapter(dict[str, object]).validate_json(_read(folder, "scripts/overrides.json"))
    usual = Overrides.validate_python({id_: entry for id_, entry in stored.items() if _ITEM.fullmatch(id_)})
    records = list(records_of(groups, idols, {id_: entry.extra_aliases for id_, entry in usual.items()}))
    ARTISTS.write_text("".join(f"{record.dump(one)}\n" for one in records), "utf-8")
    said = [said.shape for one in records for said in one.things[0].said]
    memberships, names = said.count("membership"), said.count("name")
    print(f"{len(groups)} groups, {len(idols)} people, {memberships} memberships, {names} names")


def _read(folder: Path, name: str) -> str:
    if (folder / name).exists():
        return (folder / name).read_text("utf-8")
    shown = ["git", f"--git-dir={folder}", "show", f"{COMMIT}:{name}"]
    return subprocess.run(shown, check=True, capture_output=True, encoding="utf-8").stdout


def records_of(
    groups: Sequence[Artist], idols: Sequence[Artist], usual: Mapping[str, Sequence[str]]
) -> Iterator[Record]:
    """The records: groups first, since people refer to them, each kind by the numbers of its items."""
    of_groups = {group.name for group in groups}
    for kind, artists in (Kind.GROUP, groups), (Kind.PERSON, idols):
        for artist in sorted(artists, key=lambda artist: number(artist.id)):
            taken = of_groups - {artist.name} if kind is Kind.GROUP else frozenset[str]()
            names = (*_named(artist.name, artist.aliases, usual.get(artist.id, ()), taken),)
            member_of = [external(id_) for id_ in sorted(artist.group_ids, key=number)]
            said = (*names, *map(record.membership, member_of))
            yield Record(PROVIDER, artist.id, (Thing(external(artist.id), kind, said, related=tuple(member_of)),))


def _named(name: str, aliases: Sequence[str], usual: Sequence[str], taken: Collection[str]) -> Iterator[Said]:
    """The names of an artist. Of those in Hangul, the usual one comes first, then what the official name sounds like.

    `taken` are names of others that an alias must not become when it is shortened.
    """
    found: dict[str, str] = {}
    for alias in (part.strip() for one in aliases for part in one.split("|")):
        short = _TOLD_APART.sub("", alias)
        text = alias if not short or short in taken else short
        if text not in DESCRIPTIONS and text.casefold() != name.casefold():
            found.setdefault(text.casefold(), text)
    order = {text: at for at, text in enumerate(usual)}
    texts = sorted(
        found.values(), key=lambda text: (order.get(text, len(order)), not _sounds_alike(name, text))
    )  # stable: otherwise as they came
    yield record.name(name, "official", "en", 0)
    for position, text in enumerate(texts, 1):
        yield record.name(text, "alternative", language_of(text), position)


def _sounds_alike(name: str, text: str) -> bool:
    return has_hangul(text) and sounding.is_same(plain(name), plain(text))


if __name__ == "__main__":
    main()
