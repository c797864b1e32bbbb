"""What the tests of seeding share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import write
from tests.seeding.stated import DRAMA, PEOPLE, SOURCES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", sources=SOURCES, people=PEOPLE, drama=DRAMA)
