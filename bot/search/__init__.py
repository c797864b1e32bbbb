"""Names: how they are compared, and which entity somebody means. Pure.

`spelling` gives the forms in which names are compared, `prefixes` finds beginnings, `typos` near misses with the help
of `postings`, `table` holds them, `asking` asks a table from the best fit to the weakest, and `index` adds what changed.
All of them keep what is large in `memory` of its own.
"""

from bot.search.entry import Entry, Match, Tier, certain
from bot.search.index import Index
from bot.search.spelling import plain
from bot.search.table import Builder

__all__ = ["Builder", "Entry", "Index", "Match", "Tier", "certain", "plain"]
