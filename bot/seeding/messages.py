"""pydantic's errors about a seed file, in TOML's terms: what was expected, what was found, what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic_core import ErrorDetails

from bot.seeding import format as f
from bot.seeding.document import written
from bot.seeding.fields import PATTERNS, Table

_EXPECTED = {
    "string_type": "expected words in quotes",
    "string_too_short": "expected at least one character",
    "string_too_long": "expected at most {max_length} characters",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a smaller number",
    "int_from_float": "expected a whole number",
    "finite_number": "expected a whole number",
    "greater_than": "expected more than {gt}",
    "greater_than_equal": "expected {ge} or more",
    "less_than": "expected less than {lt}",
    "less_than_equal": "expected {le} or less",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "tuple_type": "expected a list in square brackets",
    "dict_type": "expected words in quotes, or a table with one key a language",
    "model_type": "expected a table in braces",
    "too_short": "expected words in at least one language",
}
"""What each of pydantic's error types expects."""


def explain(error: ErrorDetails) -> str:
    """An error in words."""
    kind, found, context = error["type"], error["input"], error.get("ctx", {})
    key = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        if key == "default_sources":
            return "default_sources stands at the top of the file, before the first table"
        keys = _keys_of(error["loc"])
        return f'unknown key "{key}"' + (suggest(key, keys) or f"; there may be {_listed(keys)}")
    if kind == "missing":
        return f"missing: add {key} = ..."
    if kind in ("literal_error", "enum"):
        choices = str(context["expected"]).split("'")[1::2]
        expected = f"expected {_listed([written(choice) for choice in choices])}"
        return f"{expected}, found {written(found)}{suggest(str(found), choices)}"
    if kind == "value_error":
        words = str(context["error"])
        return f"{words}, found {written(found)}" if words.startswith("expected") and ", found " not in words else words
    return f"{_expected(kind, context)}, found {written(found)}"


def _expected(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return f"expected {PATTERNS[context['pattern']]}"
    if re.match("date_", kind):
        return "expected a day without quotes, such as 2031-02-03"
    return _EXPECTED.get(kind, "expected something else").format_map(context)


def _listed(choices: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(choices[:-1]), choices[-1]]))


def suggest(word: str, known: Iterable[str]) -> str:
    """Suggestions for a misspelt word, as the end of a sentence; empty if nothing is close."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""


def _keys_of(loc: tuple[int | str, ...]) -> list[str]:
    """The allowed keys of the table at `loc`."""
    model: type[Table] = f.SeedFile
    for step in loc[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = next(_models(model.model_fields[step].annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: object) -> Iterator[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
