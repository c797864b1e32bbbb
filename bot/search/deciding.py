"""Whether a match is certain enough to be answered at once, or the user has to be asked. Pure.

A name that is not in the catalogue nearly always sounds or begins like one that is. So only a whole name is certain:
the same one, or one that sounds the same in every part. For a title its first word or a few others are enough, if
nothing else has them.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.catalogue.model import ARTISTS, Kind
from bot.search import spelling
from bot.search.entry import Match, Tier
from bot.search.hangul import is_syllable
from bot.search.query import ParsedQuery
from bot.search.sounding import is_same

FEWEST_WORDS = 2
"""The fewest words that may stand for a whole title; the first word may alone, if no other title has it."""
FEWEST_LETTERS = 3
"""The fewest letters of such a first word."""
LONG_END = 3
"""The fewest missing letters at the end of an artist's name that make the query unmistakable."""
_CONTINUED = (
    *(b"%d" % digit for digit in range(10)),
    b"inst",
    b"ver",
    b"remix",
    b"acoustic",
    b"live",
    b"season",
    b"part",
)
"""Suffixes that make a different title."""
FEWEST_HEARD = 5
"""The fewest letters or keys that may match a whole name by sound; fewer sound like many."""
FEWEST_INITIALS = 3
"""The fewest Latin letters that may be the initials of a title; fewer fit too many."""


def certain(matches: Sequence[Match]) -> list[Match]:
    """The matches that may be meant: one is certain, several need a choice; none means that all are only similar.

    `matches` are all of a query's, the best first.
    """
    likely = [match for match in matches if match.is_likely]
    if not likely:
        return []
    for fits in (_is_exact, _is_turned, is_whole):
        if whole := [match for match in likely if fits(match)]:
            return whole
    if len(likely) == 1:
        return likely if _is_enough(likely[0]) else []
    if likely[0].tier is Tier.SOUNDS_LIKE:
        return []
    best = [match for match in likely if match.tier is likely[0].tier]
    return best if len(best) > 1 else likely


def is_whole(match: Match) -> bool:
    """Whether the query is a whole name, or all its initials, however it is spelt."""
    query, entry = ParsedQuery(match.query), match.entry
    names = [spelling.plain(text) for text in entry.texts]
    if query.initials or (entry.ref.kind not in ARTISTS and len(query.form) >= FEWEST_INITIALS):
        initials = {spelling.initials(form) for name in names for form in (name, spelling.bare(name))}
        if query.form in initials:
            return True
    if query.name.isascii() and (korean := [name for name in names if any(map(is_syllable, name))]):
        # Hangul decides what Latin letters leave open.
        names = korean
    if len(query.form) < FEWEST_HEARD:
        return False
    orders = [query.name, query.bare, *_turned(match)]
    return any(is_same(words, name) for words in orders for name in names)


def _turned(match: Match) -> list[str]:
    """The query with its last word first, where a Korean family name is; empty if the match is not an artist."""
    words = spelling.plain(match.query).split()
    return [" ".join((words[-1], *words[:-1]))] if match.entry.ref.kind in ARTISTS and 2 <= len(words) <= 3 else []


def _is_exact(match: Match) -> bool:
    return match.tier is Tier.EXACT


def _is_turned(match: Match) -> bool:
    turned = set(map(spelling.squash, _turned(match)))
    return any(spelling.squash(spelling.plain(text)) in turned for text in match.entry.texts)


def _is_enough(match: Match) -> bool:
    """Whether a partial name is enough: some words of a title, or all of an artist's name but its end."""
    words = ParsedQuery(match.query).words
    if len(words) < FEWEST_WORDS and not _is_first_word(match):
        return False
    names = [spelling.plain(text) for text in match.entry.texts]
    begin = spelling.squash(spelling.plain(match.query))
    ends = [form[len(begin) :] for form in map(spelling.squash, names) if form.startswith(begin)]
    if match.entry.ref.kind in ARTISTS:
        return match.tier is Tier.PREFIX and bool(ends) and min(map(len, ends)) >= LONG_END
    if match.tier is Tier.PREFIX and ends:
        return not any(end.startswith(_CONTINUED) for end in ends)
    return any(set(words) <= set(name.split()) for name in names)


def _is_first_word(match: Match) -> bool:
    """Whether the query is a single word that begins a title, such as "itaewon"."""
    word = spelling.plain(match.query)
    begins = match.entry.ref.kind is Kind.WORK and len(word) >= FEWEST_LETTERS
    return begins and any(spelling.plain(text).startswith(f"{word} ") for text in match.entry.texts)
