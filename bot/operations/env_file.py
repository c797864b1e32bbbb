"""Changes settings in ``.env``, and leaves all else in it as people wrote it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from bot.errors import StartError

EXAMPLE = ".env.example"
"""What a new file begins with, if it is there: every setting, with a comment."""

_PLAIN = re.compile(r"[\w.@:/+~-]+", re.ASCII)
"""Values that need no quotes. Other readers of the file, such as ``docker run --env-file``, take quotes literally."""
_BEFORE_KEY = re.compile(r"\s*(?:export\s+)?")


def save(path: Path, changes: Mapping[str, str]) -> None:
    """Set each key of `changes`, in the line that has it or else at the end. Only this user may read the file then.

    It is replaced as a whole or not at all, whenever this is interrupted. Raises `StartError` if it cannot be written.
    """
    target = path.resolve()  # through a link, which stays one
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".env.", dir=target.parent)  # for this user alone
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(changed(_begun(target), changes))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise StartError(f"{path} cannot be written ({error.strerror}). Nothing was changed.") from error


def _begun(target: Path) -> str:
    for one in (target, target.with_name(EXAMPLE)):
        if one.is_file():
            return one.read_text("utf-8")
    return ""


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The text of a file with each key of `changes` set.

    python-dotenv's own `set_key` would swallow the empty lines above a key; its parser is what reads the file.
    """
    parts: list[str] = []
    left = dict(changes)
    for binding in parse_stream(StringIO(text)):
        part = binding.original.string
        if binding.key is not None and binding.key in changes:
            before = _BEFORE_KEY.match(part)
            part = f"{before[0] if before else ''}{_line(binding.key, changes[binding.key])}"
            left.pop(binding.key, None)
        parts.append(part)
    if left and parts and not parts[-1].endswith("\n"):
        parts.append("\n")
    return "".join((*parts, *(_line(key, value) for key, value in left.items())))


def _line(key: str, value: str) -> str:
    if not _PLAIN.fullmatch(value):
        value = "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"{key}={value}\n"
