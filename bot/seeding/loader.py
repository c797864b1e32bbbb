"""Read seed files and validate them as a whole, before anything is written."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.catalogue.model import Kind, Ref
from bot.catalogue.origin import Authority, Origin
from bot.errors import SeedError
from bot.seeding import format as f
from bot.seeding import rows
from bot.store.catalogue import Desired, StatementRow
from bot.store.shapes import SHAPES

Progress = Callable[[Sequence[Path]], Iterable[Path]]
"""Hands the files through one by one, and may show how far it came."""

ABOUT = "catalogue.toml"
"""The file in which a folder says which catalogue it is."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

MAX_PROBLEMS = 20
"""More than these are only counted: the first ones usually explain the rest."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds already, with its origins: files may refer to it."""

    entities: Mapping[Ref, frozenset[Origin]]
    sources: Mapping[str, Origin]
    origins: frozenset[Origin]


def load(paths: Sequence[Path], known: Known, progress: Progress = iter) -> Desired:
    """Read files and folders of files into what they state. Raises `SeedError` with every problem found."""
    files = list({file.resolve(): file for file in _files(paths)}.values())
    folders = {_folder(path) for path in paths if path.is_dir()}
    desired = Desired(
        frozenset(_origin(file) for file in files)
        | {
            origin
            for origin in known.origins
            if origin.authority is Authority.SEED and origin.name.rpartition("/")[0] in folders
        }
    )
    problems: list[str] = []
    for file in progress(files):
        parsed = _parse(file, problems)
        if parsed is not None:
            _collect(file, parsed, desired, problems)
    _resolve(desired, known, problems)
    if problems:
        more = len(problems) - MAX_PROBLEMS
        raise SeedError([*problems[:MAX_PROBLEMS], *([f"... and {more} more problems"] if more > 0 else [])])
    return desired


def _origin(file: Path) -> Origin:
    """What a file goes by in the catalogue: what its folder says it is, and its own name."""
    return Origin(Authority.SEED, f"{_folder(file.parent)}/{file.name}")


def _folder(folder: Path) -> str:
    """Which catalogue a folder is: what its `catalogue.toml` says, whatever the folder is called; else its path.

    A folder removes what it no longer states. By its name alone, another folder called the same would remove it too.
    """
    about = folder / ABOUT
    if not about.is_file():
        return folder.resolve().as_posix()
    try:
        found = tomllib.loads(about.read_text("utf-8-sig")).get("id")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SeedError([f"{about}: not valid TOML: {error}"]) from None
    if not isinstance(found, str) or not _ID.fullmatch(found):
        raise SeedError(
            [f'{about}: expected one line such as id = "my-server": lower-case letters, digits and hyphens']
        )
    return found


def _files(paths: Sequence[Path]) -> Iterator[Path]:
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


def _parse(file: Path, problems: list[str]) -> f.SeedFile | None:
    try:
        content = tomllib.loads(file.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{file}: not valid TOML: {error}")
    except UnicodeDecodeError as error:
        problems.append(f"{file}: expected UTF-8, found the byte 0x{error.object[error.start]:02x} at {error.start}")
    except (RecursionError, ValueError) as error:  # brackets, or a number, without end
        problems.append(f"{file}: not a file that can be read: {error}")
    except OSError as error:
        problems.append(f"{file}: cannot be read: {error.strerror}")
    else:
        try:
            return f.SeedFile.model_validate(content)
        except ValidationError as error:
            problems += [f"{file}: {_explain(detail, content)}" for detail in error.errors()]
    return None


def _explain(error: ErrorDetails, content: Mapping[str, Any]) -> str:
    """One problem in words: where, what was expected, what was found, and what may have been meant."""
    place = _place(error["loc"], content)
    found = error["input"]
    context = error.get("ctx", {})
    if error["type"] == "extra_forbidden":
        key = str(error["loc"][-1])
        return f"{place}: unknown key '{key}'{_suggest(key, _keys_of(error['loc']))}"
    if error["type"] == "missing":
        return f"{place}: missing"
    if error["type"] in ("literal_error", "enum"):
        expected = str(context["expected"])
        choices = expected.split("'")[1::2]
        return f"{place}: expected {expected}, found {found!r}{_suggest(str(found), choices)}"
    if error["type"] == "string_pattern_mismatch" and context["pattern"].startswith("^[a-z0-9]+(-"):
        return f"{place}: expected lower-case letters, digits and single hyphens, found {found!r}"
    if error["type"] == "value_error":
        return f"{place}: {context['error']}" + ("" if isinstance(found, dict) else f", found {found!r}")
    return f"{place}: {error['msg'][0].lower()}{error['msg'][1:]}, found {found!r}"


def _place(loc: tuple[int | str, ...], content: object) -> str:
    """Where in a file: the path of keys, with the slug or text of each table that has one instead of its number."""
    here = content
    words: list[str] = []
    for step in loc:
        if isinstance(step, int):
            here = cast("list[object]", here)[step] if isinstance(here, list) else None
            named = cast("dict[str, object]", here) if isinstance(here, dict) else {}
            name = next((named[key] for key in ("slug", "text", "attribute", "person") if key in named), step + 1)
            words[-1] += f"[{name}]"
        elif not step.startswith("function-"):
            here = cast("dict[str, object]", here).get(step) if isinstance(here, dict) else None
            words.append(step)
    return ".".join(words)


def _keys_of(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the table at `loc` may hold."""
    model: type[f.Table] = f.SeedFile
    for step in loc[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = next(_models(model.model_fields[step].annotation), model)
    return list(model.model_fields)


def _models(annotation: object) -> Iterator[type[f.Table]]:
    if isinstance(annotation, type) and issubclass(annotation, f.Table):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _suggest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


_TABLES = {
    "organisations": Kind.ORGANISATION,
    "people": Kind.PERSON,
    "groups": Kind.GROUP,
    "works": Kind.WORK,
    "tracks": Kind.TRACK,
    "albums": Kind.ALBUM,
}


def _collect(file: Path, parsed: f.SeedFile, desired: Desired, problems: list[str]) -> None:
    """Add what one file states, and note what it states twice."""
    origin = _origin(file)
    for source in parsed.sources:
        if source.slug in desired.sources:
            problems.append(
                f"{file}: sources[{source.slug}]: already stated in {desired.sources[source.slug].origin.name}"
            )
        desired.sources[source.slug] = rows.source_row(source, origin)
    for table, kind in _TABLES.items():
        for entity in getattr(parsed, table):
            for row, statements in rows.entities(kind, entity, origin):
                if row.ref in desired.entities:
                    other = desired.entities[row.ref].origin.name
                    problems.append(f"{file}: {table}[{row.ref.slug}]: already stated in {other}")
                desired.entities[row.ref] = row
                desired.statements += statements
                problems += [f"{file}: {problem}" for problem in _repeated(statements)]


def _repeated(statements: Iterable[StatementRow]) -> Iterator[str]:
    seen: set[tuple[object, ...]] = set()
    for statement in statements:
        key = (statement.shape, *(statement.columns[column] for column in SHAPES[statement.shape].key))
        if key in seen:
            words = " ".join(str(part) for part in key[1:] if part is not None)
            hint = "; give the one to be shown second rank = 1" if statement.shape == "event" else ""
            yield f"{statement.entity}: states the {statement.shape} '{words}' twice{hint}"
        seen.add(key)


def _resolve(desired: Desired, known: Known, problems: list[str]) -> None:
    """Check that everything referred to exists, and find out which performers are groups."""
    files = {ref: entity.origin.name for ref, entity in desired.entities.items()}
    others = {ref: left for ref, stated in known.entities.items() if (left := stated - desired.origins)}
    problems += [
        f"{files[ref]}: {ref}: already stated in {other.name}, which is not among the files to load"
        for ref in files.keys() & others.keys()
        for other in sorted(others[ref])
        if other.authority is Authority.SEED
    ]
    exists = files.keys() | others.keys()
    cited = desired.sources.keys() | {slug for slug, o in known.sources.items() if o not in desired.origins}
    for number, statement in enumerate(desired.statements):
        where = f"{files[statement.entity]}: {statement.entity}: {statement.shape}"
        problems += [
            f"{where}: no source '{slug}'{_suggest(slug, cited)}" for slug in statement.sources if slug not in cited
        ]
        for column, value in statement.columns.items():
            if not isinstance(value, Ref) or value in exists:
                continue
            group = Ref(Kind.GROUP, value.slug)
            if column == "artist_id" and group in exists:
                desired.statements[number] = replace(statement, columns={**statement.columns, column: group})
                continue
            near = _suggest(value.slug, (ref.slug for ref in exists if ref.kind == value.kind))
            problems.append(f"{where}: no {value.kind} '{value.slug}'{near}")
