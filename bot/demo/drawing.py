"""Cards as text: Discord's components and its Markdown, drawn for a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

import discord
from babel import dates
from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text


class _Part(IntEnum):
    """Discord's type numbers of the components that a card uses."""

    ROW = 1
    MENU = 3
    TEXT = 10
    SEPARATOR = 14
    CONTAINER = 17


_STAMP = re.compile(r"<t:(-?\d+)(?::([a-zA-Z]))?>")
_TOKEN = re.compile(
    r"\\(?P<escaped>[^\w\s])|\[(?P<link>[^\]]+)\]\(<[^>]*>\)|</(?P<command>[^:>]+):\d+>|<(?P<kind>@&|#|@)(?P<id>\d+)>"
    r"|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*|(?<!\w)\*(?P<italic>(?:\\.|[^\\*])+?)\*|`(?P<code>[^`]+)`"
)


class Drawing:
    """Draws for a viewer in a time zone, with the names of channels, roles and members, as of the time of a clock."""

    def __init__(self, zone: str, names: Mapping[int, str], clock: Callable[[], datetime]) -> None:
        self._zone = ZoneInfo(zone)
        self._names = names
        self._clock = clock

    def card(self, components: Sequence[Mapping[str, Any]]) -> RenderableType:
        """Draw the components of a message."""
        return Group(*self._drawn(components))

    def message(self, message: discord.Message) -> RenderableType:
        """Draw a message of content, embeds and components."""
        drawn: list[RenderableType] = [self._line(message.content)] if message.content else []
        for embed in message.embeds:
            lines = (f"## {embed.title}", *(embed.description or "").split("\n"))
            drawn.append(self._panel(Group(*map(self._line, lines)), embed.colour and embed.colour.value))
        return Group(*drawn, *self._drawn([component.to_dict() for component in message.components]))

    def _panel(self, inner: RenderableType, colour: int | None) -> Panel:
        return Panel(inner, box=box.ROUNDED, border_style=f"#{colour or 0x99AAB5:06x}", padding=(0, 1))

    def _drawn(self, components: Iterable[Mapping[str, Any]]) -> list[RenderableType]:
        return [drawn for component in components for drawn in self._component(component)]

    def _component(self, component: Mapping[str, Any]) -> list[RenderableType]:
        match component["type"]:
            case _Part.CONTAINER:
                return [self._panel(Group(*self._drawn(component["components"])), component.get("accent_color"))]
            case _Part.TEXT:
                return [self._line(line) for line in component["content"].split("\n")]
            case _Part.SEPARATOR:
                return [Rule(style="grey37")]
            case _Part.ROW:
                return [Text.from_markup("  ".join(_pressable(item) for item in component["components"]))]
            case _:
                return []

    def _line(self, line: str) -> Text:
        style = ""
        for prefix, of_it in (("### ", "bold"), ("## ", "bold bright_white"), ("-# ", "grey62")):
            if line.startswith(prefix):
                line, style = line.removeprefix(prefix), of_it
                break
        if line.startswith("- "):
            line = "• " + line.removeprefix("- ")
        return Text.from_markup(self._markup(line), style=style)

    def _markup(self, text: str) -> str:
        text = _STAMP.sub(self._stamp, text)
        parts: list[str] = []
        end = 0
        for match in _TOKEN.finditer(text):
            parts += (escape(text[end : match.start()]), self._token(match))
            end = match.end()
        return "".join((*parts, escape(text[end:])))

    def _token(self, match: re.Match[str]) -> str:
        if match["escaped"]:
            return escape(match["escaped"])
        if match["link"]:
            return f"[underline]{self._markup(match['link'])}[/]"
        if match["command"]:
            return f"[bold cyan]/{escape(match['command'])}[/]"
        if match["kind"]:
            sign = "#" if match["kind"] == "#" else "@"
            return f"[bold cyan]{sign}{escape(self._names.get(int(match['id']), '?'))}[/]"
        if match["bold"]:
            return f"[bold]{self._markup(match['bold'])}[/]"
        if match["italic"]:
            return f"[italic]{self._markup(match['italic'])}[/]"
        return f"[cyan]{escape(match['code'])}[/]"

    def _stamp(self, match: re.Match[str]) -> str:
        at = datetime.fromtimestamp(int(match[1]), self._zone)
        if match[2] == "R":
            ahead = at - self._clock()
            if abs(ahead) < timedelta(minutes=1):
                return "now"
            return dates.format_timedelta(ahead, add_direction=True, threshold=1.5, locale="en")
        return dates.format_datetime(at, "d MMM y, HH:mm", locale="en")


def _pressable(item: Mapping[str, Any]) -> str:
    if item["type"] == _Part.MENU:
        options = "".join(f"\n  ○ {escape(option['label'])}" for option in item["options"])
        return f"[on grey23] {escape(item.get('placeholder') or '')} ▾ [/]{options}"
    emoji: Mapping[str, str] = item.get("emoji") or {}
    label = escape(" ".join(filter(None, (emoji.get("name"), item.get("label")))))
    return f"[dim]\\[ {label} ][/]" if item.get("disabled") else f"[white on grey23] {label} [/]"
