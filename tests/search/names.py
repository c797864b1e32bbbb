"""Real names of dramas, people and groups, and what fans type when they mean one of them.

Groups and idols are from Wikidata (CC0). They are tests' data: the catalogue knows nothing of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from bot.catalogue.model import ARTISTS, Kind, Label, Ref
from bot.search import Entry
from bot.search.spelling import plain, squash

from .keyboard import in_hangul, in_latin
from .korean import FAMILIES
from .romanise import mccune, revised

_FAMILIES = defaultdict[str, Sequence[str]](tuple, {family: spellings for family, _, spellings in FAMILIES})

Way = Callable[[Random, Entry], str | None]
"""What is typed for an entity; None where that way does not suit it."""


def entries() -> list[Entry]:
    """Every entity of `names.tsv`: works with their year, people with their groups."""
    lines = (Path(__file__).parent / "names.tsv").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    labels: dict[str, Label] = {}
    for kind, slug, _, names, _ in rows:
        texts = names.split("|")
        known = {"en": texts[0]}
        if hangul := [text for text in texts if _is_hangul(text)]:
            known["ko"] = hangul[0]
        labels[f"{kind}/{slug}"] = Label(Ref(Kind(kind), slug), known)
    return [
        Entry(
            label.ref,
            label,
            tuple(names.split("|")),
            tuple(labels[f"group/{group}"] for group in groups.split()),
            int(year) if year else None,
            len(groups.split()),
        )
        for (_, _, year, names, groups), label in zip(rows, labels.values(), strict=True)
    ]


def left_out(random: Random, share: float) -> tuple[list[Entry], list[Entry]]:
    """Entities that are kept, and a share that is left out; no name of these is also one of those."""
    known = entries()
    random.shuffle(known)
    count = int(len(known) * share)
    kept = known[count:]
    names = {form for entry in kept for form in forms(entry)}
    return kept, [entry for entry in known[:count] if not names & forms(entry)]


def forms(entry: Entry) -> set[bytes]:
    """The names of an entity as they are typed, without spaces and signs."""
    return {squash(plain(text)) for text in entry.texts}


def kinds_of(meant: Entry) -> tuple[Kind, ...]:
    """What the command looks for that somebody uses who means an entity."""
    return (Kind.WORK,) if meant.ref.kind is Kind.WORK else tuple(ARTISTS)


def typed(random: Random, meant: Sequence[Entry], ways: dict[str, Way]) -> Iterator[tuple[str, str, Entry]]:
    """The way, what is typed, and who is meant: each entity in every way that suits it."""
    for entry in meant:
        for way, type_ in ways.items():
            if query := type_(random, entry):
                yield way, query, entry


def _is_hangul(text: str) -> bool:
    return any("가" <= character <= "힣" for character in text)


def _hangul(entry: Entry) -> str | None:
    return entry.label.names.get("ko")


def _of_korean(entry: Entry) -> tuple[str, str, str] | None:
    """The family name and the given name of a Korean as they are written, and the name in Hangul."""
    korean, words = entry.label.names.get("ko") or "", entry.texts[0].split()
    if entry.ref.kind is Kind.PERSON and len(korean) == 3 and len(words) == 2 and words[0] in _FAMILIES[korean[0]]:
        return words[0], words[1], korean
    return None


def _as_written(random: Random, entry: Entry) -> str | None:
    return entry.texts[0]


def _small(random: Random, entry: Entry) -> str | None:
    return entry.texts[0].lower().replace("-", random.choice((" ", "", "-")))


def _joined(random: Random, entry: Entry) -> str | None:
    return entry.texts[0].lower().replace(" ", "").replace("-", "")


def _korean(random: Random, entry: Entry) -> str | None:
    return _hangul(entry)


def _official(random: Random, entry: Entry) -> str | None:
    """Revised Romanisation, but for the family name."""
    name = _of_korean(entry)
    return f"{name[0]} {revised(name[2][1:])}".lower() if name else None


def _academic(random: Random, entry: Entry) -> str | None:
    name = _of_korean(entry)
    return mccune(name[2]) if name else None


def _family_last(random: Random, entry: Entry) -> str | None:
    name = _of_korean(entry)
    return f"{name[1]} {name[0]}" if name else None


def _typo(random: Random, entry: Entry) -> str | None:
    text = entry.texts[0].lower()
    place = random.randrange(1, len(text)) if len(text) > 5 else 0
    return text[:place] + text[place + 1 :] if place else None


def _first_words(random: Random, entry: Entry) -> str | None:
    words = entry.texts[0].lower().split()
    return " ".join(words[: (len(words) + 1) // 2]) if len(words) > 2 and entry.ref.kind is Kind.WORK else None


def _beginning(random: Random, entry: Entry) -> str | None:
    text = entry.texts[0].lower()
    return text[: len(text) * 6 // 10] if len(text) >= 12 else None


def _latin_in_hangul(random: Random, entry: Entry) -> str | None:
    return in_hangul(entry.texts[0].lower()) if entry.texts[0].isascii() else None


def _hangul_in_latin(random: Random, entry: Entry) -> str | None:
    korean = entry.label.names.get("ko", "")
    return in_latin(korean) if korean.isalpha() else None


def _with_group(random: Random, entry: Entry) -> str | None:
    if not entry.hints:
        return None
    both = [entry.texts[0].lower(), (random.choice(entry.hints).names.get("en") or "").lower()]
    return " ".join(both if random.random() < 0.7 else reversed(both))


def _with_what_is_wanted(random: Random, entry: Entry) -> str:
    korean = entry.label.names.get("ko")
    if korean is not None and random.random() < 0.3:
        return f"{korean} {random.choice(_WANTED_KO[entry.ref.kind])}"
    return f"{entry.texts[0].lower()} {random.choice(_WANTED[entry.ref.kind])}"


def _with_year(random: Random, entry: Entry) -> str | None:
    return f"{entry.texts[0].lower()} {entry.year}" if entry.year else None


_WANTED = {
    Kind.WORK: ("kdrama", "ost", "cast", "k-drama", "drama"),
    Kind.PERSON: ("songs", "ost", "actor", "kpop"),
    Kind.GROUP: ("members", "kpop group", "songs"),
}
_WANTED_KO = {Kind.WORK: ("드라마", "노래", "출연진"), Kind.PERSON: ("노래", "드라마"), Kind.GROUP: ("멤버", "노래")}

WHOLE: dict[str, Way] = {
    "as written": _as_written,
    "small letters": _small,
    "one word": _joined,
    "Hangul": _korean,
    "Revised Romanisation": _official,
    "McCune-Reischauer": _academic,
    "family name last": _family_last,
}
"""Whole names, as they are and as they are spelt otherwise."""
PARTS: dict[str, Way] = {"a letter missing": _typo, "first words": _first_words, "first 60 %": _beginning}
"""Names of which something is missing."""
LAYOUTS: dict[str, Way] = {"Latin, typed in Hangul": _latin_in_hangul, "Hangul, typed in Latin": _hangul_in_latin}
"""Names typed with the other keyboard layout."""
BESIDE: dict[str, Way] = {
    "with its group": _with_group,
    "with what is wanted": _with_what_is_wanted,
    "with its year": _with_year,
}
"""Names with something beside them."""
