"""The whole bot, unmodified and without a token, in a simulated Discord."""

from __future__ import annotations

from bot.errors import StartError


def main() -> int:
    """The command ``demo``. Raises `StartError` where what it needs is not installed."""
    try:
        from bot.demo.tour import main as play
    except ModuleNotFoundError as error:
        if error.name != "simcord":
            raise
        raise StartError("The demo needs one more package: python -m pip install -r requirements/demo.txt") from error
    return play()
