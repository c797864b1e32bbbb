"""Asking the loopback providers directly, as a well-behaved client would."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

AGENT = {"User-Agent": "Byeol/0 (operator@example.org) tests", "Accept": "application/json"}

JSON: TypeAlias = Any
Get: TypeAlias = Callable[..., Awaitable[JSON]]
"""Gets the JSON at a path, with the status that is to come (200) and the query as keywords."""

DRAMAS = """SELECT DISTINCT ?item WHERE {
  VALUES ?class { wd:Q5398426 wd:Q526877 wd:Q1259759 }
  ?item wdt:P31 ?class ; wdt:P495 wd:Q884 . }"""
BROADCAST = """SELECT DISTINCT ?item WHERE {
  VALUES ?class { wd:Q5398426 wd:Q526877 wd:Q1259759 } VALUES ?net { wd:Q333424 wd:Q16172404 }
  ?item wdt:P31 ?class ; wdt:P449 ?net . }"""
GROUPS = """SELECT DISTINCT ?item WHERE {
  { VALUES ?class { wd:Q215380 wd:Q641066 } ?item wdt:P31 ?class .
    { ?item wdt:P495 wd:Q884 } UNION { ?item wdt:P136 wd:Q213665 } }
  UNION { ?m wdt:P463 ?item ; wdt:P27 wd:Q884 . ?item wdt:P31/wdt:P279* wd:Q215380 } }"""
SOLOISTS = "SELECT DISTINCT ?item WHERE { ?item wdt:P31 wd:Q5 ; wdt:P136 wd:Q213665 . }"


async def entities(get: Get, *ids: str, props: str = "info|labels|aliases|claims|sitelinks") -> JSON:
    """Documents of Wikidata, by the ids that were asked for."""
    answer = await get("/wikidata/w/api.php", action="wbgetentities", format="json", ids="|".join(ids), props=props)
    return answer["entities"]


async def listed(get: Get, query: str) -> list[str]:
    """The ids that the query service lists."""
    answer = await get("/wikidata/sparql", query=query, format="json")
    assert answer["head"] == {"vars": ["item"]}
    return [
        row["item"]["value"].removeprefix("http://www.wikidata.org/entity/") for row in answer["results"]["bindings"]
    ]


def values(document: JSON, property_: str) -> list[JSON]:
    """The values of a property."""
    return [claim["mainsnak"].get("datavalue", {}).get("value") for claim in document["claims"][property_]]
