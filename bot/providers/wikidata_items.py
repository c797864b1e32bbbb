"""The items of Wikidata that Byeol knows by their ids: classes, genres, occupations, broadcasters. Pure.

What is not listed here is left out rather than guessed at. The words for genres and occupations are ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.catalogue.model import Role, Text

HUMAN = "Q5"
SOUTH_KOREA = "Q884"
K_POP = "Q213665"

SERIES: Mapping[str, str] = {
    "Q5398426": "television series",
    "Q526877": "web series",
    "Q1259759": "miniseries",
    "Q482612": "Korean drama",
    "Q24855895": "web drama",
    "Q12623153": "daily drama of KBS2",
    "Q6863157": "weekend drama of MBC",
}
"""Classes of works that are dramas, unless a class or a genre says otherwise."""

FILMS: Mapping[str, str] = {"Q506240": "television film", "Q11424": "film"}

SHOWS: Mapping[str, str] = {
    "Q15416": "television programme",
    "Q336181": "variety show",
    "Q622812": "talk show",
    "Q182415": "reality television",
}
"""Classes and genres of shows. A drama is often filed as a programme too, so that class alone decides nothing."""

NO_WORKS: Mapping[str, str] = {
    "Q3464665": "season of a television series",
    "Q61704031": "season of a web series",
    "Q21191270": "episode of a television series",
    "Q13406463": "list",
    "Q581714": "animated series",
    "Q63952888": "anime series",
    "Q117467246": "animated television series",
    "Q1555508": "radio programme",
    "Q1358344": "news programme",
}
"""Classes that keep an item out, whatever else it is."""

GROUPS: Mapping[str, str] = {
    "Q215380": "musical group",
    "Q641066": "girl group",
    "Q216337": "boy band",
    "Q119183009": "male idol group",
    "Q1063268": "idol group",
    "Q5741069": "rock band",
}

BROADCASTERS: Mapping[str, str] = {
    "Q624509": "KBS2",
    "Q777278": "KBS1",
    "Q482607": "MBC",
    "Q10854650": "MBC TV",
    "Q928831": "SBS",
    "Q16172404": "SBS TV",
    "Q213097": "JTBC",
    "Q333424": "tvN",
    "Q626419": "OCN",
    "Q12618747": "ENA",
}
"""Korean broadcasters: what they broadcast first is Korean, even where nothing else says so."""

PLATFORMS: Mapping[str, str] = {
    "Q907311": "Netflix",
    "Q54958752": "Disney+",
    "Q12621401": "TVING",
    "Q65233413": "Wavve",
    "Q116638614": "Coupang Play",
    "Q7088285": "Genie TV",
}
"""Streaming services. A distributor is where a work can be seen only if it is one of them: most sell to cinemas."""

ROLES: Mapping[str, Role] = {"Q1765879": Role.LEAD, "Q12317360": Role.LEAD}
"""Kinds of parts that say how large they are: leading actor, main character."""

_ACTION: Text = {"en": "Action", "ko": "액션"}
_ADVENTURE: Text = {"en": "Adventure", "ko": "모험"}
_COMEDY: Text = {"en": "Comedy", "ko": "코미디"}
_ROMANTIC_COMEDY: Text = {"en": "Romantic comedy", "ko": "로맨틱 코미디"}
_ROMANCE: Text = {"en": "Romance", "ko": "로맨스"}
_THRILLER: Text = {"en": "Thriller", "ko": "스릴러"}
_PSYCHOLOGICAL: Text = {"en": "Psychological thriller", "ko": "심리 스릴러"}
_CRIME: Text = {"en": "Crime", "ko": "범죄"}
_FANTASY: Text = {"en": "Fantasy", "ko": "판타지"}
_SCIENCE_FICTION: Text = {"en": "Science fiction", "ko": "SF"}
_HORROR: Text = {"en": "Horror", "ko": "공포"}
_COMING_OF_AGE: Text = {"en": "Coming of age", "ko": "성장물"}

GENRES: Mapping[str, Text] = {
    "Q188473": _ACTION,
    "Q319221": _ADVENTURE,
    "Q157443": _COMEDY,
    "Q40831": _COMEDY,
    "Q859369": {"en": "Comedy drama", "ko": "코미디 드라마"},
    "Q860626": _ROMANTIC_COMEDY,
    "Q118612349": _ROMANTIC_COMEDY,
    "Q1054574": _ROMANCE,
    "Q2484376": _THRILLER,
    "Q182015": _THRILLER,
    "Q590103": _PSYCHOLOGICAL,
    "Q109733304": _PSYCHOLOGICAL,
    "Q959790": _CRIME,
    "Q157394": _FANTASY,
    "Q132311": _FANTASY,
    "Q471839": _SCIENCE_FICTION,
    "Q24925": _SCIENCE_FICTION,
    "Q200092": _HORROR,
    "Q1200678": {"en": "Mystery", "ko": "미스터리"},
    "Q17013749": {"en": "Historical", "ko": "시대극"},
    "Q102429885": _COMING_OF_AGE,
    "Q681737": _COMING_OF_AGE,
    "Q170238": {"en": "Sitcom", "ko": "시트콤"},
    "Q1033891": {"en": "Martial arts", "ko": "무협"},
    "Q2297927": {"en": "Spy", "ko": "첩보"},
    "Q369747": {"en": "War", "ko": "전쟁"},
    "Q842256": {"en": "Musical", "ko": "뮤지컬"},
}
"""Genres that say something: that a drama is a drama does not."""

_ACTOR: Text = {"en": "Actor", "ko": "배우"}
_DIRECTOR: Text = {"en": "Director", "ko": "감독"}
_PRESENTER: Text = {"en": "Television presenter", "ko": "방송인"}

OCCUPATIONS: Mapping[str, Text] = {
    "Q33999": _ACTOR,
    "Q10800557": _ACTOR,
    "Q10798782": _ACTOR,
    "Q2259451": {"en": "Stage actor", "ko": "연극배우"},
    "Q2405480": {"en": "Voice actor", "ko": "성우"},
    "Q177220": {"en": "Singer", "ko": "가수"},
    "Q488205": {"en": "Singer-songwriter", "ko": "싱어송라이터"},
    "Q2252262": {"en": "Rapper", "ko": "래퍼"},
    "Q753110": {"en": "Songwriter", "ko": "작곡가"},
    "Q822146": {"en": "Lyricist", "ko": "작사가"},
    "Q36834": {"en": "Composer", "ko": "작곡가"},
    "Q183945": {"en": "Record producer", "ko": "음반 프로듀서"},
    "Q639669": {"en": "Musician", "ko": "음악가"},
    "Q5716684": {"en": "Dancer", "ko": "무용수"},
    "Q2490358": {"en": "Choreographer", "ko": "안무가"},
    "Q4610556": {"en": "Model", "ko": "모델"},
    "Q245068": {"en": "Comedian", "ko": "희극인"},
    "Q947873": _PRESENTER,
    "Q28389": {"en": "Screenwriter", "ko": "각본가"},
    "Q2526255": {"en": "Film director", "ko": "영화감독"},
    "Q3455803": _DIRECTOR,
}
"""Occupations of the field; a person's others are nobody's business here."""
