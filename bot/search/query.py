"""A query, in the forms in which names are compared. Pure."""

from __future__ import annotations

from bot.search import spelling

MAX_QUERY = 64
"""Characters of a query that are looked at; longer ones are nobody's name."""


class ParsedQuery:
    """What was typed, in the forms in which names are compared."""

    def __init__(self, query: str) -> None:
        self.name = spelling.plain(query[:MAX_QUERY])
        self.bare = spelling.bare(self.name)
        self.form = spelling.squash(self.name)
        self.bare_form = spelling.squash(self.bare) if self.bare != self.name else self.form
        self.words = self.bare.split()
        self.hangul = spelling.has_hangul(self.form)
        self.initials = spelling.is_initials(self.form)
        self.number = self.form.replace(b".", b"").isdigit()
        """Another number is no slip."""
        self._folds: list[bytes] | None = None

    @property
    def folds(self) -> list[bytes]:
        """The forms in which romanisations meet; most questions are answered without."""
        if self._folds is None:
            self._folds = spelling.folds(self.name)
        return self._folds

    @property
    def spoken(self) -> bytes:
        """What was typed, in Latin letters if it was Hangul."""
        return next(iter(spelling.spoken(self.name)), self.form)

    @property
    def likened(self) -> list[bytes]:
        """The forms that are compared with those of names that are not quite what was asked."""
        return [self.form] if self.hangul else self.folds
