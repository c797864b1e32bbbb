"""The demo with one more command, for what Byeol's own do not use yet: ``python -m tests.demo.probe``."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any, cast

import discord
from discord import app_commands, ui

from bot.client import Byeol
from bot.demo import site


class Form(ui.Modal, title="A form"):
    """Asks for a few words, and hands them back with the file."""

    words = ui.Label(text="Words", component=ui.TextInput[Any](required=True))

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__()
        self._name, self._content = name, content

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Hand it back."""
        assert isinstance(self.words.component, ui.TextInput)
        file = discord.File(BytesIO(self._content), f"again-{self._name}")
        await interaction.response.send_message(f"You wrote {self.words.component.value}.", file=file)


@app_commands.command(description="Try a file and a form")
async def probe(interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
    """Take a file, and ask for words about it."""
    await interaction.response.send_modal(Form(file.filename, await file.read()))


class Probed(Byeol):
    """The bot with that command."""

    async def setup_hook(self) -> None:
        """Add it before the commands are told to Discord."""
        self.tree.add_command(cast("app_commands.Command[Any, ..., None]", probe))
        await super().setup_hook()


if __name__ == "__main__":
    import bot.demo.stage

    bot.demo.stage.Byeol = Probed
    sys.exit(site.main(port=0, tour=False, browse=False))
