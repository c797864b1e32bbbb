"""Every language says everything that the code says, in a form that Discord accepts."""

from __future__ import annotations

import asyncio
import gc
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, cast

import pytest
from babel.messages.catalog import Catalog, Message

from bot.client import COGS, Byeol
from bot.interactions.tree import Translator
from bot.store.database import Database
from bot.text import ENGLISH, LANGUAGES, catalogue_path, words
from scripts import messages

RENEW = "run `make messages` and translate what is new"

by_language = pytest.mark.parametrize("language", [language for language in LANGUAGES if language != ENGLISH])


def said(catalog: Catalog) -> dict[str, Message]:
    """The messages of a catalogue by their English words; a plural by both forms."""
    return {" | ".join(forms(message.id)): message for message in catalog if message.id}


def forms(text: object) -> list[str]:
    """A message or a translation in all its plural forms."""
    return [text] if isinstance(text, str) else [str(form) for form in cast("tuple[object, ...]", text)]


def placeholders(text: str) -> set[tuple[str, str | None, str | None]]:
    """What `str.format` fills in; raises ValueError where it cannot read the text."""
    return {(name, conversion, spec) for _, name, spec, conversion in Formatter().parse(text) if name is not None}


def code_spans(text: str) -> list[str]:
    return sorted(re.findall(r"`[^`]*`", text))


@by_language
def test_every_message_of_the_code_is_in_the_catalogue(language: str) -> None:
    missing = sorted(said(messages.template()).keys() - said(messages.current(language)).keys())
    assert not missing, f"{language} lacks {missing}: {RENEW}"


@by_language
def test_the_catalogue_has_nothing_that_the_code_no_longer_says(language: str) -> None:
    catalog = messages.current(language)
    left = sorted(said(catalog).keys() - said(messages.template()).keys())
    assert not left, f"{language} still has {left}: {RENEW}"
    assert not catalog.obsolete, f"{language} has obsolete messages: {RENEW}"


@by_language
def test_everything_is_translated(language: str) -> None:
    catalog = messages.current(language)
    untranslated = [
        text
        for text, message in said(catalog).items()
        if not all(form.strip() for form in forms(message.string))
        or (message.pluralizable and len(forms(message.string)) != catalog.num_plurals)
    ]
    assert not untranslated, f"{language} has no translation of {untranslated}"
    fuzzy = [text for text, message in said(catalog).items() if message.fuzzy]
    assert not fuzzy, f"{language} has doubtful (fuzzy) translations of {fuzzy}"
    assert not catalog.fuzzy, f"the header of {language} is marked fuzzy"


def named(language: str, span: str) -> str:
    """What a command is called where Discord is in a language; other things are called the same everywhere."""
    if not span.startswith("`/"):
        return span
    return f"`/{' '.join(words(language)(name) for name in span[2:-1].split())}`"


@by_language
def test_translations_have_the_placeholders_and_commands_of_the_message(language: str) -> None:
    wrong: list[str] = []
    for text, message in said(messages.current(language)).items():
        english = forms(message.id)[-1]
        for translated in forms(message.string):
            try:
                same = placeholders(translated) == placeholders(english)
            except ValueError:
                same = False
            if not same or code_spans(translated) != sorted(named(language, span) for span in code_spans(english)):
                wrong.append(f"{text!r} is {translated!r}")
    assert not wrong, f"placeholders or `code` differ in {language}: " + "; ".join(wrong)


def test_no_korean_particle_depends_on_what_a_placeholder_holds() -> None:
    # 은/는, 이/가, 을/를, 과/와, 으로/로, 이에요/예요: which one is right depends on the last sound of the word before.
    particle = re.compile(
        r"\}[”’\"'*)`]*(은|는|이|가|을|를|과|와|으로|로|이에요|예요|이나|나|이랑|랑|아|야)(?![가-힣])"
    )
    wrong = [
        form
        for message in said(messages.current("ko")).values()
        for form in forms(message.string)
        if particle.search(form)
    ]
    assert not wrong, f"a particle after a placeholder fits some words only: {wrong}"


@by_language
def test_the_file_is_as_the_script_writes_it(language: str) -> None:
    path = catalogue_path(language)
    assert path.read_text("utf-8") == messages.written(messages.updated(language)), (
        f"{path.name} is not current: {RENEW}"
    )


def test_messages_are_found_wherever_the_code_has_them() -> None:
    code = """
title = t("Plain {name}", name=name)
line = f"**{t('In an f-string')}** {t.plural('{n} song', '{n} songs', 3)}"
label = context.words("By another name")
described = _("Of a " "command")
t(variable)
other("Not a message")
"""
    found = set(messages.messages(code))
    assert found == {
        "Plain {name}",
        "In an f-string",
        ("{n} song", "{n} songs"),
        "By another name",
        "Of a command",
    }


NAME = re.compile(r"[-_\w]{1,32}")
DESCRIPTION_LIMIT = 100


def nodes(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command with its subcommands and options."""
    yield payload
    for option in payload.get("options", []):
        yield from nodes(option)


def texts(node: dict[str, Any], key: str) -> dict[str, str]:
    """A name or a description of a command or an option by Discord's locale."""
    return {ENGLISH: node[key], **(node.get(f"{key}_localizations") or {})}


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every command as Discord is told it. Fails the tests if a task of a cog ended in an error meanwhile."""
    return asyncio.run(told(tmp_path_factory.mktemp("commands") / "byeol.db"))


async def told(path: Path) -> list[dict[str, Any]]:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    database = await Database.open(path)
    translator = Translator()
    try:
        # Entered, but never logged in: what waits for Discord waits until it is left.
        async with Byeol(database) as bot:
            for module in pkgutil.iter_modules([str(COGS)], f"{COGS.name}."):
                await bot.load_extension(module.name)
            found = [await command.get_translated_payload(bot.tree, translator) for command in bot.tree.get_commands()]
            await asyncio.sleep(0)
    finally:
        await database.close()
    gc.collect()  # a task's error is complained of when nobody can ask for it any more
    assert complaints == []
    return found


def test_names_of_commands_and_options_are_as_discord_wants_them(commands: list[dict[str, Any]]) -> None:
    wrong = [
        f"{name!r} ({language})"
        for command in commands
        for node in nodes(command)
        for language, name in texts(node, "name").items()
        if not NAME.fullmatch(name) or name != name.lower()
    ]
    assert not wrong, f"names have 1 to 32 lower-case letters, digits, - and _ only: {wrong}"


def test_names_are_not_used_twice_side_by_side(commands: list[dict[str, Any]]) -> None:
    groups = [commands, *(node["options"] for command in commands for node in nodes(command) if node.get("options"))]
    for group in groups:
        for language in {language for node in group for language in texts(node, "name")}:
            names = [texts(node, "name").get(language) or texts(node, "name")[ENGLISH] for node in group]
            assert len(set(names)) == len(names), f"a name is used twice in {language}: {sorted(names)}"


def test_descriptions_fit(commands: list[dict[str, Any]]) -> None:
    wrong = [
        f"{description!r} ({language})"
        for command in commands
        for node in nodes(command)
        for language, description in texts(node, "description").items()
        if not 1 <= len(description) <= DESCRIPTION_LIMIT
    ]
    assert not wrong, f"descriptions have 1 to {DESCRIPTION_LIMIT} characters: {wrong}"


@by_language
def test_commands_are_told_to_discord_in_every_language(commands: list[dict[str, Any]], language: str) -> None:
    missing = [
        f"{key} of {node['name']}"
        for command in commands
        for node in nodes(command)
        for key in ("name", "description")
        if words(language)(node[key]) not in texts(node, key).values()
    ]
    assert not missing, f"{language} is not among the languages of {missing}"
