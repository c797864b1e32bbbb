"""Write ``docs/commands.md`` from the commands themselves: ``python -m scripts.commands_page``."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from discord import AppCommandOptionType as Type
from discord import ChannelType, app_commands

from bot.client import Byeol, is_for_planners
from bot.interactions.tree import Translator
from bot.store.database import Database
from bot.text import ENGLISH, LANGUAGES, language_name

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "commands.md"

HEADER = """\
<!-- Written by `make docs` from the code: change the commands, not this page. -->

# Commands

Type `/` in Discord, and it shows these commands, in {languages} as your Discord is. Names may be typed in part and
in any spelling; while you type, Byeol suggests what it knows.
"""

OTHERS = tuple(language for language in LANGUAGES if language != ENGLISH)
PLACES = {0: "servers", 1: "direct messages with the bot", 2: "other direct messages and group chats"}
"""Discord's interaction contexts."""
INSTALLS = {0: "to a server", 1: "to your own account"}
"""Discord's integration types."""
PERMISSIONS = {"manage_guild": "Manage Server"}
"""Permissions whose name in Discord's interface differs from the library's."""
CHANNELS = {
    ChannelType.text: "a text channel",
    ChannelType.news: "an announcement channel",
    ChannelType.forum: "a forum",
    ChannelType.media: "a media channel",
}

Node = dict[str, Any]
"""A command, a subcommand or an option, as sent to Discord."""


async def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "byeol.db")
        try:
            # Entered, but never logged in: tasks that wait for Discord wait until it is closed.
            async with Byeol(database) as client:
                await client.load_cogs()
                return await _written(client)
        finally:
            await database.close()


async def _written(client: Byeol) -> str:
    translator = Translator()
    told = [await command.get_translated_payload(client.tree, translator) for command in client.tree.get_commands()]
    found = [usable for command in told for usable in _usable(command, {})]
    header = HEADER.format(languages=" or ".join(map(language_name, LANGUAGES)))
    lines = [header, *_table(("command", *map(language_name, OTHERS), "what it does"), map(_overview, found))]
    for node in found:
        command = client.tree.get_command(node["path"][0])
        for name in node["path"][1:]:
            assert isinstance(command, app_commands.Group)
            command = command.get_command(name)
        assert isinstance(command, app_commands.Command)
        lines += _section(node, _who(command))
    return "\n".join(lines).rstrip("\n") + "\n"


def _usable(node: Node, parent: Node) -> Iterator[Node]:
    """What users can type of a command: itself, or its subcommands, each with its full name."""
    whole = {
        **{key: parent.get(key) for key in ("contexts", "integration_types")},
        **node,
        "path": [*parent.get("path", []), node["name"]],
        "paths": {
            language: [*parent.get("paths", {}).get(language, []), _localised(node, "name", language)]
            for language in OTHERS
        },
    }
    inner = [
        option for option in node["options"] if option["type"] in (Type.subcommand.value, Type.subcommand_group.value)
    ]
    if not inner:
        yield whole
    for option in inner:
        yield from _usable(option, whole)


def _localised(node: Node, key: str, language: str) -> str:
    localisations: dict[str, str] = node.get(f"{key}_localizations") or {}
    original: str = node[key]
    return localisations.get(language, original)


def _overview(node: Node) -> tuple[str, ...]:
    name = " ".join(node["path"])
    return (
        f"[`/{name}`](#{name.replace(' ', '-')})",
        *(f"`/{' '.join(node['paths'][language])}`" for language in OTHERS),
        node["description"],
    )


def _section(node: Node, who: str) -> list[str]:
    typed = [f"/{' '.join(node['path'])}"]
    typed += [option["name"] if option["required"] else f"[{option['name']}]" for option in node["options"]]
    lines = ["", f"## {' '.join(node['path'])}", "", f"`{' '.join(typed)}`", "", f"{node['description']}.", ""]
    lines += [
        f"- {language_name(language)}: `/{' '.join(node['paths'][language])}` —"
        f" {_localised(node, 'description', language)}"
        for language in OTHERS
    ]
    lines.append(
        f"- Where: {_listed(PLACES, node['contexts'])}; installed {_listed(INSTALLS, node['integration_types'])}"
    )
    lines.append(f"- Who: {who}")
    if node["options"]:
        lines += [
            "",
            *_table(
                ("option", *map(language_name, OTHERS), "required", "takes", "what it is"),
                map(_option, node["options"]),
            ),
        ]
    return lines


def _option(option: Node) -> tuple[str, ...]:
    return (
        f"`{option['name']}`",
        *(f"`{_localised(option, 'name', language)}`" for language in OTHERS),
        "yes" if option["required"] else "no",
        _takes(option),
        option["description"],
    )


def _takes(option: Node) -> str:
    """The values an option accepts."""
    if choices := option.get("choices"):
        return " or ".join(choice["name"] for choice in choices)
    match Type(option["type"]):
        case Type.string:
            return "text, with suggestions" if option.get("autocomplete") else "text"
        case Type.integer:
            return f"a whole number, {option['min_value']} to {option['max_value']}"
        case Type.channel:
            return " or ".join(CHANNELS[ChannelType(type_)] for type_ in option["channel_types"])
        case Type.role:
            return "a role"
        case Type.attachment:
            return "a file"
        case Type.boolean:
            return "true or false"
        case other:
            raise NotImplementedError(f"say here what {other.name} takes")


def _listed(names: dict[int, str], chosen: list[int]) -> str:
    return ", ".join(names[number] for number in chosen)


def _who(command: app_commands.Command[Any, ..., Any]) -> str:
    """Who may use a command, from its checks and extras."""
    needed: list[str] = []
    for check in command.checks:
        # `has_permissions` keeps its permissions only in its closure.
        permissions: dict[str, bool] = inspect.getclosurevars(check).nonlocals.get("perms", {})
        if not permissions:
            raise NotImplementedError(f"say here who passes {check} of /{command.qualified_name}")
        needed += [PERMISSIONS.get(name, name.replace("_", " ").title()) for name in permissions]
    if not needed:
        return "those who plan: “Manage Events”, or a chosen role" if is_for_planners(command) else "everyone"
    return f"members with the permission “{'” and “'.join(needed)}”"


def _table(heading: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(heading), _row(("---",) * len(heading)), *map(_row, rows)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(asyncio.run(page()), "utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()
