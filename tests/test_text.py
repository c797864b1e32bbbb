"""The words of a language: which language it is, plurals, dates, money and the texts of the catalogue."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import discord
import pytest

from bot import text
from bot.text import ENGLISH, LANGUAGES, language_name, words


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("en-GB", "en"),
        ("ko", "ko"),
        ("ko-KR", "ko"),
        ("fr", "en"),
        ("pt-BR", "en"),
        ("zh-CN", "en"),
        ("", "en"),
        ("-", "en"),
        ("../ko", "en"),
    ],
)
def test_the_language_follows_discords_locale(locale: str, language: str) -> None:
    assert words(locale).language == language


@pytest.mark.parametrize("locale", list(discord.Locale))
def test_every_locale_of_discord_has_words(locale: discord.Locale) -> None:
    t = words(locale.value)
    assert t.language in LANGUAGES
    assert t("Sources: {name}", name="Byeol").endswith("Byeol")


def test_english_comes_first() -> None:
    assert LANGUAGES[0] == ENGLISH
    assert "ko" in LANGUAGES


def test_messages() -> None:
    assert words("en")("Cast of {work}", work="Our Blues") == "Cast of Our Blues"
    assert words("ko")("Cast of {work}", work="우리들의 블루스") == "우리들의 블루스 출연진"


def test_what_fills_a_placeholder_is_never_read_as_one() -> None:
    assert words("en")("Sources: {name}", name="{name} {0} {") == "Sources: {name} {0} {"


def test_a_message_without_a_translation_stays_english() -> None:
    assert words("ko")("Nobody has translated {this}", this="yet") == "Nobody has translated yet"


@pytest.mark.parametrize(
    ("n", "english", "korean"),
    [
        (0, "0 songs", "노래 0곡"),
        (1, "1 song", "노래 1곡"),
        (2, "2 songs", "노래 2곡"),
        (1234, "1,234 songs", "노래 1,234곡"),
    ],
)
def test_plurals(n: int, english: str, korean: str) -> None:
    assert words("en").plural("{n} song", "{n} songs", n) == english
    assert words("ko").plural("{n} song", "{n} songs", n) == korean


def test_plurals_take_other_values() -> None:
    one, many = "Source: {name} and {n} more", "Source: {name} and {n} more"
    assert words("en").plural(one, many, 2, name="A") == "Source: A and 2 more"
    assert words("ko").plural(one, many, 2, name="A") == "출처: A 외 2곳"


def test_dates() -> None:
    day = date(2025, 1, 4)
    assert words("en").day(day) == "4 January 2025"
    assert words("ko").day(day) == "2025년 1월 4일"
    assert words("en").month(day) == "January 2025"
    assert words("ko").month(day) == "2025년 1월"


def test_weekdays_begin_on_monday() -> None:
    assert [words("en").weekday(n) for n in range(7)] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [words("ko").weekday(n) for n in range(7)] == ["월", "화", "수", "목", "금", "토", "일"]


@pytest.mark.parametrize(
    ("language", "amount", "currency", "shown"),
    [
        ("en", 50_000_000_000, "KRW", "₩50 billion"),
        ("ko", 50_000_000_000, "KRW", "500억 원"),
        ("en", 40_700_000, "USD", "$40.7 million"),
        ("ko", 40_700_000, "USD", "4,070만 달러"),
        ("en", 33_800_000, "EUR", "€33.8 million"),
        ("en", 12_345_678, "KRW", "₩12,345,678"),
        ("ko", 12_345_678, "KRW", "1,234만 5,678 원"),
        ("ko", 1_200_000_000_000, "KRW", "1조 2,000억 원"),
        ("ko", 1, "KRW", "1 원"),
        ("en", 2_000_000_000_000, "JPY", "¥2 trillion"),
        ("ko", 5_000, "CHF", "5,000 스위스 프랑"),
    ],
)
def test_money(language: str, amount: int, currency: str, shown: str) -> None:
    assert words(language).money(amount, currency) == shown


@pytest.mark.parametrize(
    ("name", "said"),
    [("이브 킴", "이브 킴과 만남"), ("박동아", "박동아와 만남"), ("Suho", "Suho와 만남"), ("Aran", "Aran과 만남")],
)
def test_korean_particle_follows_the_sound_before_it(name: str, said: str) -> None:
    assert words("ko")("meets {name}", name=name) == said


@pytest.mark.parametrize(
    ("language", "listed", "shown"),
    [
        ("en", "21:20", "21:20"),
        ("en", "24:10", "24:10"),
        ("ko", "21:20", "오후 9시 20분"),
        ("ko", "12:00", "오후 12시"),
        ("ko", "0:05", "오전 12시 5분"),
        ("ko", "24:10", "다음 날 오전 12시 10분"),
    ],
)
def test_times_of_listings(language: str, listed: str, shown: str) -> None:
    assert words(language).listed_time(listed) == shown


@pytest.mark.parametrize(
    ("language", "text", "picked"),
    [
        ("en", {"en": "Romance", "ko": "로맨스"}, "Romance"),
        ("ko", {"en": "Romance", "ko": "로맨스"}, "로맨스"),
        ("ko", {"en": "Romance"}, "Romance"),
        ("ko", {"en": "Romance", "ko": ""}, "Romance"),
        ("en", {"ko": "로맨스"}, "로맨스"),
        ("ko", {"ja": "恋愛", "en": "Romance"}, "Romance"),
        ("en", {"ja": "恋愛"}, "恋愛"),
    ],
)
def test_texts_of_the_catalogue_fall_back(language: str, text: dict[str, str], picked: str) -> None:
    assert words(language).pick(text) == picked


def test_lists() -> None:
    assert words("en").join_list([]) == ""
    assert words("en").join_list(["a"]) == "a"
    assert words("en").join_list(["a", "b"]) == "a and b"
    assert words("ko").join_list(["첫 방송", "OST 발매"]) == "첫 방송, OST 발매"


def test_language_of_a_region_is_read_as_discord_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "zh-TW" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Cast"\nmsgstr "演員"\n'
    (folder / "byeol.po").write_text(po, "utf-8")
    monkeypatch.setattr(text, "LOCALES", tmp_path)
    monkeypatch.setattr(text, "LANGUAGES", ("en", "zh-TW"))
    words.cache_clear()
    try:
        t = words("zh-TW")
        assert (t.language, t("Cast")) == ("zh-TW", "演員")
        assert t.day(date(2025, 1, 4)) == "2025年1月4日"
        assert words("zh-CN").language == "en"
    finally:
        words.cache_clear()


def test_languages_are_named_in_their_own_words() -> None:
    assert [language_name(code) for code in ("en", "ko", "zh-TW")] == ["English", "한국어", "中文 (繁體, 台灣)"]


@pytest.mark.parametrize(
    ("language", "clock", "full_hour"), [("en", "21:20", "09:00"), ("ko", "오후 9시 20분", "오전 9시")]
)
def test_times_of_day_are_said_as_people_say_them(language: str, clock: str, full_hour: str) -> None:
    at = datetime(2025, 1, 4, 21, 20, tzinfo=UTC)
    assert words(language).clock(at) == clock
    assert words(language).clock(at.replace(hour=9, minute=0)) == full_hour


@pytest.mark.parametrize(
    ("language", "near", "far"),
    [("en", "Sat 4 January", "Sat 4 January 2025"), ("ko", "1월 4일 (토)", "2025년 1월 4일 (토)")],
)
def test_days_name_their_year_only_where_it_is_another(language: str, near: str, far: str) -> None:
    day = date(2025, 1, 4)
    assert words(language).near_day(day, date(2025, 12, 31)) == near
    assert words(language).near_day(day, date(2024, 12, 31)) == far


def test_numbers_of_episodes_are_joined_as_the_language_does() -> None:
    assert words("en").numbers([1, 2]) == "1 and 2"
    assert words("ko").numbers([1, 2]) == "1·2"
