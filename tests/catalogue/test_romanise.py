"""Hangul by rule. The cases are the examples of the notice (2000-8), and names of the catalogue."""

from __future__ import annotations

import pytest

from bot.catalogue.romanise import has_hangul, person, title


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        # Chapter 2: letters.
        ("구미", "Gumi"),
        ("영동", "Yeongdong"),
        ("백암", "Baegam"),
        ("옥천", "Okcheon"),
        ("합덕", "Hapdeok"),
        ("호법", "Hobeop"),
        ("월곶", "Wolgot"),
        ("벚꽃", "Beotkkot"),
        ("한밭", "Hanbat"),
        ("구리", "Guri"),
        ("설악", "Seorak"),
        ("칠곡", "Chilgok"),
        ("임실", "Imsil"),
        ("울릉", "Ulleung"),
        ("대관령", "Daegwallyeong"),
        ("광희문", "Gwanghuimun"),
        # Chapter 3, paragraph 1: sounds that meet.
        ("백마", "Baengma"),
        ("종로", "Jongno"),
        ("왕십리", "Wangsimni"),
        ("별내", "Byeollae"),
        ("신라", "Silla"),
        ("해돋이", "Haedoji"),
        ("같이", "Gachi"),
        ("좋고", "Joko"),
        ("놓다", "Nota"),
        ("낳지", "Nachi"),
        ("묵호", "Mukho"),
        ("집현전", "Jiphyeonjeon"),
        ("압구정", "Apgujeong"),
        ("낙성대", "Nakseongdae"),
        ("합정", "Hapjeong"),
        ("독립문", "Dongnimmun"),
        # Titles.
        ("죽어도 너야", "Jugeodo Neoya"),
        ("별들에게 물어봐", "Byeoldeurege Mureobwa"),
        ("응답하라 1988", "Eungdaphara 1988"),
        ("많은 앓이", "Maneun Ari"),
        ("넋이", "Neoksi"),
        ("Signal", "Signal"),
        ("", ""),
    ],
)
def test_titles_are_written_as_they_sound(hangul: str, latin: str) -> None:
    assert title(hangul) == latin


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        # Chapter 3, paragraph 4: given names keep the sounds of their syllables.
        ("민용하", "Min Yong-ha"),
        ("송나리", "Song Na-ri"),
        ("한복남", "Han Bok-nam"),
        ("홍빛나", "Hong Bit-na"),
        ("강태희", "Gang Tae-hui"),
        ("이초희", "I Cho-hui"),
        ("신라라", "Sin Ra-ra"),
        # Family names of two syllables.
        ("남궁민", "Namgung Min"),
        ("황보라", "Hwang Bo-ra"),
        ("선우은숙", "Seonu Eun-suk"),
        # Given and stage names.
        ("진", "Jin"),
        ("이엘", "Iel"),
        ("시온", "Sion"),
        ("제미나이", "Jeminai"),
        ("미나 리", "Mina Ri"),
        ("이브 킴", "Ibeu Kim"),
        ("10cm", "10cm"),
    ],
)
def test_names_of_people(hangul: str, latin: str) -> None:
    assert person(hangul) == latin


def test_every_syllable_has_a_spelling_in_latin_letters() -> None:
    for code in range(ord("가"), ord("힣") + 1):
        assert title(chr(code)).isascii()
        assert title(f"{chr(code)}랑이{chr(code)}").isascii()


@pytest.mark.parametrize(
    ("text", "has"), [("진", True), ("Jin 진", True), ("Jin", False), ("ㅎㅎ", False), ("", False)]
)
def test_hangul_is_seen(text: str, has: bool) -> None:
    assert has_hangul(text) is has
