"""What can happen to an answer on its way: each fault makes of the answer that was meant what is sent instead."""

from __future__ import annotations

import asyncio
import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import Enum
from typing import Any, TypeAlias, cast

JSON: TypeAlias = Any

PAGE = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>\n"


class Broken(Enum):
    """How an answer breaks off: what is cut ends early in good order, after a reset the connection is gone."""

    CUT = "cut"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: `content` as JSON, or else `text`. It is held back until `wait` is set."""

    content: JSON = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    text: str | None = None
    type: str = "application/json"
    wait: asyncio.Event | None = None
    broken: Broken | None = None


Effect: TypeAlias = Callable[[Reply], Reply]


@dataclass(slots=True)
class Fault:
    """An effect on requests whose path and query match the pattern: after the first `skip`, for so many `times`.

    `times` is None for always.
    """

    pattern: str
    effect: Effect
    times: int | None = 1
    skip: int = 0
    hits: int = 0

    def strikes(self, path: str) -> bool:
        """Whether it strikes this request; each call counts."""
        if not re.search(self.pattern, path):
            return False
        self.hits += 1
        return self.hits > self.skip and (self.times is None or self.hits <= self.skip + self.times)


def status(code: int, retry_after: float | datetime | None = None, content: JSON = None) -> Effect:
    """A bare status, with the header Retry-After as seconds or as a date."""
    headers: dict[str, str] = {}
    if isinstance(retry_after, datetime):
        headers["Retry-After"] = format_datetime(retry_after.astimezone(UTC), usegmt=True)
    elif retry_after is not None:
        headers["Retry-After"] = f"{retry_after:g}"
    return lambda _: Reply(content if content is not None else {"status": code}, code, headers)


def html(code: int = 200) -> Effect:
    """A page for people, as edges send it, under any status."""
    return lambda _: Reply(status=code, text=PAGE, type="text/html")


def maxlag(retry_after: int = 5) -> Effect:
    """Wikidata's polite refusal, under status 200."""
    error = {
        "code": "maxlag",
        "info": "Waiting for all: 7.2 seconds lagged.",
        "host": "all",
        "lag": 7.2,
        "type": "wikibase-queryservice",
        "*": "See https://www.wikidata.org/w/api.php for API usage.",
    }
    headers = {"Retry-After": str(retry_after), "X-Database-Lag": "7"}
    return lambda _: Reply({"error": error, "servedby": "mw-loopback"}, 200, headers)


def error(code: str, info: str) -> Effect:
    """Any other error of Wikidata's, which also comes under status 200."""
    return lambda _: Reply({"error": {"code": code, "info": info, "*": ""}, "servedby": "mw-loopback"})


def redirect(location: str) -> Effect:
    """A 301 to another address."""
    return lambda _: Reply(None, 301, {"Location": location})


def cut(reply: Reply) -> Reply:
    """JSON that ends in the middle, under status 200."""
    return replace(reply, broken=Broken.CUT)


def reset(reply: Reply) -> Reply:
    """A connection that is reset in the middle of the body."""
    return replace(reply, broken=Broken.RESET)


def held(until: asyncio.Event) -> Effect:
    """The usual answer, but not before the event."""
    return lambda reply: replace(reply, wait=until)


def changed(function: Callable[[JSON], JSON]) -> Effect:
    """The usual answer with other content: what `function` makes of a copy of it."""

    def effect(reply: Reply) -> Reply:
        return replace(reply, content=function(copy.deepcopy(reply.content)))

    return effect


def shortened(content: JSON) -> JSON:
    """An answer whose list lost a third of its rows; for `changed`."""
    if isinstance(content, list):
        rows = cast("list[JSON]", content)
        return [row for index, row in enumerate(rows) if index % 3]
    if isinstance(content, dict):
        found = cast("dict[str, JSON]", content)
        for key in ("results", "bindings", "release-groups", "releases", "entities"):
            if isinstance(found.get(key), list | dict):
                return {**found, key: shortened(found[key])}
        return dict([item for index, item in enumerate(found.items()) if index % 3])
    return content
