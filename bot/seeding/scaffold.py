"""The template of a seed file, for the command ``seed --new``."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.errors import SeedError
from bot.seeding.fields import MAX_SLUG, Slug

_SCAFFOLD = """\
# {title}.
#
# Put what a source states between the quotation marks, and delete the lines of what none does. Lines that begin with
# a hash are examples: delete the hash to use one. docs/seed-format.md explains every key.

# Cited for everything in this file that names no sources of its own.
default_sources = [""]

[[sources]]
slug = ""  # the same as above; by custom the publisher and the day: "herald-2031-02-03"
publisher = ""
title = ""  # the headline
# published = 2031-02-03
url = ""  # if it has none, delete this line and say why: note = "Read in print."

[[works]]
slug = "{slug}"
type = "drama"  # or "film", "show", "webtoon"
names = {{ en = "{title}", ko = "" }}
# details = [{{ attribute = "synopsis", value = {{ en = "", ko = "" }} }}]
# airings = [{{ on = "tvn", days = ["sat", "sun"], time = "21:20" }}]  # on: a slug of organisations.toml
# crew = [{{ name = {{ en = "", ko = "" }}, job = "writer" }}]  # or "director", "music_director"
cast = [
    # Role: "lead", "support", "special", "cameo"; delete it where no source says so.
    # Somebody who is in the catalogue already is meant by slug, without name: person = "lee-min-ho".
    {{ name = {{ en = "", ko = "" }}, as = {{ en = "", ko = "" }}, role = "lead" }},
]
events = [
    # A date as precise as the source has it: "2031-04-05", "2031-04", "early 2031" (then with words = "...").
    # Status: "reported", "expected", "confirmed", "released", "postponed", "cancelled".
    {{ kind = "premiere", date = "", status = "expected" }},
]

# [[tracks]]
# slug = ""
# names = {{ en = "", ko = "" }}
# performers = [{{ name = {{ en = "", ko = "" }} }}]  # or, for somebody in the catalogue: ["jin"]
# ost = [{{ work = "{slug}", part = 1 }}]
# events = [{{ kind = "ost_release", date = "", status = "expected" }}]
"""


def create(slug: str, folder: Path) -> Path:
    """Write a file for the work `slug` into `folder`, and return it.

    Raises `SeedError` if the file exists already, the folder does not, or `slug` is not a valid slug.
    """
    try:
        TypeAdapter(Slug).validate_python(slug)
    except ValidationError:
        rule = f"lower-case letters, digits and single hyphens, at most {MAX_SLUG} characters"
        raise SeedError([f'expected {rule}, such as "paper-moon-station", found "{slug}"']) from None
    if not folder.is_dir():
        raise SeedError([f"{folder}: expected a folder to write the new file into: make it first"])
    file = folder / f"{slug}.toml"
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(_SCAFFOLD.format(slug=slug, title=slug.replace("-", " ").title()))
    except FileExistsError:
        raise SeedError([f"{file}: exists already: choose another slug, or change that file"]) from None
    except OSError as error:
        raise SeedError([f"{file}: cannot be written: {error.strerror}"]) from None
    return file
