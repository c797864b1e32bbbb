"""What is said of a server's own events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.announcements.schedule import Stage
from bot.catalogue.model import OWN, EventKind, Kind, Label, Occasion, Ref
from bot.render import phrases, wording
from bot.render.administration import kinds_named
from bot.render.announcement import PostOptions, leads
from bot.render.card import RenderContext
from bot.render.headlines import headline
from bot.render.post import post
from bot.render.post_item import PostItem
from bot.render.push import push_line
from bot.render.upcoming import line
from bot.text import words
from tests.helpers import utc
from tests.render.test_push import JIN, WORK, told

CONTEXT = RenderContext(words("en"), utc("2025-01-19 09:00"))
OPTIONS = PostOptions("0" * 20, "Asia/Seoul")


def own(title: str = "All together", kind: EventKind = EventKind.WATCH_PARTY, **said: object) -> PostItem:
    """A server's own event, as it is announced a week ahead."""
    item = told(kind, Stage.WEEK_AHEAD, subject=Label(Ref(Kind.OCCASION, "0a1b"), {"und": title}))
    occasion = replace(Occasion(1), **said)
    return replace(item, found=replace(item.found, item=replace(item.found.item, occasion=occasion)))


def test_title_stays_as_it_was_written_in_every_language() -> None:
    for language in ("en", "ko"):
        for title in ("보이넥스트도어 컴백", "みんなで", "All together"):
            assert headline(words(language), own(title).found.item) == f"🍿 {title}"


def test_what_it_is_about_is_named_unless_the_title_does() -> None:
    t = words("en")
    assert headline(t, own("Movie night", about=WORK).found.item) == "🍿 Movie night (When the Stars Gossip)"
    assert headline(t, own("When the stars gossip, again", about=WORK).found.item) == "🍿 When the stars gossip, again"


def test_line_of_a_notification_says_what_it_is_unless_the_title_does() -> None:
    def said(item: PostItem) -> str:
        return push_line(words("en"), [item], "Asia/Seoul", CONTEXT.now)

    when = "in a week, on Sun 26 January at 18:00 KST"
    assert said(own()) == f"Watch party: All together, {when}"
    assert said(own("The watch party of the year")) == f"The watch party of the year, {when}"
    assert said(own("Movie night", EventKind.OTHER)) == f"Movie night, {when}"


def test_post_says_where_how_long_and_about_whom() -> None:
    item = own(
        lasts=timedelta(hours=2, minutes=30),
        place="*The* hall",
        url="https://example.com/hall",
        picture="https://example.com/p.png",
        about=JIN,
    )
    embed = post(CONTEXT, [item], OPTIONS).embed
    assert embed.description is not None
    assert "**What** Watch party" in embed.description
    assert r"**Where** [\*The\* hall](<https://example.com/hall>)" in embed.description
    assert "**Duration** 2 hours 30 minutes" in embed.description
    assert "**About** Jin · 진" in embed.description
    assert embed.image.url == "https://example.com/p.png"


def test_link_without_a_place_is_called_by_its_host() -> None:
    assert wording.where(Occasion(1, url="https://www.example.com/live?v=1"), phrases.MARKED) == (
        "[www.example.com](<https://www.example.com/live?v=1>)"
    )
    assert wording.where(Occasion(1)) == ""


def test_lists_say_where_and_not_that_it_is_confirmed() -> None:
    assert line(CONTEXT, own(place="The hall").found.item).endswith("<t:1737882000:f> · The hall")


@pytest.mark.parametrize(
    ("about", "cards"),
    [(None, ["upcoming"]), (JIN, ["artist"]), (WORK, ["cast", "ost", "drama"])],
)
def test_post_leads_to_what_it_is_about(about: Label | None, cards: list[str]) -> None:
    assert [link.card for link in leads(CONTEXT, own(about=about).found)] == cards


def test_digest_has_one_button_for_all_that_are_about_nothing_known() -> None:
    items = [own(), own("Another"), own("About him", about=JIN)]
    digest = post(CONTEXT, [_numbered(item, number) for number, item in enumerate(items)], OPTIONS, digest=True)
    assert [getattr(button, "label", None) for button in digest.view.children] == ["Coming up", "Jin"]


def test_post_of_several_says_where_each_takes_place() -> None:
    items = [own(place="Here"), own("Another", place="There")]
    embed = post(CONTEXT, [_numbered(item, number) for number, item in enumerate(items)], OPTIONS).embed
    assert embed.title == "🍿 All together"
    assert embed.description is not None
    assert "**Where** Here" in embed.description
    assert "- 🍿 Another · There" in embed.description


def _numbered(item: PostItem, number: int) -> PostItem:
    found = item.found
    return replace(item, found=replace(found, item=replace(found.item, event=replace(found.item.event, id=number))))


def test_all_kinds_of_a_servers_own_are_one_word() -> None:
    t = words("en")
    assert kinds_named(t, [EventKind.PREMIERE, *OWN]) == "premieres and your own events"
    assert kinds_named(t, [EventKind.PREMIERE, EventKind.CONCERT]) == "premieres and concerts"
