"""Every message users see: gettext catalogues, plurals and dates by language.

The code holds the English messages; other languages are ``locales/<language>/LC_MESSAGES/byeol.po``. The bot reads
these directly at startup, so there is no compiled copy to keep in step.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, dates, lists, numbers
from babel.messages import mofile, pofile

from bot.catalogue.model import ENGLISH, KOREAN, Text
from bot.catalogue.month_day import MonthDay

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "byeol"
LANGUAGES = (ENGLISH, *sorted(folder.name for folder in LOCALES.iterdir() if folder.is_dir()))
"""The languages the bot speaks, English first."""


_LARGE = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_KOREAN_CURRENCIES = {"KRW": "원", "USD": "달러", "EUR": "유로", "JPY": "엔"}


class Words:
    """The words of one language. Call it with an English message to get the translation.

    Placeholders are those of `str.format`, passed by name.
    """

    def __init__(self, language: str, translations: gettext.NullTranslations) -> None:
        self.language = language
        self._translations = translations
        self._locale = locale_of(language)

    def __call__(self, message: str, /, **values: object) -> str:
        """Translate a message."""
        translated = self._translations.gettext(message)
        if not values:
            return translated
        filled = translated.format(**values)
        return _PARTICLE.sub(_particle, filled) if self.language == KOREAN else filled

    def plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate a message with a count; ``{n}`` is the number."""
        return self._translations.ngettext(one, many, n).format(n=self.number(n), **values)

    def pick(self, text: Text) -> str:
        """Text from the catalogue in this language, else in English, else in any."""
        return text.get(self.language) or text.get(ENGLISH) or next(iter(text.values()))

    def day(self, day: date) -> str:
        """A day, in words."""
        return dates.format_date(day, "d MMMM y" if self.language == ENGLISH else "long", locale=self._locale)

    def day_of_year(self, day: MonthDay) -> str:
        """A day of every year, in words."""
        leap_year = day.in_year(2000)
        if self.language == ENGLISH:
            return dates.format_date(leap_year, "d MMMM", locale=self._locale)
        return dates.format_skeleton("MMMMd", _midnight(leap_year), locale=self._locale)

    def moment(self, at: datetime) -> str:
        """A day and a time, in words, in the time zone of `at`."""
        if self.language == ENGLISH:
            return f"{at:%a} {self.day(at.date())}, {at:%H:%M}"
        return f"{dates.format_skeleton('yMMMMEd', at, tzinfo=at.tzinfo, locale=self._locale)} {at:%H:%M}"

    def near_day(self, day: date, today: date) -> str:
        """A day with its weekday, and with its year if that is not the year of `today`."""
        year = "" if day.year == today.year else "y"
        if self.language == ENGLISH:
            return dates.format_date(day, f"EEE d MMMM {year}".strip(), locale=self._locale)
        return dates.format_skeleton(f"{year}MMMMEd", _midnight(day), locale=self._locale)

    def clock(self, at: datetime) -> str:
        """A time of day in the language's style: 21:20, 오후 9시 20분."""
        if self.language == ENGLISH:
            return f"{at:%H:%M}"
        pattern = ("aaaa h시 m분" if at.minute else "aaaa h시") if self.language == "ko" else "short"
        return dates.format_time(at, pattern, tzinfo=at.tzinfo, locale=self._locale)

    def month(self, day: date) -> str:
        """The month of a day, in words."""
        return dates.format_skeleton("yMMMM", _midnight(day), locale=self._locale)

    def weekday(self, number: int) -> str:
        """The short name of a weekday; 0 is Monday."""
        return dates.get_day_names("abbreviated", locale=self._locale)[number]

    def weekdays(self, numbers: Sequence[int]) -> str:
        """The short names of weekdays, in the style of listings: "Sat, Sun". 0 is Monday."""
        return ("·" if self.language == KOREAN else ", ").join(map(self.weekday, numbers))

    def number(self, number: int) -> str:
        """A whole number with thousands separators."""
        if abs(number) < 1000:
            return str(number)
        return numbers.format_decimal(number, locale=self._locale)

    def money(self, amount: int, currency: str) -> str:
        """An amount in whole units of a currency, in words: "₩50 billion", "500억 원"."""
        if self.language == KOREAN:
            unit = _KOREAN_CURRENCIES.get(currency) or numbers.get_currency_name(currency, locale=self._locale)
            return f"{_by_myriads(amount)} {unit}"
        size, unit = next(
            (
                (size, unit)
                for size, unit in _LARGE
                if self.language == ENGLISH and amount >= size and amount * 100 % size == 0
            ),
            (1, ""),
        )
        shown = numbers.format_currency(
            Decimal(amount) / size, currency, "¤#,##0.##", locale=self._locale, currency_digits=False
        )
        return f"{shown} {unit}" if unit else shown

    def listed_time(self, time: str) -> str:
        """A time from a listing ("21:20"), in the language's style. One from 24:00 on is on the next day."""
        if self.language != KOREAN:
            return time
        hour, minute = map(int, time.split(":"))
        half = "오전" if hour % 24 < 12 else "오후"
        words = f"{half} {hour % 12 or 12}시" + (f" {minute}분" if minute else "")
        return f"다음 날 {words}" if hour >= 24 else words

    def join_list(self, parts: list[str]) -> str:
        """A list in words: "a, b and c"."""
        # Babel's Korean joins the last item with an official-sounding word.
        return ", ".join(parts) if self.language == "ko" else lists.format_list(parts, locale=self._locale)

    def numbers(self, found: Sequence[int]) -> str:
        """Episode numbers in words: "1 and 2"."""
        parts = [str(number) for number in found]
        return "·".join(parts) if self.language == "ko" else self.join_list(parts)


def _midnight(day: date) -> datetime:
    """A day as Babel needs it for skeletons, without a zone."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


_PARTICLE = re.compile(r"(\S)\(과\)")


def _particle(match: re.Match[str]) -> str:
    """The Korean particle for "with" after a sound: 과 after a consonant, 와 after a vowel."""
    last = match[1]
    closed = (ord(last) - ord("가")) % 28 != 0 if "가" <= last <= "힣" else last.lower() not in "aeiouy"
    return last + ("과" if closed else "와")


def _by_myriads(amount: int) -> str:
    """A whole number in Korean units: powers of ten thousand."""
    parts: list[str] = []
    for unit in ("", "만", "억", "조", "경"):
        amount, rest = divmod(amount, 10_000)
        if rest or not (amount or parts):
            parts.append(f"{rest:,}{unit}")
    return " ".join(reversed(parts))


@lru_cache
def words(language: str) -> Words:
    """The words of a language; English if the bot does not speak it. Accepts Discord's locale codes as well."""
    known = language if language in LANGUAGES else language.partition("-")[0]
    if known == ENGLISH or known not in LANGUAGES:
        return Words(ENGLISH, gettext.NullTranslations())
    compiled = BytesIO()
    with catalogue_path(known).open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=locale_of(known), abort_invalid=True))
    compiled.seek(0)
    return Words(known, gettext.GNUTranslations(compiled))


def locale_of(language: str) -> Locale:
    """Babel's locale for Discord's language code, which may include a region: "zh-TW"."""
    return Locale.parse(language, sep="-")


def language_name(language: str) -> str:
    """The name of a language, in that language."""
    return locale_of(language).get_display_name() or language


def catalogue_path(language: str) -> Path:
    """The path of a language's translations."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
