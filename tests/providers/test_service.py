"""How a service is asked, tried on the loopback providers with every fault that they can play."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aiohttp
import pytest

from bot.providers import service as module
from bot.providers.service import FIRST_RETRY, LONGEST_WAIT, TRIES, Answer, ProviderError, Service

from . import faults
from .faults import Effect
from .limits import Limit
from .pace import Pace
from .server import Providers
from .world import At

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
CONTACT = "operator@example.org"


@pytest.fixture
def ask(session: aiohttp.ClientSession, providers: Providers, pace: Pace) -> Callable[..., Service]:
    """Make a service that asks the loopback at the pace of the test."""

    def make(base: str | None = None, *, name: str = "TVmaze", rate: float = 1.9, contact: str = CONTACT) -> Service:
        return Service(
            session,
            name,
            base or providers.tvmaze,
            rate=rate,
            contact=contact,
            sleep=pace.sleep,
            clock=lambda: NOW,
            time=pace.time,
        )

    return make


@pytest.fixture
def tvmaze(ask: Callable[..., Service]) -> Service:
    return ask()


def retries(pace: Pace) -> list[float]:
    """The waits that were not for a turn, which never lasts a second here."""
    return [wait for wait in pace.waits if wait > 1]


def grows(waits: list[float]) -> bool:
    """Whether waits are those of a backoff: each about twice the last one, give or take its jitter."""
    return all(
        FIRST_RETRY * 2**number * 0.75 <= wait <= FIRST_RETRY * 2**number * 1.25 for number, wait in enumerate(waits)
    )


async def show(service: Service, **options: Any) -> Answer | None:
    """Ask for one show."""
    return await service.get("shows/240", **options)


def content(answer: Answer | None) -> dict[str, Any]:
    """The JSON of an answer that is an object."""
    assert answer is not None
    return cast("dict[str, Any]", answer.content)


def name(answer: Answer | None) -> str:
    """What the show that was answered is called."""
    return content(answer)["name"]


async def test_an_answer_is_its_json(tvmaze: Service) -> None:
    assert name(await show(tvmaze)) == "Lantern Alley"


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(429),
        faults.status(500),
        faults.status(503),
        faults.html(),
        faults.html(429),
        faults.cut,
        faults.reset,
        faults.maxlag(0),
    ],
    ids=["429", "500", "503", "html", "html 429", "cut", "reset", "maxlag"],
)
async def test_what_may_pass_is_tried_again_ever_more_seldom(
    tvmaze: Service, providers: Providers, pace: Pace, fault: Effect
) -> None:
    providers.fault("/shows", fault, times=TRIES - 1)
    assert name(await show(tvmaze)) == "Lantern Alley"
    assert len(retries(pace)) == TRIES - 1
    assert grows(retries(pace))
    assert providers.violations == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.status(429), "TVmaze answers with status 429"),
        (faults.status(503), "TVmaze answers with status 503"),
        (faults.html(), "TVmaze answers with something that is not JSON"),
        (faults.cut, "TVmaze answers with something that is not JSON"),
        (faults.maxlag(), "TVmaze is too busy"),
    ],
    ids=["429", "503", "html", "cut", "maxlag"],
)
async def test_after_the_last_try_the_service_is_given_up_with_one_line(
    tvmaze: Service, providers: Providers, pace: Pace, fault: Effect, said: str
) -> None:
    providers.fault("/shows", fault, times=None)
    with pytest.raises(ProviderError) as raised:
        await show(tvmaze)
    assert str(raised.value) == said
    assert len(providers.log) == TRIES
    assert len(retries(pace)) == TRIES - 1


async def test_connections_that_break_are_given_up_with_one_line(tvmaze: Service, providers: Providers) -> None:
    providers.fault("/shows", faults.reset, times=None)
    with pytest.raises(ProviderError, match=r"^TVmaze cannot be reached \(\w+\)$"):
        await show(tvmaze)
    assert len(providers.log) == TRIES


async def test_a_service_that_is_not_there_is_given_up_with_one_line(
    ask: Callable[..., Service], providers: Providers
) -> None:
    base = providers.tvmaze
    await providers.stop()
    with pytest.raises(ProviderError, match=r"^TVmaze cannot be reached \(ClientConnectorError\)$"):
        await show(ask(base))


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("after", [40, NOW + timedelta(seconds=40)], ids=["seconds", "date"])
async def test_the_wait_that_a_service_asks_for_is_kept(
    tvmaze: Service, providers: Providers, pace: Pace, code: int, after: float | datetime
) -> None:
    providers.fault("/shows", faults.status(code, after), times=2)
    await show(tvmaze)
    assert retries(pace) == [40, 40]


async def test_lag_of_wikidata_is_waited_for(ask: Callable[..., Service], providers: Providers, pace: Pace) -> None:
    providers.fault("api.php", faults.maxlag(40))
    wikidata = ask(providers.wikidata, name="Wikidata")
    answer = await wikidata.get("w/api.php", {"action": "wbgetentities", "ids": "Q990000402", "maxlag": "5"})
    assert answer is not None
    assert retries(pace) == [40]


@pytest.mark.parametrize("after", [0, NOW - timedelta(hours=1)], ids=["seconds", "date"])
async def test_a_wait_that_is_over_already_does_not_make_tries_faster(
    tvmaze: Service, providers: Providers, pace: Pace, after: float | datetime
) -> None:
    providers.fault("/shows", faults.status(503, after), times=TRIES - 1)
    await show(tvmaze)
    assert len(retries(pace)) == TRIES - 1
    assert grows(retries(pace))


@pytest.mark.parametrize(
    "value", ["soon", "-5", "1.5", "", "Thu, 32 Foo 2026 25:61:61 GMT", "Mon, 1 Jan 99999999999999999999 0:0:0 GMT"]
)
async def test_a_wait_that_cannot_be_read_is_a_backoff(
    tvmaze: Service, providers: Providers, pace: Pace, value: str
) -> None:
    providers.fault("/shows", lambda _: faults.Reply(None, 503, {"Retry-After": value}))
    await show(tvmaze)
    assert len(retries(pace)) == 1
    assert grows(retries(pace))


@pytest.mark.parametrize(
    "after", [LONGEST_WAIT + 1, NOW + timedelta(seconds=LONGEST_WAIT + 1)], ids=["seconds", "date"]
)
async def test_a_wait_that_is_too_long_ends_the_run(
    tvmaze: Service, providers: Providers, pace: Pace, after: float | datetime
) -> None:
    providers.fault("/shows", faults.status(429, after))
    with pytest.raises(ProviderError) as raised:
        await show(tvmaze)
    assert str(raised.value) == "TVmaze answers with status 429, and asks to wait 901 seconds"
    assert retries(pace) == []
    assert len(providers.log) == 1


@pytest.mark.parametrize("code", [400, 401, 403, 410])
async def test_a_refusal_is_not_asked_again(tvmaze: Service, providers: Providers, pace: Pace, code: int) -> None:
    providers.fault("/shows", faults.status(code, 5), times=None)
    with pytest.raises(ProviderError, match=rf"^TVmaze answers with status {code}$"):
        await show(tvmaze)
    assert len(providers.log) == 1
    assert retries(pace) == []


async def test_what_is_not_there_is_none(tvmaze: Service, providers: Providers) -> None:
    assert await tvmaze.get("shows/99") is None
    assert len(providers.log) == 1


async def test_errors_in_json_are_for_those_who_know_the_service(
    ask: Callable[..., Service], providers: Providers
) -> None:
    providers.fault("api.php", faults.error("readonly", "The wiki is currently in read-only mode."))
    answer = await ask(providers.wikidata).get("w/api.php", {"action": "wbgetentities", "ids": "Q990000402"})
    assert "error" in content(answer)


async def test_every_request_names_the_application_and_a_contact(tvmaze: Service, providers: Providers) -> None:
    providers.fault("/shows", faults.html())
    providers.fault("/shows", faults.cut)
    await show(tvmaze)
    await tvmaze.get("lookup/shows", {"imdb": "tt99000403"})
    agents = {asked.headers["User-Agent"] for asked in providers.log}
    assert len(providers.log) == 5
    assert len(agents) == 1
    assert agents.pop().startswith("Byeol/")
    assert providers.violations == []


async def test_an_operator_without_a_contact_is_refused(ask: Callable[..., Service]) -> None:
    with pytest.raises(ProviderError, match=r"^TVmaze answers with status 403$"):
        await show(ask(contact="somebody"))


async def test_the_rate_is_kept_over_many_requests(tvmaze: Service, providers: Providers, pace: Pace) -> None:
    for _ in range(60):
        await show(tvmaze)
    assert providers.violations == []
    assert pace.now == pytest.approx(59 / 1.9)


async def test_a_slow_answer_does_not_lower_the_rate(
    ask: Callable[..., Service], providers: Providers, pace: Pace
) -> None:
    def slow(reply: faults.Reply) -> faults.Reply:
        pace.now += 0.8
        return reply

    providers.fault("/artist", slow, times=None)
    musicbrainz = ask(providers.musicbrainz, rate=1)
    for _ in range(5):
        await musicbrainz.get("artist/00000000-0000-0000-0000-000000000000")
    assert pace.waits == pytest.approx([0.2] * 4)


async def test_tries_keep_the_rate_too(ask: Callable[..., Service], providers: Providers) -> None:
    providers.fault("/artist", faults.html(), times=3)
    musicbrainz = ask(providers.musicbrainz, rate=1)
    for _ in range(2):
        assert await musicbrainz.get("artist/00000000-0000-0000-0000-000000000000") is None
    assert len(providers.log) == 5
    assert providers.violations == []


async def test_redirects_are_followed_and_keep_the_rate_too(
    ask: Callable[..., Service], providers: Providers, pace: Pace
) -> None:
    providers.rules.limits[At.TVMAZE] = Limit(1, 1)
    tvmaze = ask(rate=1)
    for _ in range(3):
        assert name(await tvmaze.get("lookup/shows", {"imdb": "tt99000403"})) == "Letters in Frost"
    assert providers.violations == []
    assert pace.now == pytest.approx(5)


async def test_redirects_that_lead_in_a_circle_are_given_up(tvmaze: Service, providers: Providers, pace: Pace) -> None:
    providers.fault("/shows", faults.redirect("/shows/240"), times=None)
    with pytest.raises(ProviderError, match=r"^TVmaze redirects too often$"):
        await show(tvmaze)
    assert len(providers.log) <= 6
    assert retries(pace) == []


@pytest.mark.parametrize("headers", [{}, {"Location": "http://[::"}], ids=["without", "broken"])
async def test_a_redirect_to_nowhere_is_given_up(
    tvmaze: Service, providers: Providers, headers: dict[str, str]
) -> None:
    providers.fault("/shows", lambda _: faults.Reply(None, 301, headers))
    with pytest.raises(ProviderError, match=r"^TVmaze redirects to nowhere$"):
        await show(tvmaze)


async def test_requests_that_are_made_together_leave_one_after_the_other(tvmaze: Service, providers: Providers) -> None:
    arrived, gate = asyncio.Event(), asyncio.Event()

    def held(reply: faults.Reply) -> faults.Reply:
        arrived.set()
        return faults.held(gate)(reply)

    providers.fault("/shows/240", held)
    first, second = asyncio.create_task(show(tvmaze)), asyncio.create_task(tvmaze.get("shows/12"))
    await arrived.wait()
    assert [asked.path for asked in providers.log] == ["/shows/240"]
    gate.set()
    assert name(await first) == "Lantern Alley"
    assert name(await second) == "Letters in Frost"


async def test_an_answer_that_never_comes_is_asked_for_again(
    tvmaze: Service, providers: Providers, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    providers.fault("/shows", faults.held(asyncio.Event()))
    assert name(await show(tvmaze)) == "Lantern Alley"
    assert retries(pace)


async def test_parameters_arrive_as_they_were_meant(tvmaze: Service, providers: Providers) -> None:
    answer = await tvmaze.get("shows/240?embed[]=cast&embed[]=episodes")
    assert set(content(answer)["_embedded"]) == {"cast", "episodes"}
