"""A text cut into pieces: at each place by the first rule that fits."""

from __future__ import annotations

import re
import unicodedata

from bot.errors import NotUnderstoodError
from bot.occasions.asked.model import Reason
from bot.occasions.asked.pieces import Piece
from bot.occasions.asked.rules import RULES, Found
from bot.occasions.asked.vocabulary import WEEKDAY

LONGEST = 200
"""Characters. Whoever writes more does not write a date."""

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
_FILLER = re.compile(
    r"(?:[\s,.;!?()\[\]|']"
    rf"|(?:on|the|of|from|and|in the|this(?= ?(?:{WEEKDAY}))|coming|is|starting|starts)(?![a-z])"
    rf"|이번(?= ?(?:{WEEKDAY}))|에는?|은|는|부터|으?로|쯤|경|및|/(?= ))*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,;()\[\]|]+")


def normalised(text: str) -> str:
    """The text with one form of each letter and digit, and single spaces."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())


def scan(text: str) -> list[Piece]:
    """The pieces of a normalised text. Raises `NotUnderstoodError` for the first part that is none."""
    if len(text) > LONGEST:
        raise NotUnderstoodError(Reason.UNKNOWN, f"{text[: LONGEST // 2]}…")
    pieces, at = list[Piece](), _after_filler(text, 0)
    while at < len(text):
        found = _match(text, at)
        if found is None:
            raise NotUnderstoodError(Reason.UNKNOWN, _unknown(text, at))
        pieces += found.pieces
        at = _after_filler(text, found.end)
    return pieces


def _after_filler(text: str, at: int) -> int:
    match = _FILLER.match(text, at)
    return match.end() if match else at


def _match(text: str, at: int) -> Found | None:
    return next((found for rule in RULES if (found := rule(text, at)) is not None), None)


def _unknown(text: str, begin: int) -> str:
    """The words from a place on that nothing knows."""
    end = at = begin
    while (word := _WORD.match(text, at)) is not None:
        end = word.end()
        at = _after_filler(text, end)
        try:
            if _match(text, at) is not None:
                break
        except NotUnderstoodError:
            break
    return text[begin:end] or text[begin]
