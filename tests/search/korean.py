"""What generated names are made of, read from `words.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

_WORDS: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def _lines(key: str) -> list[list[str]]:
    return [line.split() for line in _WORDS[key].splitlines()]


def _pairs(key: str) -> list[tuple[str, str]]:
    """Words in English and in Korean."""
    pairs = (pair.replace("_", " ").partition("/") for pair in _WORDS[key].split())
    return [(english, hangul) for english, _, hangul in pairs]


FAMILIES = [(family, int(share), spellings) for family, share, *spellings in _lines("families")]
FIRST = _WORDS["first"].split()
SECOND = _WORDS["second"].split()
ALONE = _WORDS["alone"].split()
SPELLINGS = {syllable: spellings for syllable, *spellings in _lines("spellings")}
NOUNS = _pairs("nouns")
ADJECTIVES = _pairs("adjectives")
VERBS = _pairs("verbs")
STAGE = _WORDS["stage"].split()
STAGE_ENDS = ["", *_WORDS["stage_ends"].split()]
GROUP_ENDS = _WORDS["group_ends"].split()
