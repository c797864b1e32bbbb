"""Wikidata: which items are of our field, and what changed in them.

Lists of ids come from its query service, everything else from its API, 50 documents at a time. A full run reads the
lists and the documents of all works and groups, then whom and what they name. Any other run asks which of the held
documents have a new revision, and reads those.

Terms: https://www.wikidata.org/wiki/Wikidata:Data_access, https://www.mediawiki.org/wiki/API:Etiquette.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple

from pydantic import BaseModel, Field

from bot.catalogue.model import Kind
from bot.providers import wikidata_lists
from bot.providers.provider import About, Batch, Fetched, Known
from bot.providers.service import ProviderError, Service
from bot.providers.wikidata_document import Entity, checked
from bot.providers.wikidata_mapping import LANGUAGES, PROVIDER, external, kind_of, number, record_of, references
from bot.store.record import ExternalId

ABOUT = About(
    PROVIDER,
    "Wikidata",
    "https://www.wikidata.org/wiki/{id}",
    "CC0 1.0",
    "https://creativecommons.org/publicdomain/zero/1.0/",
)
AT_ONCE = 50
"""The most documents that the API gives at a time."""
EXAMPLE = "Q24859151"
"""A drama whose item has long been complete: Guardian: The Lonely and Great God."""

ORDER = {Kind.ORGANISATION: 0, Kind.WORK: 1, Kind.GROUP: 1, Kind.PERSON: 2, Kind.CHARACTER: 3}
"""`Fetched.order` by kind: what others need in order to be told apart comes first."""
PHASES: tuple[Kind | None, ...] = (Kind.WORK, Kind.GROUP, None, Kind.ORGANISATION, Kind.PERSON, Kind.CHARACTER)
"""What a run looks at, in this order. None: ids that the catalogue has from elsewhere, whose kind is not known yet."""
SURVEYED = (Kind.WORK, Kind.GROUP, None)
"""The phases of a full run that read every document, changed or not, to learn whom and what it names."""


class _Redirect(BaseModel):
    from_: str = Field(alias="from")


class _Document(BaseModel):
    missing: str | None = None
    redirects: _Redirect | None = None


class _Error(BaseModel):
    code: str
    info: str = ""


class _Answer(BaseModel):
    error: _Error | None = None
    entities: Mapping[str, object] = Field(default_factory=dict)


class Mark(NamedTuple):
    """How a held record is marked: its revision, and its kind, since a document need not tell that by itself.

    A record that came with Byeol has no revision, so it is asked for.
    """

    revision: str
    kind: Kind | None

    def __str__(self) -> str:
        return f"{self.revision} {self.kind}"

    @classmethod
    def parse(cls, text: str | None) -> Mark:
        revision, _, kind = (text or "").partition(" ")
        return cls(revision, Kind(kind) if kind in set(Kind) else None)


class Wikidata:
    """The provider, asked over its API and its query service."""

    about = ABOUT

    def __init__(self, api: Service, queries: Service) -> None:
        self._api = api
        self._queries = queries

    async def run(self, known: Known, cursor: str | None, *, full: bool) -> AsyncIterator[Batch]:
        """See `Provider`. A run that goes on keeps the extent that it began with; the first one of all is full."""
        is_first = not any(Mark.parse(held.version).revision for held in known.held.values())
        place = _Place.parse(cursor) or _Place(full or is_first, 0, "")
        run = _Run(self, known, full=place.full)
        if place.full:
            await run.read_lists()
        for phase, kind in enumerate(PHASES):
            ids = run.ids(kind)
            later = run.estimate(PHASES[phase + 1 :])
            done = [id_ for id_ in ids if place.is_past(phase, id_)]
            if place.full and kind in SURVEYED:
                for chunk in _chunks(done):
                    await run.step(kind, chunk)  # stored already: only whom it names is wanted
            chunks = _chunks(ids[len(done) :])
            for at, chunk in enumerate(chunks, 1):
                found = await run.step(kind, chunk)
                yield Batch(
                    str(_Place(place.full, phase, chunk[-1])),
                    found.fetched,
                    found.gone,
                    found.moved or None,
                    len(chunks) - at + later,
                )

    async def check(self) -> str:
        """See `Provider`."""
        entity = (await self.entities([EXAMPLE])).get(EXAMPLE)
        record = record_of(entity, Kind.WORK) if entity else None
        if entity is None or record is None or not entity.labels.get("ko"):
            raise ProviderError(f"Wikidata's {EXAMPLE} is no longer a drama with a Korean name")
        parts = [said.columns["character_id"] for said in record.things[0].said if said.shape == "credit"]
        if not await self.listed(wikidata_lists.ONE):
            raise ProviderError("Wikidata's query service knows no Korean series")
        return (
            f"Wikidata: {EXAMPLE} is {entity.labels['ko']}, with {len(parts)} in its cast, "
            f"{len(list(filter(None, parts)))} of them with a character; the query service answers"
        )

    async def listed(self, query: str) -> set[str]:
        """The ids that a query finds."""
        answer = await self._queries.get("sparql", {"query": query, "format": "json"})
        return wikidata_lists.ids(answer.content if answer else None)

    async def entities(self, ids: Sequence[str], *, whole: bool = True) -> dict[str, Entity | None]:
        """The documents of at most 50 items by the ids that were asked for; None for those that do not exist.

        A document whose own id differs is what the item was merged into. Without `whole` only revisions are asked for.
        """
        parameters = {"action": "wbgetentities", "format": "json", "maxlag": "5", "ids": "|".join(ids), "props": "info"}
        if whole:
            parameters |= {"props": "info|labels|aliases|claims", "languages": "|".join(LANGUAGES)}
        content = await self._api.get("api.php", parameters)
        answer = checked(_Answer, content.content if content else None, "API")
        if answer.error:
            raise ProviderError(f"Wikidata refuses: {answer.error.code} {answer.error.info}".rstrip())
        found: dict[str, Entity | None] = {}
        for key, content in answer.entities.items():
            document = checked(_Document, content, key)
            entity = None if document.missing is not None else Entity(content)
            if entity and entity.revision is None:
                raise ProviderError(f"Wikidata's {entity.id} has another shape: expected its revision at lastrevid")
            found[key] = entity
            if entity:
                found[entity.id] = entity
                if document.redirects:
                    found[document.redirects.from_] = entity
        if lacking := [id_ for id_ in ids if id_ not in found]:
            raise ProviderError(f"Wikidata's API has another shape: expected an answer for {lacking[0]}")
        return {id_: found[id_] for id_ in ids}


class _Place(NamedTuple):
    """Where a run stands: after the item `after` of a phase. Lists are sorted, so they may grow in between."""

    full: bool
    phase: int
    after: str

    def __str__(self) -> str:
        phase = PHASES[self.phase]
        return json.dumps({"full": self.full, "phase": str(phase) if phase else "other", "after": self.after})

    @classmethod
    def parse(cls, cursor: str | None) -> _Place | None:
        """Parse what `str` gave; None for anything else, such as the cursor of another version of Byeol.

        Starting again costs requests and nothing else: what is held is not taken twice.
        """
        try:
            stored = _Stored.model_validate_json(cursor or "")
            return cls(stored.full, [str(phase or "other") for phase in PHASES].index(stored.phase), stored.after)
        except ValueError:
            return None

    def is_past(self, phase: int, id_: str) -> bool:
        """Whether the item has been looked at."""
        return phase < self.phase or (phase == self.phase and self.after != "" and number(id_) <= number(self.after))


class _Stored(BaseModel):
    full: bool
    phase: str
    after: Annotated[str, Field(pattern=r"^Q\d+$")]


@dataclass(slots=True)
class _Found:
    fetched: list[Fetched] = field(default_factory=list[Fetched])
    gone: list[str] = field(default_factory=list[str])
    moved: dict[ExternalId, ExternalId] = field(default_factory=dict[ExternalId, ExternalId])


class _Run:
    """What is known in the course of one run."""

    def __init__(self, wikidata: Wikidata, known: Known, *, full: bool) -> None:
        self._wikidata = wikidata
        self._full = full
        self._held = {id_: Mark.parse(held.version) for id_, held in known.held.items()}
        self._elsewhere = {id_ for id_ in known.ids.get(PROVIDER, ()) if id_[:1] == "Q" and id_[1:].isdecimal()}
        self._listed: dict[Kind, set[str]] = {}
        self._named: dict[Kind, dict[str, set[str]]] = {kind: {} for kind in Kind}
        """By kind, the items that were named, each with the works and groups that name it."""
        self._taken: set[str] = set()
        self._groups = {id_ for id_, mark in self._held.items() if mark.kind is Kind.GROUP}

    async def read_lists(self) -> None:
        """Ask for all lists. A list that is much shorter than what is held was not read whole, so the run ends."""
        for kind, queries in wikidata_lists.QUERIES.items():
            listed: set[str] = set()
            for query in queries:
                listed |= await self._wikidata.listed(query)
            held = sum(mark.kind is kind for mark in self._held.values())
            if kind is not Kind.PERSON and (not listed or 3 * len(listed) < 2 * held):
                some = f"only {len(listed)} of {held}" if held else "no"
                raise ProviderError(f"Wikidata lists {some} {kind}s; nothing was changed")
            self._listed[kind] = listed
        self._groups |= self._listed[Kind.GROUP]

    def ids(self, kind: Kind | None) -> list[str]:
        """What is looked at in a phase, sorted. Each item has its turn in one phase alone."""
        ids = self._candidates(kind) - self._taken
        self._taken |= ids
        return sorted(ids, key=number)

    def estimate(self, kinds: Iterable[Kind | None]) -> int:
        """How many steps these phases take, as far as is known."""
        return sum(len(_chunks(sorted(self._candidates(kind) - self._taken))) for kind in kinds)

    def _candidates(self, kind: Kind | None) -> set[str]:
        held = {id_ for id_, mark in self._held.items() if mark.kind is kind}
        if not self._full:
            return held
        if kind is None:
            return held | (self._elsewhere - self._held.keys()).difference(*self._listed.values())
        new = self._listed.get(kind, set()) | self._named[kind].keys()
        return held | (new - self._held.keys())

    async def step(self, kind: Kind | None, ids: Sequence[str]) -> _Found:
        """Look at up to 50 items: what changed, what is new, what is gone and what was merged."""
        found = _Found()
        documents = await self._changed(kind, ids)
        named = self._take(kind, documents, found)
        if not self._full:
            for kind_, new in named.items():
                for chunk in _chunks(sorted(new, key=number)):
                    self._take(kind_, await self._wikidata.entities(chunk), found)
        return found

    async def _changed(self, kind: Kind | None, ids: Sequence[str]) -> dict[str, Entity | None]:
        if self._full and kind in SURVEYED:
            return await self._wikidata.entities(ids)
        held = [id_ for id_ in ids if id_ in self._held]
        known = await self._wikidata.entities(held, whole=False) if held else {}
        gone = {id_: None for id_, entity in known.items() if entity is None}
        wanted = [id_ for id_ in ids if id_ not in gone and self._is_new(id_, known.get(id_))]
        return gone | (await self._wikidata.entities(wanted) if wanted else {})

    def _is_new(self, id_: str, entity: Entity | None) -> bool:
        """Whether the document of an item is not held in its present revision."""
        return entity is None or entity.id != id_ or str(entity.revision) != self._held[id_].revision

    def _take(self, kind: Kind | None, documents: Mapping[str, Entity | None], found: _Found) -> dict[Kind, set[str]]:
        """Map documents. Returns the items that they name and that nobody looked at yet, by kind."""
        new: dict[Kind, set[str]] = {}
        for asked, entity in documents.items():
            is_held = asked in self._held
            if entity is None:
                found.gone += [asked] if is_held else []
                continue
            if entity.id != asked:
                found.moved[external(asked)] = external(entity.id)
                found.gone += [asked] if is_held else []
                if self._has_its_own_turn(entity.id):
                    continue
                self._taken.add(entity.id)
            own = kind or kind_of(entity)
            if kind is None and own is Kind.PERSON and entity.id not in self._held:
                self._named[Kind.PERSON].setdefault(
                    entity.id, set[str]()
                )  # others may name them: their turn comes later
                self._taken.discard(entity.id)
                continue
            related = self._naming(own, asked) | self._naming(own, entity.id)
            record = record_of(entity, own, related, self._groups)
            if record is None or own is None:
                found.gone += [asked] if is_held and entity.id == asked and kind else []
                continue
            for id_, kind_ in references(entity, own):
                if id_ in self._groups:
                    continue
                if id_ not in self._held and id_ not in self._taken and id_ not in self._named[kind_]:
                    new.setdefault(kind_, set[str]()).add(id_)
                self._named[kind_].setdefault(id_, set[str]()).add(entity.id)
            if entity.id not in self._held or self._is_new(entity.id, entity):
                found.fetched.append(Fetched(record, str(Mark(str(entity.revision), own)), ORDER[own]))
        return new

    def _naming(self, kind: Kind | None, id_: str) -> set[str]:
        return self._named[kind].get(id_, set()) if kind else set()

    def _has_its_own_turn(self, id_: str) -> bool:
        return (
            id_ in self._held
            or id_ in self._taken
            or any(id_ in listed for listed in self._listed.values())
            or any(id_ in named for named in self._named.values())
        )


def _chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)]
