"""The loopback's REST API: each request is logged, limited, perhaps hit by a fault, and answered as Discord would."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from aiohttp import BodyPartReader, web

from . import forums, payloads
from .gateway import Gateway
from .interactions import Interactions
from .payloads import ChannelKind, Payload, Permission, Upload
from .places import Channel, Guild
from .traffic import NO_HEADERS, Answer, Drop, Fault, Limits, Request, Stall
from .world import ApiError, World, forbidden

PREFIX = "/api/v10"

Ids = Mapping[str, str]
"""The variable parts of a path, by their names in the route."""

Handler = Callable[[Request, Ids], Payload | list[Payload] | None]
"""What a route does: it returns the answer's JSON, None for 204, or raises an `ApiError`."""


class Cut(Exception):
    """The connection ends here, without an answer."""


class Rest:
    """The API under /api/v10."""

    def __init__(
        self, world: World, interactions: Interactions, gateway: Gateway, token: str, *, shards: int = 1
    ) -> None:
        self.log: list[Request] = []
        self.faults: list[Fault] = []
        self.limits = Limits()
        self.latency = 0.0
        self.jitter = 0.0
        self.portal: Payload = {}  # what the application's owner set in the developer portal
        self.starts = 999  # sessions that the gateway still grants today
        self.under_way = 0
        """How many requests are being answered, those of the dead as well."""
        self._world = world
        self._interactions = interactions
        self._sessions = gateway
        self._telling: set[asyncio.Task[None]] = set()
        self._token = token
        self.concurrency = 1
        """How many shards may identify at once."""
        self._shards = shards
        self._host = ""
        self._routes = [(method, self._pattern(path), handler) for method, path, handler in self._table()]

    def _table(self) -> list[tuple[str, str, Handler]]:
        answers = self._interactions
        message = "/channels/{channel}/messages/{message}"
        events = "/guilds/{guild}/scheduled-events"
        roles = "/guilds/{guild}/roles"
        having = "/guilds/{guild}/members/{user}/roles/{role}"
        webhook = "/webhooks/{application}/{token}"
        return [
            ("GET", "/users/@me", lambda _, __: self._world.bot),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/applications/{application}/commands", self._commands),
            ("PUT", "/applications/{application}/commands", self._sync),
            ("GET", "/applications/{application}/guilds/{guild}/commands", self._commands),
            ("PUT", "/applications/{application}/guilds/{guild}/commands", self._sync),
            ("POST", "/users/@me/channels", self._open_direct),
            ("GET", "/users/@me/guilds", self._guilds),
            ("GET", "/users/{user}", lambda _, ids: payloads.user(int(ids["user"]), f"user-{ids['user'][-4:]}")),
            ("GET", "/guilds/{guild}", lambda _, ids: self._world.guild(int(ids["guild"])).payload(self._world.bot)),
            ("GET", "/guilds/{guild}/channels", self._guild_channels),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", roles, lambda _, ids: self._world.guild(int(ids["guild"])).role_payloads(self._world.bot)),
            ("GET", f"{roles}/member-counts", self._count_members),
            ("POST", roles, self._make_role),
            ("PATCH", f"{roles}/{{role}}", self._edit_role),
            ("DELETE", f"{roles}/{{role}}", self._delete_role),
            ("PUT", having, self._give_role),
            ("DELETE", having, self._take_role),
            ("GET", "/guilds/{guild}/threads/active", self._active_threads),
            ("GET", "/channels/{channel}", self._get_channel),
            ("PATCH", "/channels/{channel}", self._edit_thread),
            ("POST", "/channels/{channel}/threads", self._post_in_forum),
            ("GET", "/channels/{channel}/threads/archived/public", self._archived_threads),
            ("POST", "/channels/{channel}/typing", self._typing),
            ("GET", "/channels/{channel}/messages", self._history),
            ("POST", "/channels/{channel}/messages", self._post),
            ("GET", message, self._get_message),
            ("PATCH", message, self._edit),
            ("DELETE", message, self._delete),
            ("POST", f"{message}/crosspost", self._crosspost),
            ("POST", f"{message}/threads", self._thread),
            ("GET", events, lambda _, ids: list(self._world.guild(int(ids["guild"])).events.values())),
            ("POST", events, self._create_event),
            ("GET", f"{events}/{{event}}", self._get_event),
            ("PATCH", f"{events}/{{event}}", self._edit_event),
            ("DELETE", f"{events}/{{event}}", self._delete_event),
            ("POST", "/interactions/{interaction}/{token}/callback", answers.callback),
            ("POST", webhook, answers.follow_up),
            ("GET", f"{webhook}/messages/{{message}}", answers.get_message),
            ("PATCH", f"{webhook}/messages/{{message}}", answers.edit_message),
            ("DELETE", f"{webhook}/messages/{{message}}", answers.delete_message),
        ]

    @staticmethod
    def _pattern(path: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    # On the way

    async def serve(self, http: web.Request) -> web.Response:
        """Answer one HTTP request, or cut its connection."""
        body, files = await self._body(http)
        path = http.path.removeprefix(PREFIX)
        request = Request(http.method, path, dict(http.query), body, files, time.monotonic())
        self.log.append(request)
        self._host = http.host
        self.under_way += 1
        try:
            answer = await self._pass(request, http.headers.get("Authorization"))
        except Cut:
            if http.transport is not None:
                http.transport.close()
            return web.Response()
        finally:
            self.under_way -= 1
        request.status = answer.status
        if answer.status == 204:
            return web.Response(status=204, headers=answer.headers)
        # discord.py parses a body only if its type is exactly this, without a charset.
        return web.Response(
            body=json.dumps(answer.json).encode(),
            status=answer.status,
            headers={**answer.headers, "Content-Type": "application/json"},
        )

    async def _pass(self, request: Request, authorization: str | None) -> Answer:
        by_token = request.path.startswith(("/interactions/", "/webhooks/"))
        if not by_token and authorization != f"Bot {self._token}":
            return Answer(401, {"message": "401: Unauthorized", "code": 0})
        trip = self.latency + random.uniform(0, self.jitter)
        await asyncio.sleep(trip / 2)
        refusal = self.limits.refuse(request)
        if refusal is not None:
            return Answer(refusal.status, refusal.json, {**refusal.headers, **self.limits.headers(request)})
        answer = await self._fault(request, "before") or self._answer(request)
        answer = await self._fault(request, "after") or answer
        await asyncio.sleep(trip / 2)
        return answer

    async def _fault(self, request: Request, when: Any) -> Answer | None:
        """Meet the first rule that strikes; None goes on as if there were none."""
        fault = next((fault for fault in self.faults if fault.strikes(request, when)), None)
        match fault and fault.action:
            case None:
                return None
            case Answer() as answer:
                return answer
            case Stall(seconds):
                await asyncio.sleep(seconds)
                return None
            case Drop():
                raise Cut
            case act:
                act()
                raise Cut

    def _answer(self, request: Request) -> Answer:
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(request.path)
            if found is None or method != request.method:
                continue
            headers = self.limits.headers(request)
            try:
                result = handler(request, found.groupdict())
            except ApiError as error:
                return Answer(error.status, {"message": error.message, "code": error.code}, headers)
            return Answer(204, {}, headers) if result is None else Answer(200, cast("Any", result), headers)
        return Answer(404, {"message": "404: Not Found", "code": 0}, NO_HEADERS)

    @staticmethod
    async def _body(http: web.Request) -> tuple[Any, list[Upload]]:
        if not http.content_type.startswith("multipart/"):
            text = await http.text()
            return (json.loads(text) if text else {}), []
        body: Any = {}
        files: list[Upload] = []
        async for part in await http.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "payload_json":
                body = json.loads(await part.text())
            else:
                files.append(Upload(part.filename or "file", bytes(await part.read())))
        return body, files

    # The bot itself

    def _application(self, _: Request, __: Ids) -> Payload:
        return {
            "id": str(self._world.application_id),
            "name": self._world.bot["username"],
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "owner": payloads.user(1, "owner"),
            "team": None,
            **self.portal,
        }

    def _gateway(self, _: Request, __: Ids) -> Payload:
        starts = {"total": 1000, "remaining": self.starts, "reset_after": 3_600_000}
        starts["max_concurrency"] = self.concurrency
        return {"url": f"ws://{self._host}/gateway", "shards": self._shards, "session_start_limit": starts}

    def _commands(self, _: Request, ids: Ids) -> list[Payload]:
        return self._world.commands.get(int(ids["guild"]) if "guild" in ids else None, [])

    def _sync(self, request: Request, ids: Ids) -> list[Payload]:
        return self._world.sync(int(ids["guild"]) if "guild" in ids else None, request.json)

    # Servers

    def _guilds(self, request: Request, _: Ids) -> list[Payload]:
        after = int(request.query.get("after", 0))
        found = sorted((guild for guild in self._world.guilds.values() if guild.id > after), key=lambda guild: guild.id)
        keys = ("id", "name", "features")
        everything = [guild.payload(self._world.bot) for guild in found[: int(request.query.get("limit", 200))]]
        return [{**{key: one[key] for key in keys}, "icon": None, "owner": False} for one in everything]

    def _guild_channels(self, _: Request, ids: Ids) -> list[Payload]:
        return self._world.guild(int(ids["guild"])).payload(self._world.bot)["channels"]

    def _member(self, _: Request, ids: Ids) -> Payload:
        guild = self._world.guild(int(ids["guild"]))
        if ids["user"] != self._world.bot["id"]:
            raise ApiError(404, 10007, "Unknown Member")
        return payloads.member(self._world.bot, roles=[guild.bot_role])

    # Roles

    def _tell(self, guild: Guild, name: str, data: Payload) -> None:
        """Tell the bot of something by the gateway, as soon as the request that did it is answered."""
        told = asyncio.create_task(
            self._sessions.dispatch(name, {"guild_id": str(guild.id), **data}, guild_id=guild.id)
        )
        self._telling.add(told)
        told.add_done_callback(self._telling.discard)

    def _count_members(self, _: Request, ids: Ids) -> Payload:
        guild = self._world.guild(int(ids["guild"]))
        if Permission.MANAGE_ROLES not in guild.bot_permissions:
            raise forbidden(50013)
        return {str(role.id): len(role.members) for role in guild.roles.values()}

    def _make_role(self, request: Request, ids: Ids) -> Payload:
        guild = self._world.guild(int(ids["guild"]))
        payload = self._world.make_role(guild, request.json).payload(len(guild.roles))
        self._tell(guild, "GUILD_ROLE_CREATE", {"role": payload})
        return payload

    def _edit_role(self, request: Request, ids: Ids) -> Payload:
        guild = self._world.guild(int(ids["guild"]))
        role = self._world.role(guild, int(ids["role"]))
        role.name = request.json.get("name", role.name)
        role.mentionable = request.json.get("mentionable", role.mentionable)
        payload = role.payload([*guild.roles].index(role.id) + 1)
        self._tell(guild, "GUILD_ROLE_UPDATE", {"role": payload})
        return payload

    def _delete_role(self, _: Request, ids: Ids) -> None:
        guild = self._world.guild(int(ids["guild"]))
        del guild.roles[self._world.role(guild, int(ids["role"])).id]
        self._tell(guild, "GUILD_ROLE_DELETE", {"role_id": ids["role"]})

    def _give_role(self, _: Request, ids: Ids) -> None:
        guild, user = self._world.guild(int(ids["guild"])), int(ids["user"])
        role = self._world.role(guild, int(ids["role"]))
        if user in guild.left:
            raise ApiError(404, 10007, "Unknown Member")
        role.members.add(user)

    def _take_role(self, _: Request, ids: Ids) -> None:
        guild = self._world.guild(int(ids["guild"]))
        self._world.role(guild, int(ids["role"])).members.discard(int(ids["user"]))

    # Channels and messages

    def _channel(self, ids: Ids, *needed: Permission) -> Channel:
        channel = self._world.channel(int(ids["channel"]))
        for permission in (Permission.VIEW_CHANNEL, *needed):
            self._world.allow(channel, permission)
        return channel

    def _open_direct(self, request: Request, _: Ids) -> Payload:
        person = int(request.json["recipient_id"])
        channel = self._world.direct(person)
        return {**channel.payload(self._world.bot), "recipients": [payloads.user(person, f"user-{person % 10_000}")]}

    def _get_channel(self, _: Request, ids: Ids) -> Payload:
        return self._channel(ids).payload(self._world.bot)

    def _typing(self, _: Request, ids: Ids) -> None:
        self._channel(ids, Permission.SEND_MESSAGES)

    def _history(self, request: Request, ids: Ids) -> list[Payload]:
        return self._world.history(self._channel(ids), request.query)

    def _post(self, request: Request, ids: Ids) -> Payload:
        files = (Permission.ATTACH_FILES,) if request.files else ()
        channel = self._channel(ids, Permission.SEND_MESSAGES, *files)
        if channel.kind is ChannelKind.FORUM:
            raise ApiError(400, 40058, "Cannot send a message in a forum channel")
        return self._world.post(channel, request.json, request.files)

    def _get_message(self, _: Request, ids: Ids) -> Payload:
        return self._world.message(self._channel(ids, Permission.READ_MESSAGE_HISTORY), int(ids["message"]))

    def _edit(self, request: Request, ids: Ids) -> Payload:
        channel = self._channel(ids)
        message = self._world.message(channel, int(ids["message"]))
        forums.writable(channel)
        return self._world.edit(message, request.json, request.files)

    def _delete(self, _: Request, ids: Ids) -> None:
        channel = self._channel(ids)
        del channel.messages[int(self._world.message(channel, int(ids["message"]))["id"])]

    def _crosspost(self, _: Request, ids: Ids) -> Payload:
        channel = self._channel(ids, Permission.SEND_MESSAGES)
        return self._world.crosspost(channel, self._world.message(channel, int(ids["message"])))

    def _thread(self, request: Request, ids: Ids) -> Payload:
        channel = self._channel(ids, Permission.SEND_MESSAGES)
        return self._world.thread(channel, self._world.message(channel, int(ids["message"])), request.json["name"])

    # Forums

    def _post_in_forum(self, request: Request, ids: Ids) -> Payload:
        return forums.post(self._world, self._channel(ids, Permission.SEND_MESSAGES), request.json)

    def _active_threads(self, _: Request, ids: Ids) -> Payload:
        return forums.active(self._world, self._world.guild(int(ids["guild"])))

    def _archived_threads(self, request: Request, ids: Ids) -> Payload:
        channel = self._channel(ids, Permission.READ_MESSAGE_HISTORY)
        return forums.archived(self._world, channel, request.query)

    def _edit_thread(self, request: Request, ids: Ids) -> Payload:
        return forums.edit(self._world, self._channel(ids), request.json)

    # Scheduled events

    def _event(self, ids: Ids) -> Payload:
        guild = self._world.guild(int(ids["guild"]))
        if int(ids["event"]) not in guild.events:
            raise ApiError(404, 10070, "Unknown Guild Scheduled Event")
        return guild.events[int(ids["event"])]

    def _get_event(self, _: Request, ids: Ids) -> Payload:
        return self._event(ids)

    def _create_event(self, request: Request, ids: Ids) -> Payload:
        return self._world.write_event(self._world.guild(int(ids["guild"])), None, request.json)

    def _edit_event(self, request: Request, ids: Ids) -> Payload:
        return self._world.write_event(self._world.guild(int(ids["guild"])), self._event(ids), request.json)

    def _delete_event(self, _: Request, ids: Ids) -> None:
        del self._world.guild(int(ids["guild"])).events[int(self._event(ids)["id"])]
