"""Names: how they are compared, and which entity somebody means. Pure.

`spelling` gives the forms in which names are compared, `query` those of what was typed. `prefixes` finds beginnings,
`typos` near misses with the help of `postings`, `table` holds them, `asking` asks a table from the best fit to the
weakest, `index` adds what changed, and `deciding` says whether what was found is sure, with the help of `sounding`.
What is large they keep in `memory` of its own.
"""

from bot.search.deciding import certain
from bot.search.entry import Entry, Match, Tier
from bot.search.index import Index
from bot.search.spelling import plain
from bot.search.table import Builder

__all__ = ["Builder", "Entry", "Index", "Match", "Tier", "certain", "plain"]
