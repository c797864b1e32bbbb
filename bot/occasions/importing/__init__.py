"""Several events at once: pasted lines, tables and calendars, read one by one; and the way back. Pure.

Each line, row or entry becomes a draft, or what is wrong with it; nothing is left out silently.
"""

from bot.occasions.importing.model import MOST, Entry, Trouble, checked
from bot.occasions.importing.reading import pasted, read_file

__all__ = ["MOST", "Entry", "Trouble", "checked", "pasted", "read_file"]
