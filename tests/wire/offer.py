"""What Discord's client offers to people: the commands that the bot synced, a message's buttons and menus.

Whatever the client could not send is a `LookupError` here: an unknown command or option, a missing one, a
value that is no choice, a button that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

from . import payloads
from .payloads import MEMBER_PERMISSIONS, ChannelKind, Payload, entries
from .places import Channel
from .world import World

Value = str | int | float | bool
"""What a user puts into an option; a channel, role or user is its id."""


class OptionType(IntEnum):
    """The option types that are not sent as they were typed."""

    SUBCOMMAND = 1
    GROUP = 2
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9


class ComponentType(IntEnum):
    """The component types that differ in how they are used."""

    BUTTON = 2
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8


USERS = {OptionType.USER, OptionType.MENTIONABLE}
ROLES = {OptionType.ROLE, OptionType.MENTIONABLE}
CHANNELS = {OptionType.CHANNEL}


class Offer:
    """Turns what a person does into the data of an interaction."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people: dict[int, Payload] = {}

    def person(self, user_id: int) -> Payload:
        """The same person for the same id."""
        return self._people.setdefault(user_id, payloads.user(user_id, f"user-{user_id}"))

    def invocation(self, name: str, options: Mapping[str, Value], channel: Channel, focused: str | None) -> Payload:
        """The interaction's data; LookupError for what Discord's own client could not send."""
        first, *rest = name.split()
        command = self._offered(first, channel)
        level, types = command, list[tuple[str, int]]()
        for part in rest:
            level = self._named(level, part)
            types.append((part, level["type"]))
        declared = {option["name"]: option for option in entries(level, "options")}
        if any(option["type"] in (OptionType.SUBCOMMAND, OptionType.GROUP) for option in declared.values()):
            raise LookupError(f"/{name} has sub-commands: {', '.join(declared)}")
        missing = {key for key, option in declared.items() if option.get("required")} - set(options)
        if missing and focused is None:
            raise LookupError(f"/{name} requires {', '.join(sorted(missing))}")
        filled = [self._filled(self._named(level, key), value, focused) for key, value in options.items()]
        for part, kind in reversed(types):
            filled = [{"name": part, "type": kind, "options": filled}]
        resolved = self._resolved([(declared[key]["type"], value) for key, value in options.items()], channel)
        data: Payload = {key: command[key] for key in ("id", "name", "type", "guild_id") if key in command}
        return {**data, "options": filled, **({"resolved": resolved} if resolved and focused is None else {})}

    def _offered(self, name: str, channel: Channel) -> Payload:
        """The command as it shows in this channel: a server's own before the global one of the same name."""
        scopes = [None] if channel.guild is None else [channel.guild.id, None]
        context = 1 if channel.kind is ChannelKind.DM else 0
        for scope in scopes:
            for command in self._world.commands.get(scope, []):
                contexts: list[int] | None = command.get("contexts")
                if command["name"] == name and (not contexts or context in contexts):
                    return command
        known = sorted({command["name"] for scope in scopes for command in self._world.commands.get(scope, [])})
        raise LookupError(f"there is no /{name} here; the bot synced: {', '.join(known) or 'nothing'}")

    @staticmethod
    def _named(level: Payload, name: str) -> Payload:
        declared: list[Payload] = entries(level, "options")
        for option in declared:
            if option["name"] == name:
                return option
        names = ", ".join(option["name"] for option in declared)
        raise LookupError(f"{level['name']} has no {name}; it has: {names or 'nothing'}")

    @staticmethod
    def _filled(option: Payload, value: Value, focused: str | None) -> Payload:
        sent: Payload = {"name": option["name"], "type": option["type"]}
        if option["name"] == focused:
            if not option.get("autocomplete"):
                raise LookupError(f"{focused} has no autocomplete")
            return {**sent, "value": value, "focused": True}
        choices = [choice["value"] for choice in entries(option, "choices")]
        if choices and value not in choices:
            raise LookupError(f"{value!r} is none of the choices of {option['name']}: {choices}")
        by_id = option["type"] in USERS | ROLES | CHANNELS
        return {**sent, "value": str(value) if by_id else value}

    @staticmethod
    def component(message: Payload, custom_id: str) -> Payload:
        """The button or menu of a message, if it can be used."""
        known: list[str] = []
        for component in payloads.components_in(message["components"]):
            if component.get("custom_id") == custom_id:
                if component.get("disabled"):
                    raise LookupError(f"{custom_id} is disabled")
                return component
            known += [component["custom_id"]] if "custom_id" in component else []
        raise LookupError(f"the message has no {custom_id}; it has: {', '.join(known) or 'nothing'}")

    def picked(self, component: Payload, values: Sequence[str | int], channel: Channel) -> Payload:
        """What a menu sends: values that it offers, as many as it takes, with the objects behind ids."""
        offered = {option["value"] for option in entries(component, "options")}
        if offered and not offered.issuperset(values):
            raise LookupError(f"{component['custom_id']} offers {sorted(offered)}")
        if not component.get("min_values", 1) <= len(values) <= component.get("max_values", 1):
            raise LookupError(f"{component['custom_id']} does not take {len(values)} values")
        kinds = {
            ComponentType.USER_SELECT: OptionType.USER,
            ComponentType.ROLE_SELECT: OptionType.ROLE,
            ComponentType.MENTIONABLE_SELECT: OptionType.MENTIONABLE,
            ComponentType.CHANNEL_SELECT: OptionType.CHANNEL,
        }
        kind = kinds.get(component["type"])
        resolved = self._resolved([(kind, value) for value in values], channel) if kind is not None else {}
        return {"custom_id": component["custom_id"], "values": [str(value) for value in values], "resolved": resolved}

    def _resolved(self, picked: Sequence[tuple[int, Value]], channel: Channel) -> Payload:
        """The objects behind the ids that a user picked, as Discord adds them to an interaction."""
        found: dict[str, Payload] = {"users": {}, "members": {}, "roles": {}, "channels": {}}
        guild = channel.guild
        roles = list(guild.roles.values()) if guild else []
        for kind, value in picked:
            role = next((role for role in roles if str(role.id) == str(value)), None)
            if kind in CHANNELS:
                target = self._world.channel(int(value))
                found["channels"][str(value)] = self.resolved_channel(target, int(MEMBER_PERMISSIONS))
            elif kind in ROLES and role is not None:
                found["roles"][str(value)] = role.payload(roles.index(role) + 1)
            elif kind in USERS:
                person = self.person(int(value))
                found["users"][str(value)] = person
                member = payloads.member(person, permissions=int(MEMBER_PERMISSIONS))
                found["members"][str(value)] = {key: member[key] for key in member if key != "user"}
            elif kind in ROLES:
                raise LookupError(f"there is no role {value}")
        return {key: objects for key, objects in found.items() if objects}

    def resolved_channel(self, channel: Channel, permissions: int) -> Payload:
        """A channel inside an interaction: with the permissions of whoever acts."""
        return {**channel.payload(self._world.bot), "permissions": str(permissions)}
