"""People who use the bot: slash commands, autocomplete, buttons, menus and forms, and the bot's answers to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypedDict, Unpack, cast

from . import payloads
from .gateway import Gateway
from .offer import ComponentType, Offer, Value
from .payloads import MEMBER_PERMISSIONS, MessageFlag, Payload, entries
from .places import Channel
from .traffic import Request
from .world import ApiError, World

ANSWER_WITHIN = 3.0
"""Seconds after which Discord tells the user that the application did not respond, and refuses an answer (10062)."""

FILLING_IN = 0.2
"""Seconds that a person takes at the very least to fill in a form. A client knows a form it opened only once it has
the answer to its own request, so a form that were sent back sooner would be unknown to it."""


class Kind(IntEnum):
    """Interaction types."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    """How an interaction can be answered."""

    MESSAGE = 4
    DEFERRED = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    FORM = 9


class Acting(TypedDict, total=False):
    """Who acts, and how long they wait; all of it may be left out.

    `permissions` are the member's in the channel. Discord would hide a command from a member who lacks its
    `default_member_permissions`; the loopback does not, since a server's admins can overrule them.
    """

    user_id: int
    locale: str
    permissions: int
    timeout: float


@dataclass(eq=False, slots=True)
class Reply:
    """What the bot made of one interaction; later edits and follow-ups arrive in the same object.

    `latency` is from the event's sending to the callback's arrival, in seconds. `message` is what the user
    sees: the message posted (also when only they see it), or the one that a component's answer changed.
    `edits` are the bodies sent to change it, `followups` the messages that came after it.
    """

    id: int
    token: str
    kind: Kind
    channel: Channel
    sent: float
    deadline: float
    source: Payload | None
    callback_type: Callback | None = None
    data: Payload = field(default_factory=dict[str, object])
    latency: float = 0.0
    message: Payload | None = None
    edits: list[Payload] = field(default_factory=list[Payload])
    followups: list[Payload] = field(default_factory=list[Payload])
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def choices(self) -> list[Payload]:
        """What autocomplete offers."""
        return entries(self.data, "choices")

    @property
    def ephemeral(self) -> bool:
        """Whether only the user sees the answer."""
        return self.message is not None and bool(self.message["flags"] & MessageFlag.EPHEMERAL)

    @property
    def text(self) -> str:
        """Everything there is to read in the answer."""
        return payloads.text_of(self.message) if self.message else ""

    async def settled(self, within: float = 10.0) -> Reply:
        """Wait until a deferred answer was filled in; any other answer is settled at once."""
        if self.callback_type in (Callback.DEFERRED, Callback.DEFERRED_UPDATE):
            await asyncio.wait_for(self.changed.wait(), within)
        return self


class Interactions:
    """Discord's part in an interaction: it offers what the bot synced, tells the bot, and holds it to the rules."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self._offer = Offer(world)
        self._replies: dict[str, Reply] = {}

    # What a user does

    async def command(
        self, name: str, options: Mapping[str, Value], channel: Channel, **acting: Unpack[Acting]
    ) -> Reply:
        """Use a slash command; `name` includes its groups ("announcements setup")."""
        return await self._act(
            Kind.COMMAND, self._offer.invocation(name, options, channel, None), channel, None, acting
        )

    async def autocomplete(
        self,
        name: str,
        focused: str,
        typed: str,
        others: Mapping[str, Value],
        channel: Channel,
        **acting: Unpack[Acting],
    ) -> Reply:
        """Type into the option `focused`; `others` are the options that were filled in before."""
        data = self._offer.invocation(name, {**others, focused: typed}, channel, focused)
        return await self._act(Kind.AUTOCOMPLETE, data, channel, None, acting)

    async def press(self, message: Payload, custom_id: str, channel: Channel, **acting: Unpack[Acting]) -> Reply:
        """Press a button of a message."""
        component = self._offer.component(message, custom_id)
        if component["type"] != ComponentType.BUTTON:
            raise LookupError(f"{custom_id} is not a button")
        data = {"custom_id": custom_id, "component_type": component["type"], "id": component["id"]}
        return await self._act(Kind.COMPONENT, data, channel, message, acting)

    async def choose(
        self, message: Payload, custom_id: str, values: Sequence[str | int], channel: Channel, **acting: Unpack[Acting]
    ) -> Reply:
        """Pick from a menu: option values, or the ids of users, roles or channels."""
        component = self._offer.component(message, custom_id)
        data = {
            "id": component["id"],
            "component_type": component["type"],
            **self._offer.picked(component, values, channel),
        }
        return await self._act(Kind.COMPONENT, data, channel, message, acting)

    async def submit(
        self, form: Reply, values: Mapping[str, str | Sequence[str | int]], **acting: Unpack[Acting]
    ) -> Reply:
        """Fill in the form that a reply opened: text by the field's custom id, or a list for a menu."""
        if form.callback_type is not Callback.FORM:
            raise LookupError("the bot opened no form")
        fields: list[Payload] = []
        resolved: Payload = {}
        for component in payloads.components_in(form.data["components"]):
            custom_id = component.get("custom_id")
            if custom_id is None:
                continue
            value = values.get(custom_id, "" if component["type"] == 4 else [])
            if isinstance(value, str):
                filled: Payload = {"custom_id": custom_id, "value": value}
            else:
                filled = self._offer.picked(component, value, form.channel)
                resolved.update(filled.pop("resolved", {}))
            fields.append({"type": 18, "component": {"type": component["type"], **filled}})
        unknown = set(values) - {entry["component"]["custom_id"] for entry in fields}
        if unknown:
            raise LookupError(f"the form has no {', '.join(sorted(unknown))}")
        data = {"custom_id": form.data["custom_id"], "components": fields, "resolved": resolved}
        await asyncio.sleep(FILLING_IN)
        return await self._act(Kind.MODAL, data, form.channel, form.source, acting)

    async def _act(self, kind: Kind, data: Payload, channel: Channel, message: Payload | None, acting: Acting) -> Reply:
        if not self._gateway.sessions:
            raise RuntimeError("no bot is connected")
        now = time.monotonic()
        wait = acting.get("timeout", ANSWER_WITHIN)
        number = self._world.new_id()
        reply = Reply(number, f"token-{number}", kind, channel, now, now + wait, message)
        self._replies[reply.token] = reply
        guild = channel.guild
        await self._gateway.dispatch(
            "INTERACTION_CREATE", self._event(reply, data, acting), guild_id=guild.id if guild else None
        )
        await asyncio.wait_for(reply.answered.wait(), wait)
        return reply

    def _event(self, reply: Reply, data: Payload, acting: Acting) -> Payload:
        channel = reply.channel
        person = self._offer.person(acting.get("user_id", 1))
        permissions = int(acting.get("permissions", MEMBER_PERMISSIONS))
        event: Payload = {
            "id": str(reply.id),
            "application_id": str(self._world.application_id),
            "type": reply.kind,
            "token": reply.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": self._offer.resolved_channel(channel, permissions),
            "locale": acting.get("locale", "en-US"),
            "app_permissions": str(int(channel.bot_permissions)),
            "entitlements": [],
            "attachment_size_limit": 10 * 2**20,
            **({"message": reply.source} if reply.source is not None else {}),
        }
        if channel.guild is None:
            return {**event, "user": person, "context": 1, "authorizing_integration_owners": {"0": "0"}}
        guild = channel.guild
        return {
            **event,
            "context": 0,
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": payloads.member(person, roles=guild.roles_of(int(person["id"])), permissions=permissions),
            "authorizing_integration_owners": {"0": str(guild.id)},
        }

    # How the bot answers

    def callback(self, request: Request, ids: Mapping[str, str]) -> Payload | None:
        """The one answer: unknown after its time (10062), refused when there was one already (40060)."""
        reply = self._replies.get(ids["token"])
        if reply is None or str(reply.id) != ids["interaction"] or time.monotonic() > reply.deadline:
            raise ApiError(404, 10062, "Unknown interaction")
        if reply.answered.is_set():
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        kind = Callback(request.json["type"])
        data: Payload = request.json.get("data") or {}
        match kind:
            case Callback.MESSAGE:
                reply.message = self._say(reply.channel, data, request)
            case Callback.DEFERRED:
                loading = int(MessageFlag.LOADING) | (data.get("flags") or 0)
                reply.message = self._say(reply.channel, {"flags": loading}, request)
            case Callback.UPDATE if reply.source is not None:
                reply.message = self._world.edit(reply.source, data, request.files)
            case Callback.DEFERRED_UPDATE:
                reply.message = reply.source
            case _:
                pass
        reply.callback_type, reply.data, reply.latency = kind, data, time.monotonic() - reply.sent
        reply.answered.set()
        return self._acknowledged(reply) if request.query.get("with_response") else None

    @staticmethod
    def _acknowledged(reply: Reply) -> Payload:
        interaction: Payload = {"id": str(reply.id), "type": reply.kind}
        resource: Payload = {"type": reply.callback_type}
        if reply.message is not None:
            interaction["response_message_id"] = reply.message["id"]
            interaction["response_message_loading"] = reply.callback_type is Callback.DEFERRED
            interaction["response_message_ephemeral"] = reply.ephemeral
            resource["message"] = reply.message
        return {"interaction": interaction, "resource": resource}

    def follow_up(self, request: Request, ids: Mapping[str, str]) -> Payload:
        """One more message; the first after a deferred answer takes that answer's place."""
        reply = self._reply(ids)
        if reply.message is not None and reply.message["flags"] & MessageFlag.LOADING:
            message = self._fill_in(reply.message, request)
        else:
            message = self._say(reply.channel, request.json, request)
        reply.followups.append(message)
        reply.changed.set()
        return message

    def get_message(self, _: Request, ids: Mapping[str, str]) -> Payload:
        """The answer (@original) or a follow-up."""
        return self._message(self._reply(ids), ids["message"])

    def edit_message(self, request: Request, ids: Mapping[str, str]) -> Payload:
        """Change the answer (@original) or a follow-up."""
        reply = self._reply(ids)
        message = self._fill_in(self._message(reply, ids["message"]), request)
        reply.edits.append(request.json)
        reply.changed.set()
        return message

    def delete_message(self, _: Request, ids: Mapping[str, str]) -> None:
        """Take back the answer (@original) or a follow-up."""
        reply = self._reply(ids)
        message = self._message(reply, ids["message"])
        reply.channel.messages.pop(int(message["id"]), None)
        if message is reply.message:
            reply.message = None
        else:
            reply.followups.remove(message)
        reply.changed.set()

    def _reply(self, ids: Mapping[str, str]) -> Reply:
        reply = self._replies.get(ids["token"])
        if reply is None or not reply.answered.is_set():
            raise ApiError(404, 10015, "Unknown Webhook")
        return reply

    @staticmethod
    def _message(reply: Reply, name: str) -> Payload:
        every = [*([reply.message] if reply.message else []), *reply.followups]
        found = reply.message if name == "@original" else next((one for one in every if one["id"] == name), None)
        if found is None:
            raise ApiError(404, 10008, "Unknown Message")
        return found

    def _say(self, channel: Channel, body: Payload, request: Request) -> Payload:
        message = self._world.compose(channel, body, request.files)
        if not message["flags"] & MessageFlag.EPHEMERAL:
            channel.messages[int(message["id"])] = message
        return message

    def _fill_in(self, message: Payload, request: Request) -> Payload:
        message["flags"] &= ~int(MessageFlag.LOADING)
        return self._world.edit(message, cast("Payload", request.json), request.files)
