"""Whether a name is sure enough to be answered at once, or has to be asked about. Pure.

Whoever is not in the catalogue nearly always sounds or begins like somebody who is. So only a whole name is sure: the
same one, or one that sounds the same in every part. Of a title its first word or a few others do, if nothing else has
them.
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
"""Words of a title that may stand for the whole; its first one may by itself, if no other title has it."""
FEWEST_LETTERS = 3
"""Letters of such a first word."""
LONG_END = 3
"""Letters that are missing of an artist's name, from which on what was typed is no other's."""
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
"""What makes another title of one when it stands behind it."""
FEWEST_HEARD = 5
"""Letters or keys that may be a whole name by their sound; fewer sound like many."""
FEWEST_INITIALS = 3
"""Latin letters that may be the initials of a title; fewer are everybody's."""


def certain(matches: Sequence[Match]) -> list[Match]:
    """The matches that may be what was meant: one is sure, of several the best fit is not known; none only resemble it.

    `matches` are all of a query, the best first.
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
    """Whether what was asked for is a whole name, or all initials of one, however it is spelt."""
    query, entry = ParsedQuery(match.query), match.entry
    names = [spelling.plain(text) for text in entry.texts]
    if query.initials or (entry.ref.kind not in ARTISTS and len(query.form) >= FEWEST_INITIALS):
        initials = {spelling.initials(form) for name in names for form in (name, spelling.bare(name))}
        if query.form in initials:
            return True
    if query.name.isascii() and (korean := [name for name in names if any(map(is_syllable, name))]):
        # What Latin letters leave open, Hangul says.
        names = korean
    if len(query.form) < FEWEST_HEARD:
        return False
    orders = [query.name, query.bare, *_turned(match)]
    return any(is_same(words, name) for words in orders for name in names)


def _turned(match: Match) -> list[str]:
    """A query with its last word first, as a Korean's family name stands; nothing for what is no artist."""
    words = spelling.plain(match.query).split()
    return [" ".join((words[-1], *words[:-1]))] if match.entry.ref.kind in ARTISTS and 2 <= len(words) <= 3 else []


def _is_exact(match: Match) -> bool:
    return match.tier is Tier.EXACT


def _is_turned(match: Match) -> bool:
    turned = set(map(spelling.squash, _turned(match)))
    return any(spelling.squash(spelling.plain(text)) in turned for text in match.entry.texts)


def _is_enough(match: Match) -> bool:
    """Whether a part of a name says which it is: some words of a title, or all of an artist's name but its end."""
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
    """Whether one word was asked for with which a title begins, as "itaewon" does."""
    word = spelling.plain(match.query)
    begins = match.entry.ref.kind is Kind.WORK and len(word) >= FEWEST_LETTERS
    return begins and any(spelling.plain(text).startswith(f"{word} ") for text in match.entry.texts)
