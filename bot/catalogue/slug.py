"""Slugs: the keys of entities that people can type. Standard library only."""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG = 60
"""A button's custom id holds at most 100 characters, and must fit a slug along with the button's action."""


def slug_of(text: str) -> str:
    """The slug of a name in Latin letters: "Seo Sook-hyang's" is ``seo-sook-hyangs``; empty for other scripts."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return "-".join(re.findall("[a-z0-9]+", plain))
