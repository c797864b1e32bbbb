"""How large and how fresh the catalogue is."""

from __future__ import annotations

from bot.catalogue.model import Kind, Provided, Ref
from bot.catalogue.origin import Authority, Origin
from bot.store import imports, merging, runs
from bot.store.database import Database
from bot.store.overview import overview
from bot.store.stated import SourceRow
from tests.helpers import hours, utc

NOW = utc("2031-04-01 09:00")


def provider(name: str, title: str, licence: str) -> SourceRow:
    url = f"https://{name}.example/page/{{id}}"
    origin = Origin(Authority.IMPORT, name)
    return SourceRow(f"provider-{name}", title, None, None, url, licence, None, origin)


async def test_what_was_merged_is_counted_once(database: Database) -> None:
    before = await database.read(overview)
    jin, v = Ref(Kind.PERSON, "jin"), Ref(Kind.PERSON, "v")
    gossip, jirisan = Ref(Kind.WORK, "when-the-stars-gossip"), Ref(Kind.WORK, "jirisan")
    await database.write(merging.merge, v, jin, NOW)
    await database.write(merging.merge, jirisan, gossip, NOW)
    after = await database.read(overview)
    assert after.counts["person"] == before.counts["person"] - 1
    assert after.counts["work"] == before.counts["work"] - 1
    over = 28  # episodes that were expected, and are long past
    assert after.counts["event"] == before.counts["event"] - over - 2, "both have a premiere and a finale"


async def test_providers_are_told_apart_from_publishers_with_when_they_were_taken_in(database: Database) -> None:
    before = await database.read(overview)
    assert before.providers == []
    for row in (
        provider("musicbrainz", "MusicBrainz", "CC0 1.0"),
        provider("tvmaze", "TVmaze", "CC BY-SA 4.0"),
        provider("wikidata", "Wikidata", "CC0 1.0"),
    ):
        await database.write(imports.credit_provider, row, NOW)
    for name, problem, at in (("tvmaze", None, NOW), ("tvmaze", "too much", NOW + hours(1)), ("wikidata", None, NOW)):
        run = await database.write(runs.begin, name, "", at, complete=False)
        await database.write(runs.finish, run, at, problem)
    run = await database.write(runs.begin, "wikidata", "", NOW + hours(2), complete=False)
    await database.write(runs.stop, run, "no answer")
    after = await database.read(overview)
    assert after.publishers == before.publishers
    assert after.providers == [
        Provided("Wikidata", "CC0 1.0", "https://wikidata.example/page/", NOW, held_back=False),
        Provided("TVmaze", "CC BY-SA 4.0", "https://tvmaze.example/page/", NOW, held_back=True),
        Provided("MusicBrainz", "CC0 1.0", "https://musicbrainz.example/page/", None, held_back=False),
    ]
