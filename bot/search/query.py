"""A query, in the forms in which names are compared. Pure."""

from __future__ import annotations

from bot.search import spelling

MAX_QUERY = 64
"""Characters of a query that are used; no name is longer."""


class ParsedQuery:
    """A query in the forms in which names are compared."""

    def __init__(self, query: str) -> None:
        self.name = spelling.plain(query[:MAX_QUERY])
        self.bare = spelling.bare(self.name)
        self.form = spelling.squash(self.name)
        self.bare_form = spelling.squash(self.bare) if self.bare != self.name else self.form
        self.words = self.bare.split()
        self.hangul = spelling.has_hangul(self.form)
        self.initials = spelling.is_initials(self.form)
        self.number = self.form.replace(b".", b"").isdigit()
        """A different number is not a typo."""
        self._folds: list[bytes] | None = None

    @property
    def folds(self) -> list[bytes]:
        """The forms in which romanisations meet; computed lazily, since most queries do not need them."""
        if self._folds is None:
            self._folds = spelling.folds(self.name)
        return self._folds

    @property
    def spoken(self) -> bytes:
        """The query, romanised if it was Hangul."""
        return next(iter(spelling.spoken(self.name)), self.form)

    @property
    def likened(self) -> list[bytes]:
        """The forms compared with those of names in fuzzy matching."""
        return [self.form] if self.hangul else self.folds
