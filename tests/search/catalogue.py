"""A catalogue of generated entities, each with a name in Latin letters, one in Hangul, and an alias."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from bot.catalogue.model import Kind, Label, Ref
from bot.search import Entry

from . import korean
from .romanise import revised

_FAMILY_WEIGHTS = [share for _, share, _ in korean.FAMILIES]


def catalogue(count: int, seed: int) -> Iterator[Entry]:
    """`count` entities, the same for the same seed: people 45 of 100, songs 25, dramas 20, groups and albums 5 each.

    How much there is of each, the number of its credits and songs, follows a power law, as it does in life.
    """
    random = Random(seed)
    makers = {Kind.PERSON: person, Kind.TRACK: title, Kind.WORK: title, Kind.GROUP: group, Kind.ALBUM: title}
    kinds = random.choices(list(makers), (45, 25, 20, 5, 5), k=count)
    taken: dict[tuple[Kind, str], int] = {}
    for kind in kinds:
        english, hangul, alias = makers[kind](random)
        slug = "-".join("".join(c if c.isalnum() else " " for c in english.lower()).split())
        taken[kind, slug] = taken.get((kind, slug), 0) + 1
        slug = slug if taken[kind, slug] == 1 else f"{slug}-{taken[kind, slug]}"
        weight = min(int(random.paretovariate(1.1)), 400) - 1
        ref = Ref(kind, slug)
        label = Label(ref, {"en": english, "ko": hangul})
        yield Entry(ref, label, (english, hangul, alias), (), random.randint(1998, 2026), weight)


def person(random: Random) -> tuple[str, str, str]:
    """A person's name in Latin letters, in Hangul, and an alias."""
    family, _, spellings = random.choices(korean.FAMILIES, _FAMILY_WEIGHTS)[0]
    given = [random.choice(korean.ALONE)]
    if random.random() >= 0.04:
        given = [random.choice(korean.FIRST), random.choice(korean.SECOND)]
    spelt = [random.choice(korean.SPELLINGS.get(syllable, [revised(syllable).title()])) for syllable in given]
    between = random.choice(("-", " ", ""))
    latin = f"{random.choice(spellings)} {between.join([spelt[0], *map(str.lower, spelt[1:])])}"
    hangul = family + "".join(given)
    if random.random() < 0.3:
        alias = random.choice(korean.STAGE) + random.choice(korean.STAGE_ENDS)
    else:
        alias = f"{revised(family).title()} {revised(''.join(given)).title()}"
    return latin, hangul, alias


def title(random: Random) -> tuple[str, str, str]:
    """The title of a work, a song or an album in English, in Korean, and another one."""
    (one, one_ko), (two, two_ko) = _noun(random), _noun(random)
    adjective, adjective_ko = random.choice(korean.ADJECTIVES)
    verb, verb_ko = random.choice(korean.VERBS)
    shape = random.randrange(10)
    english, hangul = (
        (f"The {adjective} {one}", f"{adjective_ko} {one_ko}"),
        (f"{one} of the {two}", f"{two_ko}의 {one_ko}"),
        (f"When the {one} {verb}", f"{one_ko}이 {verb_ko}"),
        (f"{adjective} {one} and {two}", f"{adjective_ko} {one_ko}과 {two_ko}"),
        (f"{one} in {two}", f"{two_ko} 속 {one_ko}"),
        (f"{adjective} {one} {two}", f"{adjective_ko} {one_ko} {two_ko}"),
        (f"My {one} is a {two}", f"내 {one_ko}은 {two_ko}"),
        (f"{one} & {two}", f"{one_ko}, {two_ko}"),
        (f"Tell Me, {adjective} {one}", f"말해줘, {adjective_ko} {one_ko}"),
        (f"The {one}'s {adjective} {two}", f"{one_ko}의 {adjective_ko} {two_ko}"),
    )[shape]
    return english, hangul, random.choice((revised(hangul).title(), f"{two} {verb}", f"{one}: {adjective} Days"))


def _noun(random: Random) -> tuple[str, str]:
    """A noun, or two in one word: titles draw on more words than a table holds, most of them rare."""
    english, hangul = random.choice(korean.NOUNS)
    if random.random() < 0.4:
        second, second_ko = random.choice(korean.NOUNS)
        return f"{english}{second.lower()}", f"{hangul}{second_ko}"
    return english, hangul


def group(random: Random) -> tuple[str, str, str]:
    """A group's name in Latin letters, in Hangul, and an alias."""
    name = random.choice(korean.STAGE) + random.choice(korean.STAGE_ENDS)
    noun, hangul = random.choice(korean.NOUNS)
    end = random.choice(korean.GROUP_ENDS)
    return f"{name} {end}", f"{hangul}{random.choice(korean.SECOND)}", f"{noun} {end}"
