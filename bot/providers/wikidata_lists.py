"""Which items of Wikidata are of our field: the questions to its query service, and how answers are read. Pure.

Answers are used as lists of ids alone: rows know no ranks, and multiply with every value. The queries are plain
SPARQL 1.1, without what only one backend of the service understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field

from bot.catalogue.model import Kind
from bot.providers import wikidata_items as items
from bot.providers.wikidata_document import checked

_LISTED = (*items.SERIES, *items.FILMS)
"""The classes of works that are listed: series of television and of the web, and films."""


_PREFIXES = (
    "PREFIX wd: <http://www.wikidata.org/entity/> PREFIX wdt: <http://www.wikidata.org/prop/direct/>"  # as SPARQL asks
)


def _values(ids: Sequence[str]) -> str:
    return " ".join(f"wd:{id_}" for id_ in ids)


def _select(pattern: str) -> str:
    return f"{_PREFIXES} SELECT DISTINCT ?item WHERE {{ {pattern} }}"


QUERIES: dict[Kind, tuple[str, ...]] = {
    Kind.WORK: (
        # One class at a time, since a query may take 60 seconds at most.
        *(_select(f"?item wdt:P31 wd:{class_} ; wdt:P495 wd:{items.SOUTH_KOREA} .") for class_ in _LISTED),
        _select(
            f"VALUES ?class {{ {_values(_LISTED)} }} VALUES ?network {{ {_values(tuple(items.BROADCASTERS))} }} "
            "?item wdt:P31 ?class ; wdt:P449 ?network ."
        ),
    ),
    Kind.GROUP: (
        _select(
            f"VALUES ?class {{ {_values(tuple(items.GROUPS))} }} ?item wdt:P31 ?class . "
            f"{{ ?item wdt:P495 wd:{items.SOUTH_KOREA} }} UNION {{ ?item wdt:P136 wd:{items.K_POP} }}"
        ),
        # Groups as large as BTS lack a country: their members have one.
        _select(f"?member wdt:P463 ?item ; wdt:P27 wd:{items.SOUTH_KOREA} . ?item wdt:P31/wdt:P279* wd:Q215380 ."),
    ),
    Kind.PERSON: (_select(f"?item wdt:P31 wd:{items.HUMAN} ; wdt:P136 wd:{items.K_POP} ."),),
}
"""The lists by what they are of. Most people are not listed: works and groups name them."""

ONE = f"{_select(f'?item wdt:P31 wd:Q5398426 ; wdt:P495 wd:{items.SOUTH_KOREA} .')} LIMIT 1"
"""A list of one work."""


class _Item(BaseModel):
    value: Annotated[str, Field(pattern=r"^https?://www\.wikidata\.org/entity/Q\d+$")]


class _Row(BaseModel):
    item: _Item


class _Rows(BaseModel):
    bindings: list[_Row]


class _Answer(BaseModel):
    results: _Rows


def ids(answer: object) -> set[str]:
    """The ids of an answer. Raises `ProviderError` for another shape."""
    rows = checked(_Answer, answer, "query service").results.bindings
    return {row.item.value.rpartition("/")[2] for row in rows}
