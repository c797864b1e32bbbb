"""What a curator is told when something is wrong in a seed file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalogue.model import Kind, Ref
from bot.errors import SeedError
from bot.seeding import load
from bot.seeding.loader import MAX_PROBLEMS, Known
from tests.helpers import write

NOTHING = Known({}, {}, frozenset())

SOURCE = '[[sources]]\nslug = "herald"\npublisher = "The Herald"\ntitle = "A title"\nurl = "https://example.com/1"\n'
PERSON = '[[people]]\nslug = "ban-dal"\nsources = ["herald"]\nnames = ["Ban Dal"]\n'
WORK = '[[works]]\nslug = "gossip"\ntype = "drama"\nsources = ["herald"]\n'
TRACK = '[[tracks]]\nslug = "home"\nsources = ["herald"]\n'


def problems(folder: Path, *contents: str) -> list[str]:
    """What is wrong with seed files, without the folder's own name."""
    write(folder, **{f"file{number}": content for number, content in enumerate(contents, start=1)})
    with pytest.raises(SeedError) as raised:
        load([folder], NOTHING)
    return [problem.replace(f"{folder}/", "").replace(f"{folder.name}/", "") for problem in raised.value.problems]


def event(what: str) -> str:
    return f"{SOURCE}{WORK}events = [{{ {what} }}]\n"


def days(table: str, *said: str) -> str:
    return f"""\
[[{table}]]
slug = "jin"
names = ["Jin"]
days = [{", ".join(said)}]
sources = ["herald"]
"""


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(
            SOURCE + "\nnames = [\n",
            "file1.toml:8: the file ends too early: a bracket or a quotation mark is not closed",
            id="unclosed",
        ),
        pytest.param(
            '[[people]]\nslug = "a" "b"\n',
            "file1.toml:2: not valid TOML: expected the end of the line after the value",
            id="not TOML",
        ),
        pytest.param(
            '[[people]]\nslug = "a"\nslug = "b"\n',
            "file1.toml:3: not valid TOML: this key was given before",
            id="a key twice, with its line",
        ),
        pytest.param(
            '[[peeple]]\nslug = "a"\n', 'file1.toml:1: peeple: unknown key "peeple"; did you mean "people"?', id="table"
        ),
        pytest.param(
            SOURCE + PERSON + 'nmaes = ["Moon"]\n',
            'file1.toml:10: people[ban-dal].nmaes: unknown key "nmaes"; did you mean "names"?',
            id="unknown key",
        ),
        pytest.param(
            SOURCE + PERSON + "xyzzy = 1\n",
            (
                'file1.toml:10: people[ban-dal].xyzzy: unknown key "xyzzy"; there may be slug, sources, names,'
                " ids, details, links, partial, groups or days"
            ),
            id="no suggestion",
        ),
        pytest.param(
            SOURCE + WORK + 'cast = [{ person = "ban-dal", charakter = "a" }]\n',
            (
                'file1.toml:10: works[gossip].cast[ban-dal].charakter: unknown key "charakter"; did you mean'
                ' "character"?'
            ),
            id="unknown key further in",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nnames = [{ text = "A", kidn = "stage" }]\n',
            'file1.toml:8: people[a].names[A].kidn: unknown key "kidn"; did you mean "kind"?',
            id="unknown key of a name",
        ),
        pytest.param(
            '[[people]]\nnames = ["A"]\n', "file1.toml:1: people[1].slug: missing: add slug = ...", id="no slug"
        ),
        pytest.param(
            SOURCE + '[[works]]\nslug = "a"\n', "file1.toml:6: works[a].type: missing: add type = ...", id="no type"
        ),
        pytest.param(
            event('kind = "premiere", status = "confirmed"'),
            "file1.toml:10: works[gossip].events[1].date: missing: add date = ...",
            id="no date",
        ),
        pytest.param(
            SOURCE + '[[works]]\nslug = "a"\ntype = "dramma"\n',
            (
                'file1.toml:8: works[a].type: expected "drama", "film", "show" or "webtoon", found "dramma";'
                ' did you mean "drama"?'
            ),
            id="wrong choice",
        ),
        pytest.param(
            SOURCE + WORK + 'cast = [{ person = "a", role = "leed" }]\n',
            (
                'file1.toml:10: works[gossip].cast[a].role: expected "lead", "support", "special" or "cameo",'
                ' found "leed"; did you mean "lead"?'
            ),
            id="wrong role",
        ),
        pytest.param(
            SOURCE + WORK + "cast = [{ person = 3 }]\n",
            "file1.toml:10: works[gossip].cast[1].person: expected words in quotes, found 3",
            id="a number",
        ),
        pytest.param(
            '[[people]]\nslug = "Ban Dal"\n',
            (
                "file1.toml:2: people[Ban Dal].slug: expected lower-case letters, digits and single hyphens,"
                ' found "Ban Dal"'
            ),
            id="bad slug",
        ),
        pytest.param(
            '[[people]]\nslug = "ban--dal"\n',
            (
                "file1.toml:2: people[ban--dal].slug: expected lower-case letters, digits and single hyphens,"
                ' found "ban--dal"'
            ),
            id="hyphens",
        ),
        pytest.param(
            '[[people]]\nslug = "-dal"\n',
            ('file1.toml:2: people[-dal].slug: expected lower-case letters, digits and single hyphens, found "-dal"'),
            id="a hyphen first",
        ),
        pytest.param(
            '[[people]]\nslug = ""\n',
            'file1.toml:2: people[1].slug: expected lower-case letters, digits and single hyphens, found ""',
            id="an empty slug",
        ),
        pytest.param(
            '[[people]]\nslug = "반달"\n',
            ('file1.toml:2: people[반달].slug: expected lower-case letters, digits and single hyphens, found "반달"'),
            id="a slug in Hangul",
        ),
        pytest.param(
            '[[people]]\nslug = "a\\n"\n',
            ('file1.toml:2: people[a\\n].slug: expected lower-case letters, digits and single hyphens, found "a\\n"'),
            id="a line end after a slug",
        ),
        pytest.param(
            f'[[people]]\nslug = "{"a" * 61}"\n',
            (
                "file1.toml:2: people[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa].slug:"
                " expected at most 60 characters, found"
                ' "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"'
            ),
            id="a long slug",
        ),
        pytest.param(
            event('kind = "premiere", date = "next week", status = "confirmed"'),
            (
                'file1.toml:10: works[gossip].events[1].date: expected one of "2025-01-26 18:00", "2025-01-26",'
                ' "early 2025-01", "2025-01", "spring 2025", "early 2025", "H1 2025", "Q1 2025", "2025" or'
                ' "unknown" (hours may go to 29:59 as in Korean listings: the next day), found "next week"'
            ),
            id="bad date",
        ),
        pytest.param(
            days("people", '{ kind = "birthday", day = "1990-12-04" }'),
            (
                'file1.toml:4: people[jin].days[1]: a birthday is a month and a day, such as "12-04", without a year,'
                ' not "1990-12-04"'
            ),
            id="the year of a birth",
        ),
        pytest.param(
            days("people", '{ kind = "birthday", day = "02-30" }'),
            'a birthday is a month and a day, such as "12-04", without a year, not "02-30"',
            id="a birthday on no day",
        ),
        pytest.param(
            days("groups", '{ kind = "debut", day = "06-13" }'),
            'file1.toml:4: groups[jin].days[1]: a debut is a day with its year, such as "2013-06-13", not "06-13"',
            id="a debut without its year",
        ),
        pytest.param(
            days("groups", '{ kind = "birthday", day = "06-13" }'),
            'file1.toml:4: groups[jin].days[1].kind: expected "debut", found "birthday"',
            id="the birthday of a group",
        ),
        pytest.param(
            days("people", '{ kind = "birthday", day = "12-04" }, { kind = "birthday", day = "12-04" }'),
            "file1.toml:4: people[jin].days[2]: is the same as the one in line 4 (kind, day): leave one out",
            id="a birthday twice",
        ),
        pytest.param(
            event('kind = "premiere", date = "2025-02-30", status = "confirmed"'),
            "file1.toml:10: works[gossip].events[1].date: there is no day 2025-02-30",
            id="a day that does not exist",
        ),
        pytest.param(
            event('kind = "premiere", date = 2025-02-30, status = "confirmed"'),
            "file1.toml:10: there is no day 2025-02-30",
            id="a day that does not exist, without quotes",
        ),
        pytest.param(
            event('kind = "premiere", date = 2025-02-28T18:00:00+09:00, status = "confirmed"'),
            (
                "file1.toml:10: works[gossip].events[1].date: expected a date without an offset: its zone is"
                ' named by zone = "...", found 2025-02-28 18:00:00+09:00'
            ),
            id="a date with an offset",
        ),
        pytest.param(
            event('kind = "premiere", date = 2025-02-28T18:00:01, status = "confirmed"'),
            (
                "file1.toml:10: works[gossip].events[1].date: expected hours and minutes, and seconds of 00,"
                " found 2025-02-28 18:00:01"
            ),
            id="a second",
        ),
        pytest.param(
            event('kind = "premiere", date = 2025, status = "confirmed"'),
            "file1.toml:10: works[gossip].events[1].date: expected words in quotes, found 2025",
            id="a year without quotes",
        ),
        pytest.param(
            event('kind = "premiere", date = "2025", number = "one", status = "confirmed"'),
            'file1.toml:10: works[gossip].events[1].number: expected a whole number, found "one"',
            id="words for a number",
        ),
        pytest.param(
            '[[sources]]\nslug = "a"\npublisher = "A"\ntitle = "A"\nnote = "Lost."\npublished = "2025-02-30"\n',
            "file1.toml:6: sources[a].published: there is no day 2025-02-30",
            id="a day of publication that does not exist",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = "tall"\n',
            'file1.toml:10: people[ban-dal].details: expected a list in square brackets, found "tall"',
            id="words for a list",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = ["tall"]\n',
            'file1.toml:10: people[ban-dal].details[1]: expected a table in braces, found "tall"',
            id="words for a table",
        ),
        pytest.param(
            SOURCE + WORK + 'cast_complete = "perhaps"\n',
            'file1.toml:10: works[gossip].cast_complete: expected true or false, found "perhaps"',
            id="words for yes or no",
        ),
        pytest.param(
            SOURCE + WORK + 'money = [{ attribute = "budget", amount = 1, currency = "won" }]\n',
            (
                "file1.toml:10: works[gossip].money[budget].currency: expected a code of three capitals such as"
                ' "KRW", found "won"'
            ),
            id="currency",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = [{ attribute = "trivia", value = 7 }]\n',
            (
                "file1.toml:10: people[ban-dal].details[trivia].value: expected words in quotes, or a table"
                " with one key a language, found 7"
            ),
            id="a number for words",
        ),
        pytest.param(
            SOURCE + PERSON + "[people]\n",
            (
                "file1.toml:10: not valid TOML: this table was begun before; each entry of a list of tables"
                " begins with [[ ]]: people"
            ),
            id="a list begun anew as a table",
        ),
        pytest.param(
            "sources = []\n" + SOURCE,
            ("file1.toml:2: not valid TOML: this was given as a whole before, and cannot be added to: sources"),
            id="a list that is added to",
        ),
        pytest.param(
            "[people]\n[people]\n",
            (
                "file1.toml:2: not valid TOML: this table was begun before; each entry of a list of tables"
                " begins with [[ ]]: people"
            ),
            id="a table begun twice",
        ),
        pytest.param(
            "people\n",
            "file1.toml:1: not valid TOML: expected '=' after a key in a key/value pair",
            id="no equals sign",
        ),
        pytest.param(
            "people = yes\n",
            "file1.toml:1: not valid TOML: expected a value after the equals sign: words need quotes",
            id="a word without quotes",
        ),
        pytest.param(
            SOURCE
            + PERSON
            + WORK
            + 'characters = [{ slug = "cat", names = ["Cat"] }]\n'
            + 'cast = [{ person = "ban-dal", character = "kat" }]\n',
            'file1.toml:15: works[gossip].cast[ban-dal].character: no character "kat"; did you mean "cat"?',
            id="a character that is almost there",
        ),
        pytest.param(
            event('kind = "premiere", date = "early 2031", status = "expected"'),
            (
                'file1.toml:10: works[gossip].events[1]: a date such as "early 2031" needs words = "...", those'
                " it was stated in"
            ),
            id="words needed",
        ),
        pytest.param(
            event('kind = "premiere", date = "2031", status = "expected", zone = "Asia/Soul"'),
            (
                "file1.toml:10: works[gossip].events[1].zone: expected a time zone of the IANA database, such"
                ' as "Asia/Seoul", found "Asia/Soul"'
            ),
            id="no such zone",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = [{ attribute = "trivia", value = { en = "x", fr = "y" } }]\n',
            ("file1.toml:10: people[ban-dal].details[trivia].value: expected the languages en and ko, found fr"),
            id="another language",
        ),
        pytest.param(
            SOURCE + PERSON + 'details = [{ attribute = "trivia", value = {} }]\n',
            (
                "file1.toml:10: people[ban-dal].details[trivia].value: expected words in at least one language,"
                " found a table"
            ),
            id="words in no language",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nnames = ["  "]\n',
            'file1.toml:8: people[a].names[1]: expected at least one character, found "  "',
            id="empty name",
        ),
        pytest.param(
            SOURCE + PERSON + 'links = [{ kind = "teaser", url = "javascript:alert(1)" }]\n',
            (
                "file1.toml:10: people[ban-dal].links[1].url: expected an address without spaces that begins"
                ' with http:// or https://, found "javascript:alert(1)"'
            ),
            id="an address of another kind",
        ),
        pytest.param(
            SOURCE + PERSON + 'links = [{ kind = "teaser", url = "https://example.com/a b" }]\n',
            (
                "file1.toml:10: people[ban-dal].links[1].url: expected an address without spaces that begins"
                ' with http:// or https://, found "https://example.com/a b"'
            ),
            id="an address with a space",
        ),
        pytest.param(
            SOURCE + WORK + 'airings = [{ on = "a", time = "30:00" }]\n',
            (
                'file1.toml:10: works[gossip].airings[1].time: expected a time such as "21:20", or after'
                ' midnight "24:10" to "29:59", found "30:00"'
            ),
            id="time",
        ),
        pytest.param(
            SOURCE + WORK + 'money = [{ attribute = "budget", amount = 0, currency = "KRW" }]\n',
            "file1.toml:10: works[gossip].money[budget].amount: expected more than 0, found 0",
            id="no money",
        ),
        pytest.param(
            SOURCE + PERSON.replace("herald", "herold"),
            'file1.toml:8: people[ban-dal].sources[1]: no source "herold"; did you mean "herald"?',
            id="no such source",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [{ person = "ban-dall" }]\n',
            ('file1.toml:14: works[gossip].cast[ban-dall].person: no person "ban-dall"; did you mean "ban-dal"?'),
            id="no such person",
        ),
        pytest.param(
            SOURCE + PERSON + TRACK + 'performers = ["na-mu"]\n',
            'file1.toml:13: tracks[home].performers[1]: no person or group "na-mu"; add it under [[people]] or'
            " [[groups]]",
            id="no such performer",
        ),
        pytest.param(
            SOURCE + TRACK + 'ost = [{ work = "gossip" }]\n',
            'file1.toml:9: tracks[home].ost[1].work: no work "gossip"; add it under [[works]]',
            id="no such work",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [{ person = "ban-dal", character = "cat" }]\n',
            (
                'file1.toml:14: works[gossip].cast[ban-dal].character: no character "cat"; add it under'
                " [[works.characters]]"
            ),
            id="no such character",
        ),
        pytest.param(
            SOURCE
            + WORK
            + 'events = [{ kind = "premiere", date = "2031", status = "reported", after = { work = "x" } }]\n',
            'file1.toml:10: works[gossip].events[1].after.work: no work "x"; add it under [[works]]',
            id="after what is not there",
        ),
        pytest.param(
            SOURCE + SOURCE,
            "file1.toml:6: sources[herald]: already stated in file1.toml:1",
            id="a source twice",
        ),
        pytest.param(
            SOURCE + PERSON + PERSON,
            "file1.toml:10: people[ban-dal]: already stated in file1.toml:6",
            id="a person twice",
        ),
        pytest.param(
            event(
                'kind = "premiere", date = "2031", status = "reported" }, '
                '{ kind = "premiere", date = "2032", status = "reported"'
            ),
            (
                "file1.toml:10: works[gossip].events[2]: is the same as the one in line 10 (kind, number,"
                " rank): give the one to be shown second rank = 1"
            ),
            id="a date twice",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nsources = ["herald"]\nnames = ["A", "A"]\n',
            'file1.toml:9: people[a].names[2]: the name "A" stands in line 9 already: leave one out',
            id="a name twice",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [{ person = "ban-dal" }, { person = "ban-dal" }]\n',
            (
                "file1.toml:14: works[gossip].cast[ban-dal]: is the same as the one in line 14 (person,"
                " character): leave one out"
            ),
            id="a credit twice",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nsources = ["herald"]\nnames = ["Ban  Dal", "ban dal"]\n',
            'file1.toml:9: people[a].names[2]: the name "ban dal" stands in line 9 already: leave one out',
            id="a name twice, in other letters",
        ),
        pytest.param(
            SOURCE + WORK + 'names = ["Gossip", { text = "Gossip", kind = "alternative" }]\n',
            ('file1.toml:10: works[gossip].names[Gossip]: the name "Gossip" stands in line 10 already: leave one out'),
            id="another name that is none",
        ),
        pytest.param(
            SOURCE + PERSON.replace("Ban Dal", "반달"),
            'file1.toml:9: people[ban-dal].names[1]: "반달" is Hangul: its language is "ko"',
            id="Hangul as an English name",
        ),
        pytest.param(
            SOURCE + WORK + 'details = [{ attribute = "trivia", value = "한자 표기" }]\n',
            (
                "file1.toml:10: works[gossip].details[trivia].value: expected English: Korean stands in { ko ="
                ' "..." }, found "한자 표기"'
            ),
            id="Hangul as English",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nsources = ["herald"]\n',
            'file1.toml:6: people[a]: a person without a name: add names = { en = "...", ko = "..." }',
            id="a person without a name",
        ),
        pytest.param(
            SOURCE + '[[groups]]\nslug = "a"\nsources = ["herald"]\n',
            'file1.toml:6: groups[a]: a group without a name: add names = { en = "...", ko = "..." }',
            id="a group without a name",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nnames = ["A", "B"]\n',
            (
                'file1.toml:6: people[a]: 2 statements cite no source: add sources = ["..."], or'
                ' default_sources = ["..."] at the top'
            ),
            id="statements without a source",
        ),
        pytest.param(
            SOURCE + '[[people]]\nslug = "a"\nnames = ["A", { text = "B", sources = ["herald"] }]\n',
            (
                'file1.toml:6: people[a]: a statement cites no source: add sources = ["..."], or'
                ' default_sources = ["..."] at the top'
            ),
            id="a statement without a source",
        ),
        pytest.param(
            SOURCE + WORK + 'events = [\n    { kind = "premiere", date = "2031-04-05", status = "confirmed" },\n'
            '    { kind = "finale", date = "2031-04-04", status = "confirmed" },\n]\n',
            (
                "file1.toml:12: works[gossip].events[2].date: the finale (2031-04-04) is before the premiere"
                " (2031-04-05, in line 11): mend the wrong one"
            ),
            id="a finale before the premiere",
        ),
        pytest.param(
            SOURCE + TRACK + 'events = [{ kind = "premiere", date = "2031", status = "reported" }]\n',
            'file1.toml:9: tracks[home].events[1].kind: expected "ost_release", found "premiere"',
            id="a track's premiere",
        ),
        pytest.param(
            event('kind = "ost_release", date = "2031", status = "reported"'),
            (
                'file1.toml:10: works[gossip].events[1].kind: expected "premiere", "episode" or "finale", found'
                ' "ost_release"'
            ),
            id="a work's release",
        ),
        pytest.param(
            SOURCE + '[[albums]]\nslug = "a"\nsources = ["herald"]\n'
            'events = [{ kind = "ost_release", date = "2031", status = "reported" }]\n',
            (
                'file1.toml:9: albums[a].events[1].kind: expected "album_release", found "ost_release"; did you'
                ' mean "album_release"?'
            ),
            id="an album's OST release",
        ),
        pytest.param(
            SOURCE + PERSON.replace('["Ban Dal"]', '{ en = "반달" }'),
            'file1.toml:9: people[ban-dal].names.en: "반달" is Hangul: its language is "ko"',
            id="Hangul as the English of two names",
        ),
        pytest.param(
            SOURCE + PERSON.replace('["Ban Dal"]', '{ ko = "반달", en = 7 }'),
            "file1.toml:9: people[ban-dal].names.en: expected words in quotes, found 7",
            id="a number for a name",
        ),
        pytest.param(
            SOURCE + PERSON.replace('["Ban Dal"]', '{ en = "Ban Dal", fr = "Ban Dal" }'),
            (
                "file1.toml:9: people[ban-dal].names: expected a list of names, or a table such as { en ="
                ' "...", ko = "..." }, found a table'
            ),
            id="names in another language",
        ),
        pytest.param(
            SOURCE + PERSON.replace('["Ban Dal"]', '{ text = "Ban Dal" }'),
            (
                "file1.toml:9: people[ban-dal].names: expected a list of names, or a table such as { en ="
                ' "...", ko = "..." }, found a table'
            ),
            id="one name as a table",
        ),
        pytest.param(
            SOURCE + WORK + 'cast = [{ name = { ko = "반달" }, role = "lead" }]\n',
            'file1.toml:10: works[gossip].cast[1]: "반달" gives no slug: add person = "...", in Latin letters',
            id="a person without a slug",
        ),
        pytest.param(
            SOURCE + WORK + 'cast = [{ name = "Ban Dal", as = "고양이" }]\n',
            ('file1.toml:10: works[gossip].cast[1]: "고양이" gives no slug: add character = "...", in Latin letters'),
            id="a character without a slug",
        ),
        pytest.param(
            SOURCE + WORK + "cast = [{ name = 7 }]\n",
            "file1.toml:10: works[gossip].cast[1].name: expected a list in square brackets, found 7",
            id="a number for a name in place",
        ),
        pytest.param(
            SOURCE + PERSON + WORK + 'cast = [\n    { name = "Ban Dal" },\n]\n',
            (
                "file1.toml:15: works[gossip].cast[1].name: already stated in file1.toml:6; to mean the same,"
                ' write person = "ban-dal" without name'
            ),
            id="a person who is there, in place",
        ),
        pytest.param(
            SOURCE
            + WORK
            + 'cast = [\n    { name = "Mo Rae", as = "Twin" },\n    { person = "mo-rae", as = "Twin" },\n]\n',
            (
                "file1.toml:12: works[gossip].cast[mo-rae].as: already stated in file1.toml:11; to mean the same,"
                ' write character = "twin" without as'
            ),
            id="a character who is there, in place",
        ),
        pytest.param(
            'default_sources = ["herald"]\n' + TRACK.replace('sources = ["herald"]\n', "") + 'names = "Home"\n',
            'file1.toml:1: default_sources[1]: no source "herald"; add it under [[sources]]',
            id="no such source for the file",
        ),
        pytest.param(
            SOURCE + PERSON + 'default_sources = ["herald"]\n',
            (
                "file1.toml:10: people[ban-dal].default_sources: default_sources stands at the top of the file,"
                " before the first table"
            ),
            id="sources for the file in the wrong place",
        ),
        pytest.param(
            'sources = ["herald"]\n' + PERSON,
            'file1.toml:1: sources: to cite sources for the whole file, write default_sources = ["herald"]',
            id="sources for the file by another name",
        ),
        pytest.param(
            '[[sources]]\nslug = "a"\npublisher = "A"\nnote = "Read in print."\n',
            "file1.toml:1: sources[a].title: missing: add title = ...",
            id="a source without a title",
        ),
        pytest.param(
            '[[sources]]\nslug = "a"\npublisher = "A"\ntitle = "A"\n',
            'file1.toml:1: sources[a]: no address: add url = "...", or say in note = "..." why there is none',
            id="a source without an address",
        ),
    ],
)
def test_each_problem_says_where_it_is_what_was_expected_and_what_may_be_meant(
    tmp_path: Path, content: str, problem: str
) -> None:
    found = problems(tmp_path / "seeds", content)
    assert any(problem in line for line in found), found


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            WORK + 'names = [{ text = "Gossip", kind = "former" }, { text = "Gossip", kind = "literal" }]\n',
            id="a name that is two things at once",
        ),
        pytest.param(
            WORK + 'names = ["D.P.", { text = "D.P.", kind = "original", language = "ko" }]\n',
            id="a Korean title in Latin letters",
        ),
        pytest.param(WORK, id="a work without a title"),
        pytest.param(TRACK, id="a track without a title"),
        pytest.param(
            WORK + 'details = [{ attribute = "trivia", value = "Printed as 별물" }]\n', id="Hangul within English"
        ),
        pytest.param(
            WORK + 'events = [{ kind = "premiere", date = "2031-04-05", status = "confirmed" },'
            ' { kind = "finale", date = "2031-04-05", status = "confirmed" }]\n',
            id="premiere and finale on one day",
        ),
        pytest.param(
            WORK + 'events = [{ kind = "premiere", date = "2031-04-05 21:00", status = "confirmed" },'
            ' { kind = "finale", date = "2031-04", status = "expected" }]\n',
            id="a finale that may be later",
        ),
        pytest.param(
            WORK + 'events = [{ kind = "premiere", date = "2031-04-05", status = "confirmed" },'
            ' { kind = "finale", date = "2031-03-05", status = "expected", rank = 1 }]\n',
            id="an earlier claim about the finale",
        ),
    ],
)
def test_what_only_looks_wrong_is_loaded(tmp_path: Path, content: str) -> None:
    load([write(tmp_path / "seeds", file=SOURCE + content)], NOTHING)


def test_what_is_stated_in_two_files_names_both(tmp_path: Path) -> None:
    found = problems(tmp_path / "seeds", SOURCE + PERSON, PERSON)
    assert found == ["file2.toml:1: people[ban-dal]: already stated in file1.toml:6"]


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path / "seeds", "[[people]]\n", "= 1\n", SOURCE + '[[works]]\nslug = "a"\ntype = "x"\nz = 1\n')
    assert [line.partition(": ")[0] for line in found] == [
        "file1.toml:1",
        "file2.toml:1",
        "file3.toml:8",
        "file3.toml:9",
    ]


def test_a_source_that_is_missing_is_told_once(tmp_path: Path) -> None:
    person = '[[people]]\nslug = "a"\nsources = ["herold"]\nnames = ["A", "B"]\n'
    found = problems(
        tmp_path / "seeds", SOURCE + PERSON.replace("herald", "post"), SOURCE.replace("herald", "hermit") + person
    )
    assert found == [
        'file1.toml:8: people[ban-dal].sources[1]: no source "post"; add it under [[sources]]',
        'file2.toml:8: people[a].sources[1]: no source "herold", which 2 statements cite; did you mean "herald"?',
    ]


def test_more_problems_than_anyone_reads_are_counted(tmp_path: Path) -> None:
    found = problems(tmp_path / "seeds", '[[people]]\nnames = ["x"]\n' * (MAX_PROBLEMS + 7))
    assert len(found) == MAX_PROBLEMS + 1
    assert found[-1] == "... and 7 more problems"


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_bytes(b'# A\n# caf\xe9\n[[people]]\nslug = "a"\n')
    with pytest.raises(SeedError) as raised:
        load([tmp_path], NOTHING)
    assert raised.value.problems == [
        f"{tmp_path}/file.toml:2: expected UTF-8, found the byte 0xe9: save the file as UTF-8"
    ]


def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(SeedError) as raised:
        load([tmp_path / "nowhere"], NOTHING)
    assert raised.value.problems == [
        f"{tmp_path}/nowhere: expected a seed file or a folder of them, found nothing there"
    ]


def test_a_folder_without_seed_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("not a seed file")
    with pytest.raises(SeedError) as raised:
        load([tmp_path], NOTHING)
    assert raised.value.problems == [f"{tmp_path}: expected a folder with .toml files, found none in it"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a = " + "[" * 20_000, id="brackets without end"),
        pytest.param("a = " + "1" * 5_000, id="a number without end"),
    ],
)
def test_what_the_parser_cannot_hold_is_a_problem_of_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "file.toml").write_text(content)
    with pytest.raises(SeedError):
        load([tmp_path], NOTHING)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file.toml").write_text("\ufeff" + SOURCE, "utf-8")
    assert list(load([tmp_path], NOTHING).sources) == ["herald"]


def test_a_file_may_be_named_beside_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "seeds", people=SOURCE + PERSON)
    assert Ref(Kind.PERSON, "ban-dal") in load([tmp_path / "seeds", tmp_path / "seeds/people.toml"], NOTHING).entities


@pytest.mark.parametrize("name", ["Ban\\nDal", "Ban\\u0000Dal", "\\u200b"])
def test_a_name_is_one_line_that_can_be_seen(tmp_path: Path, name: str) -> None:
    problems(tmp_path / "seeds", SOURCE + f'[[people]]\nslug = "a"\nsources = ["herald"]\nnames = ["{name}"]\n')
