"""Seed files: the catalogue as data, one TOML file a drama."""

from __future__ import annotations

from pathlib import Path

from bot.seeding.loader import Known, load
from bot.store.catalogue import Desired

OWN = Path(__file__).parent.parent.parent / "seeds"
"""The catalogue that comes with Byeol."""

__all__ = ["OWN", "Known", "load", "load_own"]


def load_own() -> Desired:
    """Load the catalogue that comes with Byeol."""
    return load([OWN], Known({}, {}, frozenset()))
