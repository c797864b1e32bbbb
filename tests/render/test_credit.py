"""Who has to be credited: on every card and post that shows one of their facts, with links, and on no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from discord import ui

from bot.announcements.outcome import Explained, Post
from bot.announcements.schedule import AnnouncementReason, Stage
from bot.catalogue.model import (
    Airing,
    Artist,
    Certainty,
    Credit,
    Detail,
    Event,
    EventKind,
    Fact,
    Kind,
    Label,
    Membership,
    Profile,
    Ref,
    Source,
    Upcoming,
    Work,
)
from bot.catalogue.when import SEOUL
from bot.render import artist, phrases, reports, upcoming
from bot.render.announcement import Announced, PostOptions
from bot.render.card import MAX_CREDIT, Accent, Content, RenderContext, classic, draw
from bot.render.guild_event import MAX_DESCRIPTION, bears, listing
from bot.render.post import post
from bot.render.post_item import PostItem
from bot.text import words
from tests.helpers import event, label, utc

NOW = utc("2031-04-01 00:00")
EN, KO = (RenderContext(words(language), NOW) for language in ("en", "ko"))
FREE = Source("provider-wikidata", "Wikidata", None, "https://www.wikidata.org/wiki/Q1", None, "CC0 1.0")

TWO = "([1](<https://www.tvmaze.com/shows/1>), [2](<https://www.tvmaze.com/shows/2>))"


def tvmaze(show: int = 1) -> Source:
    url = f"https://www.tvmaze.com/shows/{show}"
    return Source("provider-tvmaze", "TVmaze", None, url, None, "CC BY-SA 4.0")


def premiere(*sources: Source, slug: str = "moon") -> Event:
    return replace(
        event("2031-04-12 21:20", kind=EventKind.PREMIERE), subject=label(slug, Kind.WORK), sources=list(sources)
    )


def part(*sources: Source) -> Credit:
    return Credit(
        rank=0,
        certainty=Certainty.STATED,
        note=None,
        sources=sources,
        work=label("moon", Kind.WORK),
        person=label("gong", Kind.PERSON),
        character=None,
        role=None,
        role_words=None,
        billing=0,
        credited_as=None,
    )


def said(*sources: Source) -> Detail:
    return Detail(
        rank=0, certainty=Certainty.STATED, note=None, sources=sources, attribute="genre", value={"en": "space"}
    )


@pytest.mark.parametrize(
    ("facts", "english", "korean"),
    [
        ([], "", ""),
        ([premiere(FREE), part(FREE)], "", ""),
        (
            [premiere(FREE, tvmaze())],
            "Air times: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0",
            "방송 시간: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0",
        ),
        (
            [premiere(tvmaze()), part(tvmaze())],
            "Air times and cast: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0",
            "방송 시간·출연진: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0",
        ),
        (
            [part(tvmaze(1)), part(tvmaze(2)), part(tvmaze(1))],
            f"Cast: TVmaze {TWO}, CC BY-SA 4.0",
            f"출연진: TVmaze {TWO}, CC BY-SA 4.0",
        ),
        (
            [said(replace(FREE, publisher="A *book*", url=None, licence="CC BY 4.0"))],
            "Data: A \\*book\\*, CC BY 4.0",
            "데이터: A \\*book\\*, CC BY 4.0",
        ),
    ],
)
def test_the_line_says_what_is_whose_and_under_which_licence(facts: list[Fact], english: str, korean: str) -> None:
    assert phrases.credit(EN.words, facts) == english
    assert phrases.credit(KO.words, facts) == korean


@pytest.mark.parametrize("length", [20, 200, 2000])
def test_however_many_and_long_the_addresses_are_the_line_is_whole_and_fits(length: int) -> None:
    sources = [replace(tvmaze(number), url=f"https://x.example/{number}/{'x' * length}") for number in range(60)]
    line = phrases.credit(EN.words, [part(source) for source in sources])
    assert len(line) <= MAX_CREDIT
    assert line.startswith("Cast: ")
    assert line.endswith("CC BY-SA 4.0")
    assert line.count("](<") == line.count(">)")


def drawn(view: ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def test_it_stands_on_every_page_under_the_other_small_lines() -> None:
    content = Content(Accent.WORK, "Title", "", ["one"], ["two"], footer="Source: A", credit="Air times: B")
    for page in (0, 1):
        text = drawn(draw(RenderContext(EN.words, NOW, page), content))
        assert text.endswith(f"-# Page {page + 1} of 2 · Source: A\n-# Air times: B")
    assert drawn(draw(EN, replace(content, later=(), footer=""))).endswith("one\n-# Air times: B")
    assert (classic(EN, "line", content).embed.description or "").endswith("-# Source: A\n-# Air times: B")


def test_the_fullest_card_and_post_stay_within_the_limits_of_discord() -> None:
    content = Content(
        Accent.WORK, "t" * 400, "s" * 400, ["b" * 200] * 60, footer="f" * 900, credit="c" * MAX_CREDIT, per_page=60
    )
    assert len(drawn(draw(EN, content))) <= 4000
    assert len(classic(EN, "line", replace(content, subtitle="s" * 100)).embed.description or "") <= 4096


def airing(*sources: Source) -> Airing:
    return Airing(
        rank=0,
        certainty=Certainty.STATED,
        note=None,
        sources=sources,
        organisation=label("tvn", Kind.ORGANISATION),
        type="network",
        days=("sat",),
        time="21:20",
        zone=SEOUL,
        region=None,
    )


def announced(dated: Event, *airings: Airing) -> Announced:
    profile = Profile(dated.subject, "drama", frozenset(), (), (), (), (), (), [dated])
    return Announced(Upcoming(dated), Work(profile, airings, (), (), ()), [])


def embed(*told: PostItem, digest: bool = False) -> str:
    return post(EN, told, PostOptions("0" * 20, SEOUL), digest=digest).embed.description or ""


def test_a_post_credits_its_date_and_where_to_watch() -> None:
    line = "-# Air times: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0"
    assert line in embed(PostItem(Stage.NOW, announced(premiere(tvmaze()))))
    assert line in embed(PostItem(Stage.NOW, announced(premiere(FREE), airing(tvmaze()))))
    assert "TVmaze" not in embed(PostItem(Stage.NOW, announced(premiere(FREE), airing(FREE))))
    assert "TVmaze" not in embed(PostItem(Stage.CANCELLED, announced(premiere(FREE), airing(tvmaze()))))


def test_a_post_of_two_events_credits_both() -> None:
    told = [
        PostItem(Stage.NOW, announced(replace(premiere(tvmaze()), id=number, number=number, kind=EventKind.EPISODE)))
        for number in (1, 2)
    ]
    assert embed(*told).endswith("-# Air times: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0")


def test_a_list_has_a_link_beside_each_date_and_the_licence_beneath() -> None:
    dates = [replace(premiere(tvmaze(number), slug=f"w{number}"), id=number) for number in range(1, 4)]
    dates.append(replace(premiere(FREE, slug="w4"), id=4))
    digest = embed(*(PostItem(Stage.NOW, announced(one)) for one in dates), digest=True)
    card = drawn(upcoming.upcoming(EN, 30, [Upcoming(one) for one in dates], len(dates), [], None))
    for shown in (digest, card):
        assert [shown.count(f"[TVmaze](<https://www.tvmaze.com/shows/{n}>)") for n in range(1, 5)] == [1, 1, 1, 0]
        assert shown.endswith("-# Air times: TVmaze, CC BY-SA 4.0")
    assert "TVmaze" not in drawn(upcoming.upcoming(EN, 30, [Upcoming(dates[-1])], 1, [], None))


def test_reports_to_admins_credit_the_dates_that_they_tell_of() -> None:
    mine, other = Upcoming(premiere(tvmaze())), Upcoming(premiere(FREE))
    line = "-# Air times: [TVmaze](<https://www.tvmaze.com/shows/1>), CC BY-SA 4.0"
    for item, credited in ((mine, True), (other, False)):
        explained = [Explained(item, 1, AnnouncementReason.NOT_FIRM)]
        ahead = [Post(1, NOW, [(Stage.NOW, item)], digest=False)]
        shown = [
            reports.explanation(EN, reports.Report("why", "x"), item.event.subject, explained),
            reports.ahead_of(EN, reports.Report("upcoming-posts", "x"), 7, (), ahead, {}),
        ]
        assert [line in drawn(view) for view in shown] == [credited, credited]


@pytest.mark.parametrize("address", ["https://www.tvmaze.com/shows/1", f"https://x.example/{'x' * 2000}"])
def test_a_scheduled_event_has_it_in_plain_words_however_long_its_description_is(address: str) -> None:
    found = replace(
        announced(premiere(replace(tvmaze(), url=address))),
        leads=[label(f"p{number}", Kind.PERSON, "x" * 200) for number in range(20)],
    )
    description = listing(EN, found, "byeol:work/moon").description
    assert len(description) <= MAX_DESCRIPTION
    assert "\nAir times: TVmaze" in description
    assert bears(description, "byeol:work/moon")


def member(name: str, since: str | None = None, until: str | None = None) -> Membership:
    other = Label(Ref(Kind.PERSON, name.lower()), {"en": name, "ko": f"{name}별"})
    return Membership(
        rank=0, certainty=Certainty.STATED, note=None, sources=[FREE], other=other, since=since, until=until
    )


def card(context: RenderContext, kind: Kind, *memberships: Membership) -> str:
    profile = Profile(label("moon", kind), None, frozenset(), (), (), (), (), (), ())
    return drawn(artist.artist(context, Artist(profile, memberships, (), (), (), ())))


MEMBERS = (
    member("A", "2013-06-13", "2017"),
    member("B", "2013-06"),
    member("C"),
    member("D", None, "2017-02"),
    member("E", "2016-01", "2016-09-30"),
)


def test_a_group_lists_its_members_with_their_years_and_former_ones_after_them() -> None:
    text = card(EN, Kind.GROUP, *MEMBERS)
    assert "**Members** B · B별 (since 2013), C · C별\n" in text
    assert "**Former members** A · A별 (2013–2017), D · D별 (until 2017), E · E별 (in 2016)\n" in text
    text = card(KO, Kind.GROUP, *MEMBERS)
    assert "**멤버** B별 · B (2013년부터), C별 · C\n" in text
    assert "**전 멤버** A별 · A (2013~2017년), D별 · D (2017년까지), E별 · E (2016년)\n" in text


def test_a_group_of_former_members_has_no_empty_list() -> None:
    text = card(EN, Kind.GROUP, member("A", None, "2020"))
    assert "**Members**" not in text
    assert "**Former members** A · A별 (until 2020)" in text


def test_the_groups_of_a_person_stand_under_the_name_with_the_years() -> None:
    assert "-# B (since 2013) · C · A (2013–2017)" in card(EN, Kind.PERSON, *MEMBERS[:3])
