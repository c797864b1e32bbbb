"""Asks a person at a terminal."""

from __future__ import annotations

import getpass
import sys

from bot.errors import StartError


def demand(command: str, instead: str) -> None:
    """Raise `StartError` if nobody is there to answer. `instead`: what to do without a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise StartError(f"{command} asks questions and needs a terminal. Without one, {instead}.")


def ask(question: str, default: str = "") -> str:
    """What was typed, or the default if that is nothing. Raises `EOFError` at the end of the input."""
    shown = f" [{default}]" if default else ""
    return input(f"{question}{shown}: ").strip() or default


def ask_secretly(question: str) -> str:
    """What was typed, which is not shown. Raises `EOFError` at the end of the input."""
    return getpass.getpass(f"{question}: ").strip()


def agreed(question: str, *, default: bool) -> bool:
    """Yes or no, asked until it is one of them. Raises `EOFError` at the end of the input."""
    while True:
        answer = input(f"{question} [{'Y/n' if default else 'y/N'}] ").strip().lower()
        if not answer:
            return default
        if answer in ("y", "yes", "n", "no"):
            return answer.startswith("y")
