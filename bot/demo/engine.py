"""The simulated Discord beneath the demo and the tests: everything that touches simcord's private parts.

simcord is pinned, and `bot.demo.check` refuses any other version: private parts may change with each release.
"""
# pyright: reportPrivateUsage=false

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

import simcord
from aiohttp import web
from simcord import ChannelHandle, MemberActor, UserHandle
from simcord.backend.errors import SetupError
from simcord.enums import MessageType
from simcord.http.router import RequestContext, route
from simcord.preview import Preview
from simcord.preview._markdown import _FIELD_POLICIES
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer

from bot.errors import StartError

PAGE = Path(__file__).parent / "page"
AVATAR = Path(__file__).parent.parent / "brand" / "avatar.svg"
HOST = "127.0.0.1"

_POSTED = frozenset({"response", "followup", "deferred", "message"})
"""simcord's names for the outcomes of an action that appear in the channel as messages."""


@route("GET", "/guilds/{guild_id}/roles/member-counts")
def _member_counts(request: RequestContext) -> dict[str, int]:
    """How many members have each role, which simcord does not count."""
    guild = request.backend.get_guild(request.int_arg("guild_id"))
    request.require_guild_permissions(guild.id, "manage_roles")
    having = [role_id for member in guild.members.values() for role_id in member.role_ids]
    return {str(role_id): having.count(role_id) for role_id in guild.roles if role_id != guild.id}


def shorten_idle_wait() -> None:
    """Wait 1 ms instead of 50 for an idle bot: a bot that waits for a database looks idle."""
    settle: Any = simcord.Env._settle_internal
    settle.__kwdefaults__["idle"] = 0.001


def set_clock(env: simcord.Env, at: datetime) -> None:
    """Set the clock to `at`. Sleeping tasks do not notice, and wake when their time has passed."""
    clock = env.backend.clock
    clock._epoch = at - timedelta(seconds=clock.elapsed)


def name_bot(env: simcord.Env, name: str) -> None:
    """Give the bot the name its operator would. Call this before it starts."""
    env.backend.bot_user.name = name


def open_threads_quietly(env: simcord.Env) -> None:
    """Post no message about a thread under a message: simcord does, but Discord only updates the message itself
    (https://discord.com/developers/docs/resources/channel#start-thread-from-message).
    """
    create: Any = env.backend.create_system_message

    def created(channel_id: int, message_type: MessageType, author_id: int, **about: Any) -> Any:
        if message_type is MessageType.THREAD_CREATED and about.get("referenced_message_id") is not None:
            return None
        return create(channel_id, message_type, author_id, **about)

    env.backend.create_system_message = created


def speak(env: simcord.Env, languages: Mapping[int, str]) -> None:
    """Set users' Discord languages, by user id, from `languages`; simcord says ``en-US`` for everyone."""

    def localised(payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**payload, "locale": languages.get(_user(payload), payload["locale"])}

    _rewrite_interactions(env, localised)


def translate_commands(env: simcord.Env, languages: Mapping[int, str]) -> None:
    """Show each user the commands in their Discord language, and send them to the bot under their untranslated names.

    simcord shows everyone the untranslated names and descriptions.
    """
    visible = env.backend.visible_commands

    def localised(*, user_id: int, channel_id: int, **options: Any) -> list[dict[str, Any]]:
        found = visible(user_id=user_id, channel_id=channel_id, **options)
        return [_translated(command, languages.get(user_id, "")) for command in found]

    def called(payload: Mapping[str, Any]) -> Mapping[str, Any]:
        known = {command["id"]: command for scope in env.backend.commands.values() for command in scope.values()}
        data = payload["data"]
        if (command := known.get(data.get("id"))) is None:
            return payload
        env.backend.interactions[int(payload["id"])].command_name = command["name"]  # shown above the answer
        return {**payload, "data": _called(data, command, languages.get(_user(payload), ""))}

    env.backend.visible_commands = localised
    _rewrite_interactions(env, called)


def _rewrite_interactions(env: simcord.Env, rewrite: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Rewrite interactions on their way to the bot."""
    emit = env.backend.emit

    def rewritten(event: str, payload: Mapping[str, Any]) -> None:
        emit(event, rewrite(payload) if event == "INTERACTION_CREATE" else payload)

    env.backend.emit = rewritten


def _user(interaction: Mapping[str, Any]) -> int:
    user = interaction.get("user") or interaction["member"]["user"]
    return int(user["id"])


def _in(node: Mapping[str, Any], field: str, language: str) -> str:
    translated: Mapping[str, str] = node.get(f"{field}_localizations") or {}
    own: str = node.get(field, "")
    return translated.get(language, own)


def _translated(node: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A command, or an option or choice of one, in a language."""
    translated = {**node, "name": _in(node, "name", language)}
    if "description" in node:
        translated["description"] = _in(node, "description", language)
    for parts in ("options", "choices"):
        if node.get(parts):
            translated[parts] = [_translated(part, language) for part in node[parts]]
    return translated


def _called(used: Mapping[str, Any], node: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A command as it was used, or a part of it, with the untranslated names."""
    parts: list[Mapping[str, Any]] = node.get("options") or []
    named = {part["name"]: part for part in parts} | {_in(part, "name", language): part for part in parts}
    called = {**used, "name": node["name"]}
    if "options" in used:
        called["options"] = [_called(option, named[option["name"]], language) for option in used["options"]]
    return called


@dataclass(frozen=True, slots=True)
class View:
    """A user looking at a channel; `locale` and `zone` are those of their Discord."""

    viewer: MemberActor | UserHandle
    channel: ChannelHandle
    locale: str
    zone: str

    @property
    def key(self) -> str:
        """The page's id for it."""
        return f"{self.viewer.id}:{self.channel.id}"


Asked: TypeAlias = Callable[[View, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Answers a page's requests for what Discord does not have, such as the clock."""


class Window(Preview):
    """simcord's preview, which shows one channel of one server, extended to show any of `views`.

    A page says which user looks at which channel in the place where simcord passes its viewer; its requests to the demo
    itself travel the same way as those to Discord. So simcord alone checks the token, the origin and the limits.
    """

    _MAX_PAGES = 64

    def __init__(self, env: simcord.Env, views: Sequence[View], asked: Asked, *, port: int) -> None:
        _FIELD_POLICIES["embed_description"]["subtext"] = True  # Discord draws small lines in embeds, too.
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
        """Held while the simulated Discord moves: it does one thing at a time."""

    async def open(self) -> None:
        """Start serving. Raises `StartError` if the port is taken."""
        try:
            await self.__aenter__()
        except SetupError as error:
            raise StartError(f"The demo's page cannot be served: {error}") from error

    def publish(self) -> None:
        """Show on every page what has happened."""
        self._advance_presentation_time()
        for page in list(self._pages.values()):
            if page.id in self._pages:  # publishing drops pages that were closed
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
        # Show a channel from its end.
        messages = self.env.backend.messages.get(channel_id, {})
        return max((id_ for id_, message in messages.items() if message.visible_to(viewer.id)), default=None)

    def _finish_action(
        self, page: _Page, action: Any, settlement: str, cursor: int, error: Any = None, **found: Any
    ) -> dict[str, Any]:
        # simcord fails an action on any error, even one the bot answered; the page then keeps what was typed.
        answered = settlement == "settled" and getattr(found.get("interaction"), "responded", False)
        since = self.env.error_cursor if answered else cursor
        return super()._finish_action(page, action, settlement, since, error, **found)

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
            # A message posted a moment ago does not make a click on something else stale.
            body = {**body, "published_revision": page.revision}
        if body.get("kind") == "viewer":
            chosen = self._views.get(str(body.get("viewer_id")))
        # simcord reads both before its first await, and refuses without awaiting.
        self.channel = before.channel
        page.channel_id = (chosen or before).channel.id
        result = await super()._action(page.id, body)
        if result["rejected"]:
            page.channel_id = before.channel.id
        posted = [outcome["messageId"] for outcome in result["outcomes"] if outcome["kind"] in _POSTED]
        if posted:
            # Users see the result of their action, wherever they had scrolled to.
            page.target_id, page.window_end_id = int(posted[-1]), None
            self._publish(page, reason="action")
        return result


_OWN: Mapping[str, tuple[Path, str]] = {
    "/demo.css": (PAGE / "demo.css", "text/css"),
    "/demo.js": (PAGE / "demo.js", "text/javascript"),
    "/avatar.svg": (AVATAR, "image/svg+xml"),
}
"""The files of the demo's page that are not simcord's, and their types."""

_MENDED: Mapping[str, Sequence[tuple[str, str]]] = {
    "/commands.js": (
        # An option that has just been chosen has suggestions too, as on Discord.
        (
            'const current = String(field.value || "");\n',
            'const current = String(field.value || "");\n            queryAutocomplete(option, current);\n',
        ),
        # A query without an answer yet is not an answer without matches.
        (
            ': "No options match"',
            ': autocomplete.state === "loading" ? "Searching…" : "No options match"',
        ),
        (
            'node("div", "command-popup-heading", heading)',
            'node("div", "command-popup-heading", heading.replace(/ MATCHING $/, ""))',
        ),
    ),
}
"""Patches to simcord's own files, by their addresses: old text, which occurs once, and new text."""


class _Server(PreviewServer):
    """simcord's server with the demo's own page: its top, its side, its name."""

    _STATIC_FILES: ClassVar[dict[str, str]] = {**PreviewServer._STATIC_FILES, **{path: path for path in _OWN}}

    async def _static(self, request: Any) -> Any:
        if request.path not in _OWN:
            answer = await super()._static(request)
            if mends := _MENDED.get(request.path):
                answer.text = _mended(answer.text, mends)
            return answer
        if request.headers.get("Host", "") not in self._allowed_hosts():
            raise web.HTTPForbidden
        path, kind = _OWN[request.path]
        return web.Response(text=path.read_text("utf-8"), content_type=kind, headers=self._SECURITY_HEADERS)

    async def _index(self, request: Any) -> Any:
        answer = await super()._index(request)
        answer.text = _mended(
            answer.text,
            (
                ("<title>SimCord Preview</title>", "<title>Byeol · the demo</title>"),
                ("</head>", (PAGE / "head.html").read_text("utf-8") + "</head>"),
                ("<body>", "<body>\n" + (PAGE / "top.html").read_text("utf-8")),
                ("</body>", '<script type="module" src="/demo.js"></script>\n</body>'),
                ('aria-label="SimCord preview"', "hidden"),
                ('aria-label="Preview viewport"', 'aria-label="The channel"'),
            ),
        )
        return answer


def _mended(text: str, mends: Sequence[tuple[str, str]]) -> str:
    for old, new in mends:
        assert text.count(old) == 1, f"simcord's page has no {old}"
        text = text.replace(old, new)
    return text
