"""Read seed files and validate them as a whole, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path as File

from pydantic import ValidationError

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Authority, Origin
from bot.errors import SeedError
from bot.seeding import checks, rows
from bot.seeding import format as f
from bot.seeding.document import Document, UnreadableError, read
from bot.seeding.messages import explain
from bot.seeding.positions import Path
from bot.seeding.rows import Cited, PlacedEntity, PlacedStatement
from bot.store.stated import Desired

Progress = Callable[[Sequence[File]], Iterable[File]]
"""Iterates over the files, and may show progress."""

ABOUT = "catalogue.toml"
"""The file that names the catalogue of a folder."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

MAX_PROBLEMS = 20
"""The most problems listed; more are only counted: the first ones usually explain the rest."""


@dataclass(frozen=True, slots=True)
class Known:
    """The contents of the database, with their origins: files may refer to them."""

    entities: Mapping[Ref, frozenset[Origin]]
    sources: Mapping[str, Origin]
    origins: frozenset[Origin]


def load(paths: Sequence[File], known: Known, progress: Progress = iter) -> Desired:
    """Load what files and folders of files state. Raises `SeedError` with every problem found."""
    files = list({file.resolve(): file for file in _files(paths)}.values())
    folders = {_folder(path) for path in paths if path.is_dir()}
    loading = _Loading(
        frozenset(_origin(file) for file in files)
        | {
            origin
            for origin in known.origins
            if origin.authority is Authority.SEED and origin.name.rpartition("/")[0] in folders
        }
    )
    for file in progress(files):
        loading.read(file)
    loading.resolve(known, cache(lambda: beside(paths)))
    if problems := loading.problems:
        more = len(problems) - MAX_PROBLEMS
        raise SeedError([*problems[:MAX_PROBLEMS], *([f"... and {more} more problems"] if more > 0 else [])])
    return loading.desired


def beside(paths: Sequence[File]) -> Desired:
    """The entities and sources stated by the other files in the folders of `paths`.

    A file may refer to them before they are loaded. They come without statements; files with mistakes are left out.
    """
    named = {file.resolve() for path in paths for file in ([path] if path.is_file() else path.glob("*.toml"))}
    found = Desired(frozenset())
    for folder in dict.fromkeys(path.parent for path in paths if path.is_file()):
        for file in sorted(folder.glob("*.toml")):
            if file.name != ABOUT and file.resolve() not in named:
                loading = _Loading(frozenset())
                loading.read(file)
                if not loading.problems:
                    found.entities.update(loading.desired.entities)
                    found.sources.update(loading.desired.sources)
    return found


def _origin(file: File) -> Origin:
    """The origin of a file in the catalogue: its folder's catalogue, and its own name."""
    return Origin(Authority.SEED, f"{_folder(file.parent)}/{file.name}")


def _folder(folder: File) -> str:
    """The catalogue of a folder: named by its `catalogue.toml`, whatever the folder is called; else by its path.

    Loading a folder removes what it no longer states. If folders were identified by name alone, another one of the same
    name would remove it too.
    """
    about = folder / ABOUT
    if not about.is_file():
        return folder.resolve().as_posix()
    try:
        found = read(about).content.get("id")
    except UnreadableError as error:
        raise SeedError([str(error)]) from None
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise SeedError(
            [f'{about}: expected one line such as id = "my-server": lower-case letters, digits and hyphens']
        )
    return found


def _files(paths: Sequence[File]) -> Iterator[File]:
    for path in dict.fromkeys(paths):
        if path.is_dir():
            found = sorted(file for file in path.glob("*.toml") if file.name != ABOUT)
            if not found:
                raise SeedError([f"{path}: expected a folder with .toml files, found none in it"])
            yield from found
        elif path.is_file():
            yield path
        else:
            raise SeedError([f"{path}: expected a seed file or a folder of them, found nothing there"])


_TABLES = {
    "organisations": Kind.ORGANISATION,
    "people": Kind.PERSON,
    "groups": Kind.GROUP,
    "works": Kind.WORK,
    "tracks": Kind.TRACK,
    "albums": Kind.ALBUM,
}


class _Loading:
    """The state of one `load`: what the files state so far, where they state it, and the problems."""

    def __init__(self, origins: frozenset[Origin]) -> None:
        self.desired = Desired(origins)
        self.problems: list[str] = []
        self._entities: dict[Ref, tuple[Document, Path]] = {}
        self._sources: dict[str, tuple[Document, Path]] = {}
        self._statements: list[tuple[Document, PlacedStatement]] = []

    def read(self, file: File) -> None:
        """Read one file, and add its statements."""
        try:
            document = read(file)
        except UnreadableError as error:
            self.problems.append(str(error))
            return
        try:
            parsed = f.SeedFile.model_validate(document.content)
        except ValidationError as error:
            self.problems += [document.problem(detail["loc"], explain(detail)) for detail in error.errors()]
            return
        origin = _origin(file)
        for place, source in enumerate(parsed.sources):
            at = ("sources", place)
            self._note_twice(document, at, self._sources.get(source.slug))
            self._sources[source.slug] = document, at
            self.desired.sources[source.slug] = rows.source_row(source, origin)
        cited = Cited(parsed.default_sources, ("default_sources",))
        for table, kind in _TABLES.items():
            for place, entity in enumerate(getattr(parsed, table)):
                for placed in rows.entities(kind, entity, (table, place), origin, cited):
                    self._add(document, placed)

    def _add(self, document: Document, placed: PlacedEntity) -> None:
        self._note_twice(document, placed.at, self._entities.get(placed.row.ref), placed.reuse)
        self._entities[placed.row.ref] = document, placed.at
        self.desired.entities[placed.row.ref] = placed.row
        self._statements += [(document, statement) for statement in placed.statements]
        for check in checks.CHECKS:
            self.problems += [document.problem(*problem) for problem in check(document, placed)]

    def _note_twice(self, document: Document, at: Path, first: tuple[Document, Path] | None, reuse: str = "") -> None:
        if first is not None:
            other, place = first
            self.problems.append(document.problem(at, f"already stated in {other.file}:{other.line(place)}{reuse}"))

    def resolve(self, known: Known, beside: Callable[[], Desired]) -> None:
        """Check that every reference resolves, and find out which performers are groups."""
        others = {ref: left for ref, stated in known.entities.items() if (left := stated - self.desired.origins)}
        for ref in sorted(self._entities.keys() & others.keys()):
            document, at = self._entities[ref]
            for origin in sorted(one for one in others[ref] if one.authority is Authority.SEED):
                words = f"already stated in {origin.name}, which is not among the files to load"
                self.problems.append(document.problem(at, words))
        sources = {slug for slug, origin in known.sources.items() if origin not in self.desired.origins}
        catalogue = checks.Catalogue(
            frozenset(self._entities.keys() | others.keys()), frozenset(self._sources.keys() | sources), beside
        )
        for document, statement in self._statements:
            row, problems = checks.resolve(statement, catalogue)
            self.desired.statements.append(row)
            self.problems += [document.problem(*problem) for problem in problems]
        for document, problem in checks.uncited(self._statements, catalogue):
            self.problems.append(document.problem(*problem))
