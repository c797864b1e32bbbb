"""Update the translations with the messages of the code: ``python -m scripts.messages``.

New messages are added untranslated, and messages that the code no longer has are removed; a test fails until all are
translated. Running it twice changes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.text import DOMAIN, ENGLISH, LANGUAGES, catalogue_path, locale_of

ROOT = Path(__file__).parent.parent
FOLDERS = ("bot", "cogs")
CALLS = ("t", "_", "context.words")
"""Callables that take a message: `Words`, and `locale_str` imported as ``_``. `Words.plural` takes two."""

HEADER = """\
# {name} translations of Byeol. `make messages` brings in what is new.
msgid ""
msgstr ""
"Project-Id-Version: Byeol\\n"
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
"""Only what readers of the file need: no addresses, and no times that would change at every run."""


def template() -> Catalog:
    """Every message of the code."""
    catalog = Catalog(charset="utf-8")
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for message in messages(file.read_text("utf-8")):
                catalog.add(message)
    return catalog


def messages(code: str) -> Iterator[str | tuple[str, str]]:
    """The messages of a module, including those inside f-strings (which Babel finds only from Python 3.12 on)."""
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            said = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if ast.unparse(call.func) in CALLS and said:
                yield said[0]
            elif isinstance(call.func, ast.Attribute) and call.func.attr == "plural" and len(said) == 2:
                yield said[0], said[1]


def current(language: str) -> Catalog:
    """The current translations of a language; empty if there are none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=locale_of(language), domain=DOMAIN)
    with path.open("rb") as file:
        return read_po(file, locale=locale_of(language), domain=DOMAIN)


def updated(language: str) -> Catalog:
    """The translations of a language, with exactly the messages of the code."""
    catalog = current(language)
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def written(catalog: Catalog) -> str:
    """The text of a translations file."""
    assert catalog.locale is not None
    name = Locale.parse(str(catalog.locale)).english_name
    header = HEADER.format(name=name, language=catalog.locale, plural_forms=catalog.plural_forms)
    body = BytesIO()
    write_po(body, catalog, sort_output=True, no_location=True, omit_header=True, width=120)
    return header + body.getvalue().decode().strip("\n") + "\n"


def main() -> None:
    """Update every language. To add one, create an empty folder ``bot/locales/<language>``."""
    for language in LANGUAGES:
        if language == ENGLISH:
            continue
        catalog = updated(language)
        path = catalogue_path(language)
        path.parent.mkdir(exist_ok=True)
        path.write_text(written(catalog), "utf-8")
        missing = sum(not message.string or not all(message.string) for message in catalog if message.id)
        print(f"{language}: {len(catalog)} messages, {missing} to be translated")


if __name__ == "__main__":
    main()
