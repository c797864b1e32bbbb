"""Names: how they are compared, and which entity a query means. Pure.

`spelling` gives the forms in which names are compared, `query` those of a query. `prefixes` finds prefixes; `typos`
finds near misses, with the help of `postings`; `table` holds them; `asking` queries a table, from the best fit to the
weakest; `index` adds changes; `deciding` says whether a result is certain, with the help of `sounding`. Large data is
kept outside the heap, in `memory`.
"""

from bot.search.deciding import certain
from bot.search.entry import Entry, Match, Tier
from bot.search.index import Index
from bot.search.spelling import plain
from bot.search.table import Builder

__all__ = ["Builder", "Entry", "Index", "Match", "Tier", "certain", "plain"]
