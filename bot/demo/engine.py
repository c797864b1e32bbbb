"""The simulated Discord beneath the demo and the tests: everything that touches simcord's private parts.

simcord is pinned, and `check` refuses any other version: what is private may change with each release.
"""
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

import simcord
from aiohttp import web
from simcord import ChannelHandle, MemberActor, UserHandle
from simcord.backend.errors import SetupError
from simcord.preview import Preview
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer

from bot.errors import StartError

VERSION = "3.2.1"
FILES = Path(__file__).parent / "page"
HOST = "127.0.0.1"

_POSTED = frozenset({"response", "followup", "deferred", "message"})
"""What simcord calls the outcomes of an action that stand in the channel as messages."""


def check() -> None:
    """Raise `StartError` where simcord is not the version that this was written for."""
    found = version("simcord")
    if found != VERSION:
        raise StartError(
            f"The demo needs simcord {VERSION}, found {found}. Run: python -m pip install -r requirements/demo.txt"
        )


def quicken() -> None:
    """Wait 1 ms instead of 50 for a bot that has gone quiet: whatever asks a database seems quiet meanwhile."""
    settle: Any = simcord.Env._settle_internal
    settle.__kwdefaults__["idle"] = 0.001


def set_clock(env: simcord.Env, at: datetime) -> None:
    """Make it be `at`. What sleeps does not notice, and wakes when it has slept its time."""
    clock = env.backend.clock
    clock._epoch = at - timedelta(seconds=clock.elapsed)


def name_bot(env: simcord.Env, name: str) -> None:
    """Call the bot what its operator would; to be done before it starts."""
    env.backend.bot_user.name = name


def speak(env: simcord.Env, languages: Mapping[int, str]) -> None:
    """Let users' Discord be in the languages that `languages` gives by user id; simcord says ``en-US`` for everyone."""
    emit = env.backend.emit

    def localised(event: str, payload: Mapping[str, Any]) -> None:
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            payload = {**payload, "locale": languages.get(int(user["id"]), payload["locale"])}
        emit(event, payload)

    env.backend.emit = localised


def describe(env: simcord.Env, languages: Mapping[int, str]) -> None:
    """Show each user what commands do in the language of their Discord; simcord knows one for everyone."""
    visible = env.backend.visible_commands

    def localised(*, user_id: int, channel_id: int, **options: Any) -> list[dict[str, Any]]:
        found = visible(user_id=user_id, channel_id=channel_id, **options)
        return [_described(command, languages.get(user_id, "")) for command in found]

    env.backend.visible_commands = localised


def _described(node: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A command, or a part of one, in a language. Its name stays, for the bot is called by it."""
    translated: Mapping[str, str] = node.get("description_localizations") or {}
    described = {**node, "description": translated.get(language, node.get("description", ""))}
    if node.get("options"):
        described["options"] = [_described(option, language) for option in node["options"]]
    return described


@dataclass(frozen=True, slots=True)
class View:
    """Somebody who looks at a channel; `locale` and `zone` are those of their Discord."""

    viewer: MemberActor | UserHandle
    channel: ChannelHandle
    locale: str
    zone: str

    @property
    def key(self) -> str:
        """What a page calls it."""
        return f"{self.viewer.id}:{self.channel.id}"


Asked: TypeAlias = Callable[[View, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""What answers a page that asks for something which Discord does not have, such as the clock."""


class Window(Preview):
    """simcord's preview, which shows one channel of one server, made to show any of `views`.

    A page says who looks at which channel where simcord has it say who looks; what it asks of the demo itself travels
    the same way as what it asks of Discord. So the token, the origin and the limits are checked by simcord alone.
    """

    _MAX_PAGES = 64

    def __init__(self, env: simcord.Env, views: Sequence[View], asked: Asked, *, port: int) -> None:
        home = views[0]
        super().__init__(
            env,
            home.channel,
            tuple({view.viewer.id: view.viewer for view in reversed(views)}.values()),
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale=home.locale,
            timezone=home.zone,
            presentation_time=None,
            assets=None,
            port=port,
        )
        self._server = _Server(self, port)
        self._home = home
        self._views = {view.key: view for view in views}
        self._asked = asked
        self.busy = asyncio.Lock()
        """Held by whoever moves the simulated Discord: it does one thing at a time."""

    async def open(self) -> None:
        """Serve. Raises `StartError` where the port is taken."""
        try:
            await self.__aenter__()
        except SetupError as error:
            raise StartError(f"The demo's page cannot be served: {error}") from error

    def publish(self) -> None:
        """Show on every page what has happened."""
        self._advance_presentation_time()
        for page in list(self._pages.values()):
            if page.id in self._pages:  # publishing drops pages that were left
                self._publish(page, reason="refresh")

    def _publish(self, page: _Page, **reason: Any) -> None:
        view = self._view(page)
        self.locale, self.timezone = view.locale, view.zone
        super()._publish(page, **reason)

    def _view(self, page: _Page) -> View:
        return self._views[f"{page.viewer.id}:{page.channel_id}"]

    def _viewer(self, viewer_id: Any) -> Any:
        if not isinstance(viewer_id, str) or viewer_id not in self._views:
            raise SetupError("unknown view")
        return self._views[viewer_id].viewer

    def _open_page(self, viewer_id: Any = None, target_id: Any = None) -> _Page:
        self.channel = self._home.channel
        return super()._open_page(self._home.key, target_id)

    def _initial_target(self, viewer: Any, channel_id: int) -> int | None:
        # A channel is shown from its end.
        messages = self.env.backend.messages.get(channel_id, {})
        return max((id_ for id_, message in messages.items() if message.visible_to(viewer.id)), default=None)

    async def _action(self, context_id: str | None, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            return await super()._action(context_id, body)
        body = cast("dict[str, Any]", body)
        asked = body.get("demo")
        if isinstance(asked, Mapping):
            return dict(await self._asked(self._view(self._get_page(context_id)), cast("Mapping[str, Any]", asked)))
        async with self.busy:
            return await self._acted(self._get_page(context_id), body)

    async def _acted(self, page: _Page, body: Mapping[str, Any]) -> dict[str, Any]:
        before, chosen = self._view(page), None
        if "published_revision" in body:
            # Something that was posted a moment ago does not make a click on something else stale.
            body = {**body, "published_revision": page.revision}
        if body.get("kind") == "viewer":
            chosen = self._views.get(str(body.get("viewer_id")))
        # simcord reads both before it waits for anything, and refuses without waiting.
        self.channel = before.channel
        page.channel_id = (chosen or before).channel.id
        result = await super()._action(page.id, body)
        if result["rejected"]:
            page.channel_id = before.channel.id
        posted = [outcome["messageId"] for outcome in result["outcomes"] if outcome["kind"] in _POSTED]
        if posted:
            # Whoever did something sees what came of it, wherever the channel was scrolled to.
            page.target_id, page.window_end_id = int(posted[-1]), None
            self._publish(page, reason="action")
        return result


class _Server(PreviewServer):
    """simcord's server with the demo's own page: its top, its side, its name."""

    _OWN: ClassVar[Mapping[str, str]] = {
        "/demo.css": "text/css",
        "/demo.js": "text/javascript",
        "/demo.svg": "image/svg+xml",
    }
    _STATIC_FILES: ClassVar[dict[str, str]] = {**PreviewServer._STATIC_FILES, **{path: path for path in _OWN}}

    async def _static(self, request: Any) -> Any:
        if request.path not in self._OWN:
            return await super()._static(request)
        if request.headers.get("Host", "") not in self._allowed_hosts():
            raise web.HTTPForbidden
        text = (FILES / request.path.removeprefix("/")).read_text("utf-8")
        return web.Response(text=text, content_type=self._OWN[request.path], headers=self._SECURITY_HEADERS)

    async def _index(self, request: Any) -> Any:
        answer = await super()._index(request)
        text: str = answer.text
        for old, new in (
            ("<title>SimCord Preview</title>", "<title>Byeol · the demo</title>"),
            ("</head>", (FILES / "head.html").read_text("utf-8") + "</head>"),
            ("<body>", "<body>\n" + (FILES / "top.html").read_text("utf-8")),
            ("</body>", '<script type="module" src="/demo.js"></script>\n</body>'),
            ('aria-label="SimCord preview"', "hidden"),
            ('aria-label="Preview viewport"', 'aria-label="The channel"'),
        ):
            assert text.count(old) == 1, f"simcord's page has no {old}"
            text = text.replace(old, new)
        return web.Response(text=text, content_type="text/html", headers=self._SECURITY_HEADERS)
