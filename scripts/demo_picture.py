"""Draw the README's picture, ``docs/demo.svg``: ``python -m scripts.demo_picture``.

It shows the demo's output, from the same stage and the same bot, for the shorter parts of its tour.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from html import escape, unescape
from io import StringIO
from itertools import groupby
from pathlib import Path

import discord
from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme

from bot.demo.stage import open_stage
from bot.demo.tour import MOMENTS, WIDTH, Tour

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "demo.svg"

NORMAL = "1e1f26 d9605a 2fb8a6 f2b84b 6c7bff eb6fbb 57c7de dbdee1"
BRIGHT = "80848e f08c86 5fd6c6 fad282 96a0ff f596d2 82d7eb ffffff"
"""The colours of the cards under the demo's colour names: black, red, green, yellow, blue, magenta, cyan, white."""

FORMAT = """\
<svg viewBox="0 0 {width} {height:.0f}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Byeol's demo">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK KR", "D2Coding", monospace;
  font-size: {char_height}px;
}}
.wide {{ font-size: 23px; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
"""Without embedded fonts and addresses: it is shown with the fonts of the reader's machine."""

ASPECT = 0.61
"""The width of a character, relative to its height."""
SIZE = 20
"""The height of a character in rich's SVG."""
LINE = SIZE * 1.22
STROKE = 1.5

_TEXT = re.compile(
    r'<text class="(?P<class>[^"]+)" x="(?P<x>[^"]+)" y="(?P<y>[^"]+)" textLength[^>]*>(?P<said>[^<]*)</text>'
)
_COLOUR = re.compile(r"\.(?P<class>[\w-]+) \{ fill: (?P<colour>#[0-9a-f]{6})")
_ARMS = {"─": "EW", "│": "NS", "╭": "ES", "╮": "SW", "╰": "NE", "╯": "NW"}
"""The sides of its cell that a box character connects to."""


class Scenes(Tour):
    """The part of the tour that fits into a picture."""

    async def play(self) -> None:
        """A question, a title with mistakes, and an announcement."""
        stage = self._stage
        await self._ask(stage.fan, "ost", name="jin")
        self._narrate("Nobody types a title without a mistake.")
        await self._ask(stage.fan, "drama", name="whem the star gosip")
        self._narrate("An admin chose a channel and a role. Later:")
        await stage.ask(
            stage.admin, "announcements setup", channel=stage.announcements, role=stage.premieres, language="en"
        )
        announced: list[discord.Message] = []
        for moment in MOMENTS:
            announced = await stage.move_to(moment)
        self._clock(MOMENTS[-1])
        for message in announced:
            self._say("Byeol", "announcements", message)


async def picture() -> str:
    """The picture, as SVG. It changes only if the bot's output does."""
    console = Console(
        width=WIDTH, record=True, file=StringIO(), force_terminal=True, color_system="truecolor", highlight=False
    )
    async with open_stage() as stage:
        await Scenes(stage, console).play()
    svg = console.export_svg(
        title="Byeol", theme=_theme(), code_format=FORMAT, font_aspect_ratio=ASPECT, unique_id="byeol"
    )
    colours = dict(_COLOUR.findall(svg))
    placed = _TEXT.sub(lambda match: "\n".join(_placed(match, colours[match["class"]])), svg)
    return "\n".join(line.strip() for line in placed.splitlines() if line.strip()) + "\n"


def _theme() -> TerminalTheme:
    normal, bright = ([_colour(hexed) for hexed in row.split()] for row in (NORMAL, BRIGHT))
    return TerminalTheme(normal[0], normal[-1], normal, bright)


def _colour(hexed: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(hexed)
    return red, green, blue


def _placed(match: re.Match[str], colour: str) -> Iterator[str]:
    """A run of text with every character placed in its cells.

    rich gives wide characters the width of narrow ones here, and leaves it to the font whether lines join.
    """
    x, y = float(match["x"]), float(match["y"])
    for kind, characters in groupby(unescape(match["said"]), _kind):
        run = "".join(characters)
        width = cell_len(run) * SIZE * ASPECT
        if kind == "line":
            yield f'<path d="{_path(run, x, y)}" fill="none" stroke="{colour}" stroke-width="{STROKE}"/>'
        elif said := run.strip("\u00a0"):
            start = x + (len(run) - len(run.lstrip("\u00a0"))) * SIZE * ASPECT
            length = cell_len(said) * SIZE * ASPECT
            style, base = (f"{match['class']} wide", y + 1) if kind == "wide" else (match["class"], y)
            yield f'<text class="{style}" x="{start:g}" y="{base:g}" textLength="{length:g}">{escape(said)}</text>'
        x += width


def _kind(character: str) -> str:
    if character in _ARMS:
        return "line"
    return "wide" if cell_len(character) > 1 else "narrow"


def _path(run: str, x: float, y: float) -> str:
    """Box characters as lines that meet those of the next cell; `y` is the text's baseline."""
    width = SIZE * ASPECT
    middle = y - SIZE + 1.5 + LINE / 2
    path = ""
    for place, character in enumerate(run):
        centre = x + (place + 0.5) * width
        ends = {
            "N": (centre, middle - LINE / 2),
            "E": (centre + width / 2, middle),
            "S": (centre, middle + LINE / 2),
            "W": (centre - width / 2, middle),
        }
        (x1, y1), (x2, y2) = (ends[side] for side in _ARMS[character])
        path += f"M{x1:g} {y1:g}Q{centre:g} {middle:g} {x2:g} {y2:g}"
    return path


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(asyncio.run(picture()), "utf-8")
    print(f"{PICTURE.relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()
