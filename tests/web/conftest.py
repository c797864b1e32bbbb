"""The eve of a premiere, as the commands' tests have it."""

from tests.commands.conftest import eve

__all__ = ["eve"]
