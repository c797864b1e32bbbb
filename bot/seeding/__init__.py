"""Seed files: the catalogue as data, one TOML file a drama."""

from __future__ import annotations

from bot import installation
from bot.seeding.loader import Known, load
from bot.store.stated import Desired

__all__ = ["Known", "load", "load_own"]


def load_own() -> Desired:
    """Load the catalogue that comes with Byeol."""
    return load([installation.seeds()], Known({}, {}, frozenset()))
