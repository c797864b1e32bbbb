"""Invented documents in Wikidata's shape, and a Wikidata that answers from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.providers.service import Answer

Document = dict[str, Any]


def value(property_: str, content: object, type_: str = "string") -> Document:
    return {"snaktype": "value", "property": property_, "datavalue": {"value": content, "type": type_}}


def item(property_: str, id_: str) -> Document:
    content = {"entity-type": "item", "numeric-id": int(id_[1:]), "id": id_}
    return value(property_, content, "wikibase-entityid")


def time(property_: str, moment: str, precision: int = 11) -> Document:
    content = {
        "time": moment,
        "timezone": 0,
        "before": 0,
        "after": 0,
        "precision": precision,
        "calendarmodel": "http://www.wikidata.org/entity/Q1985727",
    }
    return value(property_, content, "time")


def words(property_: str, text: str, language: str) -> Document:
    return value(property_, {"text": text, "language": language}, "monolingualtext")


def amount(property_: str, text: str) -> Document:
    return value(property_, {"amount": text, "unit": "1"}, "quantity")


def nobody_knows(property_: str, kind: str = "somevalue") -> Document:
    return {"snaktype": kind, "property": property_, "hash": "0"}


def claim(mainsnak: Document, *qualifiers: Document, rank: str = "normal") -> Document:
    stated: Document = {"mainsnak": mainsnak, "type": "statement", "id": "Q1$0", "rank": rank, "references": []}
    if qualifiers:
        stated["qualifiers"] = _by_property(qualifiers)
        stated["qualifiers-order"] = list(stated["qualifiers"])
    return stated


def _by_property(snaks: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for snak in snaks:
        found.setdefault(snak["property"], []).append(snak)
    return found


def document(
    id_: str,
    labels: Mapping[str, str],
    *claims: Document,
    aliases: Mapping[str, list[str]] | None = None,
    revision: int = 7,
) -> Document:
    stated: dict[str, list[Document]] = {}
    for each in claims:
        stated.setdefault(each["mainsnak"]["property"], []).append(each)
    terms = {language: {"language": language, "value": text} for language, text in labels.items()}
    others = {code: [{"language": code, "value": text} for text in texts] for code, texts in (aliases or {}).items()}
    return {
        "type": "item",
        "id": id_,
        "labels": terms or [],  # PHP's empty map
        "descriptions": {"en": {"language": "en", "value": "of no interest"}},
        "aliases": others or [],
        "claims": stated or [],
        "sitelinks": [],
        "pageid": 1,
        "ns": 0,
        "title": id_,
        "lastrevid": revision,
        "modified": "2026-01-01T00:00:00Z",
    }


def drama(id_: str, name: str, *claims: Document, revision: int = 7) -> Document:
    korean = (claim(item("P31", "Q5398426")), claim(item("P495", "Q884")))
    return document(id_, {"en": name}, *korean, *claims, revision=revision)


def group(id_: str, name: str, *claims: Document, revision: int = 7) -> Document:
    korean = (claim(item("P31", "Q641066")), claim(item("P136", "Q213665")))
    return document(id_, {"en": name}, *korean, *claims, revision=revision)


def person(id_: str, name: str, *claims: Document, revision: int = 7) -> Document:
    return document(id_, {"mul": name}, claim(item("P31", "Q5")), *claims, revision=revision)


class FakeWikidata:
    """Answers `Service.get` for both services, from documents by id. `asked` are the ids and props of each request."""

    name = "Wikidata"

    def __init__(self, *documents: Document, redirects: Mapping[str, str] | None = None) -> None:
        self.documents = {each["id"]: each for each in documents}
        self.redirects = dict(redirects or {})
        self.unlisted: set[str] = set()
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.answer: object = None

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer | None:
        assert parameters is not None
        assert parameters["format"] == "json"
        if self.answer is not None:
            return Answer(self.answer)
        if path == "sparql":
            return Answer(self._rows(parameters["query"]))
        assert path == "api.php"
        assert parameters["maxlag"] == "5"
        ids = parameters["ids"].split("|")
        assert 0 < len(ids) <= 50
        assert len(set(ids)) == len(ids)
        self.asked.append((parameters["props"], tuple(ids)))
        return Answer({"entities": dict(map(self._entity, ids)), "success": 1})

    def _entity(self, id_: str) -> tuple[str, Document]:
        target = self.redirects.get(id_)
        found = self.documents.get(target or id_)
        if found is None:
            return id_, {"id": id_, "missing": ""}
        return (id_, found | {"redirects": {"from": id_, "to": target}}) if target else (id_, found)

    def _rows(self, query: str) -> Document:
        """Understands which classes, or which genre of people, a query is about."""
        classes = set(re.findall(r"wd:(Q\d+)", query)) - {"Q884", "Q213665"}
        found = [
            id_
            for id_, each in self.documents.items()
            if id_ not in self.unlisted and classes & _items(each, "P31") and _is_listed(each, query)
        ]
        rows = [{"item": {"type": "uri", "value": f"http://www.wikidata.org/entity/{id_}"}} for id_ in found]
        return {"head": {"vars": ["item"]}, "results": {"bindings": rows}}


def _items(each: Document, property_: str) -> set[str]:
    claims: list[Document] = each["claims"].get(property_, []) if each["claims"] else []
    return {stated["mainsnak"]["datavalue"]["value"]["id"] for stated in claims}


def _is_listed(each: Document, query: str) -> bool:
    return "wd:Q5 ;" not in query or "Q213665" in _items(each, "P136")
