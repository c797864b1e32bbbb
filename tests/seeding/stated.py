"""A few seed files, and what they make of a database."""

from __future__ import annotations

from typing import Any

SOURCES = """
    [[sources]]
    slug = "herald"
    publisher = "The Herald"
    title = "Ban Dal boards"
    url = "https://example.com/1"

    [[sources]]
    slug = "post"
    publisher = "The Post"
    title = "A title"
    url = "https://example.com/1"
    """
PEOPLE = """
    [[people]]
    slug = "ban-dal"
    sources = ["herald"]
    names = ["Ban Dal", { text = "반달", kind = "original", language = "ko" }]

    [[people]]
    slug = "na-mu"
    sources = ["post"]
    names = ["Na Mu"]
    """
DRAMA = """
    [[works]]
    slug = "gossip"
    type = "drama"
    sources = ["herald"]
    names = ["Gossip"]
    cast = [{ person = "ban-dal", role = "lead" }]
    events = [{ kind = "premiere", date = "2031-04-05", status = "confirmed" }]
    """


def dump(connection: Any) -> list[str]:
    """Everything that is in the database."""
    return list(connection.iterdump())
