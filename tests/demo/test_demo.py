"""The demo without a browser: its stage, its tour, its clock, and who may ask its server for something."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from rich.console import Console

from bot.demo import engine, shots, tour
from bot.demo.site import Site, free_port
from bot.demo.stage import SEOUL, START, Stage, open_stage
from bot.errors import StartError
from tests.conftest import seen
from tests.seen import see


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    """The stage, with both channels subscribed."""
    async with open_stage() as opened:
        await opened.subscribe()
        yield opened


@pytest_asyncio.fixture
async def site(stage: Stage) -> AsyncIterator[Site]:
    """The stage as it is served, on any port."""
    opened = Site(stage, 0)
    await opened.window.open()
    yield opened
    await opened.window.close()


def posted(stage: Stage) -> tuple[int, int]:
    """How much stands in the English and in the Korean channel."""
    return len(stage.announcements.history()), len(stage.korean_news.history())


async def test_the_same_question_is_answered_in_the_language_of_whoever_asks(stage: Stage) -> None:
    answers = [seen(await stage.ask(person.member, "ost", name="jin")).text for person in stage.people]
    assert ["출처" in answer for answer in answers] == [False, True, False]
    assert ["Source: " in answer for answer in answers] == [True, False, True]


async def test_the_second_server_is_there_to_be_set_up(stage: Stage) -> None:
    me = stage.people[0].admin
    status = seen(await me.slash(stage.other_channels[0], "announcements status"))
    assert "Announcements are off" in status.text
    done = seen(await me.slash(stage.other_channels[0], "announcements setup", channel=stage.other_channels[1]))
    assert "Announcements are on" in done.text


async def test_the_tour_of_the_terminal_has_everything() -> None:
    out = StringIO()
    await tour.tour(Console(width=tour.WIDTH, file=out))
    printed = out.getvalue()
    for words in (
        "3 OSTs, 2 solo",
        "지우",
        "Announcements are on",
        "premieres",
        "presses 소식 받기",
        "소식을 알려 드릴게요: 별들에게 물어봐",
        "“Watch party: When the Stars Gossip” is planned",
        "🙋 You're in: Watch party: When the Stars Gossip",
        "🔔 @When the Stars Gossip",
        "🙋 @Mina",
        "I'm in · 1",
        "🧵 Thread: 🍿 Watch party: When the Stars Gossip",
        "26 January 2025",
        "Close to You by Jin",
    ):
        assert words in printed


async def test_the_tour_of_the_page_leaves_the_premiere_to_come() -> None:
    out = StringIO()
    async with open_stage(tour.BEFORE) as stage:
        await stage.subscribe()
        await tour.Tour(stage, Console(width=tour.WIDTH, file=out)).evening(START)
        assert posted(stage) == (1, 1)
        assert START <= stage.now() < START + timedelta(minutes=1)
        assert len(stage.general.history()) >= 4
    assert "Close to You by Seungmin" in out.getvalue()
    assert "When the Stars Gossip premieres" not in out.getvalue()


async def test_next_announces_in_both_languages(stage: Stage, site: Site) -> None:
    assert await site.clock.next()
    english, korean = (
        [see_text(stage, message.channel.id, message.id) for message in channel.history()]
        for channel in (stage.announcements, stage.korean_news)
    )
    assert "When the Stars Gossip premieres" in english[0]
    assert "별들에게 물어봐 첫 방송" in korean[0]
    while await site.clock.next():
        pass
    assert posted(stage) == (5, 5)
    assert site.clock.due == []


async def test_who_presses_notify_me_is_pinged_by_the_next_announcement(stage: Stage, site: Site) -> None:
    mina, jiwoo, _ = stage.people
    card = seen(await stage.ask(jiwoo.member, "drama", name="stars-gossip"))
    told = seen(await jiwoo.member.click(card.message, label="소식 받기"))
    assert "소식을 알려 드릴게요" in told.text
    assert await site.clock.next()
    message = stage.env.backend.get_message(stage.announcements.id, stage.announcements.history()[-1].id)
    assert stage.pings(mina, message.ping_role_ids)
    assert stage.pings(jiwoo, message.ping_role_ids)
    assert not stage.pings(jiwoo, [stage.premieres.id])


def see_text(stage: Stage, channel: int, message: int) -> str:
    """The words of a message."""
    from simcord import ResponseMessage

    return see(ResponseMessage(stage.env, stage.env.backend.get_message(channel, message))).text


async def test_a_jump_passes_by_everything_that_is_announced_until_then(stage: Stage, site: Site) -> None:
    assert await site.clock.jump(datetime(2025, 1, 27, tzinfo=SEOUL))
    assert posted(stage) == (4, 4)
    texts = [see_text(stage, message.channel.id, message.id) for message in stage.announcements.history()]
    assert not [text for text in texts if "late" in text]
    assert not await site.clock.jump(datetime(2025, 1, 26, tzinfo=SEOUL))
    assert posted(stage) == (4, 4)


async def test_the_clock_runs_and_stops_at_once(stage: Stage, site: Site) -> None:
    stop = asyncio.Event()
    site.clock.speed = 600
    running = asyncio.create_task(site.clock.run(stop))
    await asyncio.sleep(1)
    stop.set()
    before = time.perf_counter()
    await running
    assert time.perf_counter() - before < 2
    assert stage.now() > START + timedelta(minutes=1)


class Asking:
    """A client of the demo's server."""

    def __init__(self, site: Site, session: aiohttp.ClientSession) -> None:
        self._base, _, self.key = site.window.url.partition("/#")
        self._session = session

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """What is answered to somebody who has the key."""
        allowed = {
            "X-Simcord-Capability": self.key,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        async with self._session.post(self._base + path, json=body, headers=allowed) as answer:
            return answer.status, await answer.json() if answer.content_type == "application/json" else None

    async def get(self, path: str, **headers: str) -> tuple[int, str, str]:
        """The status, the type and the text of a file."""
        async with self._session.get(self._base + path, headers=headers) as answer:
            return answer.status, answer.content_type, await answer.text()


@pytest_asyncio.fixture
async def asking(site: Site) -> AsyncIterator[Asking]:
    """A client of a running demo."""
    async with aiohttp.ClientSession() as session:
        yield Asking(site, session)


async def test_only_who_has_the_key_is_answered(site: Site, asking: Asking) -> None:
    assert site.window.url.startswith("http://127.0.0.1:")
    status, page = await asking.post("/api/pages", {})
    assert status == 200
    context = page["context"]["id"]
    body = {"demo": {"speed": 600}}
    for wrong in (
        {"X-Simcord-Capability": "guessed"},
        {"Origin": "https://example.org"},
        {"Host": "example.org"},
    ):
        status, _ = await asking.post("/api/action", body, **{"X-Simcord-Context": context, **wrong})
        assert status == 401, wrong
    assert site.clock.speed == 1
    status, state = await asking.post("/api/action", body, **{"X-Simcord-Context": context})
    assert status == 200
    assert state["speed"] == site.clock.speed == 600


async def test_a_page_can_show_what_it_is_offered_and_nothing_else(site: Site, asking: Asking) -> None:
    _, page = await asking.post("/api/pages", {})
    me = {"X-Simcord-Context": page["context"]["id"]}
    _, state = await asking.post("/api/action", {"demo": {}}, **me)
    mina, jiwoo = (person["id"] for person in state["people"][:2])
    direct = state["direct"]
    envelope = {
        "protocol_version": 3,
        "sequence": 1,
        "request_id": "1",
        "generation": page["context"]["generation"],
        "bot_generation": page["botGeneration"],
        "kind": "viewer",
    }
    for view in (f"{mina}:{direct[jiwoo]}", jiwoo, "", None, f"{mina}:0"):
        _, refused = await asking.post("/api/action", {**envelope, "viewer_id": view}, **me)
        assert refused["rejected"], view
    _, after = await asking.post("/api/action", {"demo": {}}, **me)
    assert after["channel"] == state["channel"]
    _, shown = await asking.post("/api/action", {**envelope, "viewer_id": f"{jiwoo}:{direct[jiwoo]}"}, **me)
    assert not shown["rejected"]
    _, after = await asking.post("/api/action", {"demo": {}}, **me)
    assert (after["viewer"], after["channel"]) == (jiwoo, direct[jiwoo])


@pytest.mark.parametrize(
    "asked", [{"speed": 7}, {"speed": "1"}, {"jump": "never"}, {"jump": "0001-01-01"}, {"next": 1}]
)
async def test_nonsense_changes_nothing(site: Site, asking: Asking, stage: Stage, asked: dict[str, Any]) -> None:
    _, page = await asking.post("/api/pages", {})
    before = stage.now()
    status, state = await asking.post("/api/action", {"demo": asked}, **{"X-Simcord-Context": page["context"]["id"]})
    assert status == 200
    assert (state["speed"], stage.now()) == (1, before)


async def test_the_page_is_byeols_own(asking: Asking) -> None:
    status, _, page = await asking.get("/")
    assert status == 200
    assert "<title>Byeol · the demo</title>" in page
    assert page.index("/preview.css") < page.index("/demo.css"), "the demo's looks come last"
    for path, kind in (("/demo.js", "text/javascript"), ("/demo.css", "text/css"), ("/avatar.svg", "image/svg+xml")):
        assert (await asking.get(path))[:2] == (200, kind)
        assert (await asking.get(path, Host="example.org"))[0] == 403
    assert "Searching…" in (await asking.get("/commands.js"))[2], "simcord's picker is mended"
    own = [path.read_text("utf-8") for path in engine.PAGE.iterdir() if path.suffix != ".svg"]
    assert not [text for text in own if re.search(r"https?://", text)], "nothing is loaded from elsewhere"


def test_a_taken_port_is_told_and_the_next_one_used() -> None:
    out = StringIO()
    with socket.socket() as taken:
        taken.bind((engine.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port(port, Console(file=out, width=200)) <= port + 20
    assert f"Port {port} is taken" in out.getvalue()


def test_pictures_need_a_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(shots, "find_browser", lambda: None)
    with pytest.raises(StartError, match="need Chromium"):
        shots.main(tmp_path)


def test_the_process_starts_soon_and_ends_well() -> None:
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "demo", "--port", "0", "--no-tour"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        took = time.perf_counter() - before
        address = re.search(r"http://\S+", first)
        assert address, first
        asyncio.run(_hurry(address[0]))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "The demo has ended." in out
    assert "Traceback" not in err
    assert took < 10, "promised are 3 seconds; a busy machine gets more"


async def _hurry(address: str) -> None:
    base, _, key = address.partition("/#")
    async with aiohttp.ClientSession(headers={"X-Simcord-Capability": key}) as session:
        async with session.post(f"{base}/api/pages", json={}) as answer:
            context = (await answer.json())["context"]["id"]
        headers = {"X-Simcord-Context": context}
        async with session.post(f"{base}/api/action", json={"demo": {"speed": 600}}, headers=headers) as answer:
            assert (await answer.json())["speed"] == 600
