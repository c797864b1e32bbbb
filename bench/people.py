"""People who use everything that the bot offers: commands, half-typed names, buttons, menus and forms, sane or not."""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.wire.interactions import Acting, Callback, Reply
from tests.wire.loopback import Loopback
from tests.wire.offer import Value
from tests.wire.payloads import ADMIN_PERMISSIONS, MEMBER_PERMISSIONS, Payload, components_in
from tests.wire.places import Channel, Guild

NAMES = (
    *(
        "jin",
        "stars-gossip",
        "close to you",
        "yours",
        "공효진",
        "itaewon",
        "별들에게 물어봐",
        "ㅂㄷㅇㄱ",
        "bts",
        "twice",
    ),
    *("rhee minho", "Jirisan", "when the stars gossip ost part 2", "진", "방탄소년단", "eve kim", "nothing like it"),
)
HOSTILE = (
    *(
        "work/",
        "person/jin/../v",
        "@everyone",
        "<@&1>",
        "'; DROP TABLE entity; --",
        "%",
        "_",
        "\x00",
        "null",
        "ㄱ",
        "ᄀ",
    ),
    *(
        "ﷺ" * 100,
        "a" * 6000,
        "᾿" * 50,
        "**_`~|> #",
        "\u202e\u200b\ufeff",
        "👩‍👩‍👧‍👦" * 20,
        "{0} %s %(x)s",
        "\n\n\n",
        "22-8",
    ),
)
ZONES = ("Asia/Seoul", "Europe/Berlin", "seoul", "UTC", "Mars/Olympus")
TYPED = (
    *(("ost", "name"), ("cast", "drama"), ("drama", "name"), ("artist", "name"), ("browse", "network")),
    *(("announcements why", "name"), ("announcements follow", "name"), ("announcements setup", "timezone")),
)
"""The commands and options in which names are suggested."""
PEOPLE = 500
"""How many people there are."""
REMEMBERED = 200
"""The latest messages whose buttons people still press."""
SETTLED = 10.0
"""Seconds in which a deferred answer has to be filled in."""
LONGEST = 6000
"""The most characters that Discord takes in an option."""


@dataclass
class Tally:
    """What came of what people did: how long each answer took, by its kind, and what was never answered."""

    took: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    unanswered: list[str] = field(default_factory=list[str])
    done: Counter[str] = field(default_factory=Counter[str])

    def note(self, kind: str, what: str, reply: Reply) -> None:
        """Count an answer."""
        self.took.setdefault(kind, []).append(reply.latency)
        self.done[what] += 1


@dataclass(frozen=True)
class Seen:
    """A message with what can be pressed on it, and who may."""

    message: Payload
    acting: Acting
    guild: Guild | None


class Crowd:
    """The members and admins of some servers. Admins change settings in `own` alone; `told` are left as they are."""

    def __init__(self, server: Loopback, own: Sequence[Guild], told: Sequence[Channel], chance: random.Random) -> None:
        self.tally = Tally()
        self._begun = time.monotonic()
        self._server = server
        self._own = own
        self._told = told
        self._chance = chance
        self._seen: deque[Seen] = deque(maxlen=REMEMBERED)
        self._acts: dict[Callable[[], Awaitable[None]], int] = {
            self._look_up: 40,
            self._type: 25,
            self._press: 25,
            self._administer: 10,
        }

    async def act(self) -> None:
        """Let somebody do something, and wait for the answer."""
        (act,) = self._chance.choices(list(self._acts), list(self._acts.values()))
        await act()

    async def _look_up(self) -> None:
        chance = self._chance
        name = chance.choice(("ost", "ost", "ost", "cast", "drama", "artist", "upcoming", "browse", "about", "help"))
        options: dict[str, Value] = {}
        match name:
            case "ost" | "drama" | "artist":
                options = {"name": self._words()}
            case "cast":
                options = {"drama": self._words()}
            case "upcoming":
                options = {"days": chance.randint(1, 366)}
            case "browse":
                options = {"network": self._words()} if chance.random() < 0.3 else {}
            case _:
                pass
        guild = chance.choice(self._own) if chance.random() < 0.9 else None
        await self._command(name, options, guild, self._person())

    async def _type(self) -> None:
        chance = self._chance
        command, option = chance.choice(TYPED)
        guild = chance.choice(self._own)
        acting = self._person(admin=True)
        typed = self._words()
        typed = typed[: chance.randint(0, len(typed))]
        try:
            reply = await self._server.autocomplete(command, option, typed, channel_id=_channel(guild).id, **acting)
        except TimeoutError:
            self._unanswered(f"{command}: {option} {typed[:40]!r}")
        else:
            self.tally.note("autocomplete", f"{command}, typing", reply)

    async def _administer(self) -> None:
        chance = self._chance
        guild = chance.choice(self._own)
        channel = chance.choice(list(guild.channels.values()))
        acts: Sequence[tuple[str, dict[str, Value]]] = (
            ("announcements setup", self._settings(channel)),
            ("announcements setup", self._settings(channel)),
            ("announcements panel", {}),
            ("announcements panel", {}),
            ("announcements status", {}),
            ("announcements history", {}),
            ("announcements upcoming", {"days": chance.randint(1, 366)}),
            ("announcements why", {"name": self._words()}),
            ("announcements follow", {"name": self._words()}),
            ("announcements unfollow", {"name": self._words()}),
            ("announcements test", {}),
            ("announcements off", {"channel": channel.id}),
        )
        name, options = chance.choice(acts)
        await self._command(name, options, guild, self._person(admin=True))

    def _settings(self, channel: Channel) -> dict[str, Value]:
        chance = self._chance
        chosen: dict[str, Value] = {"channel": channel.id}
        if chance.random() < 0.5:
            chosen["timezone"] = chance.choice((*ZONES, self._words()))
        if chance.random() < 0.3:
            chosen["quiet"] = chance.choice(("22:00-08:00", "10pm-8am", "off", self._words()))
        return chosen

    async def _command(self, name: str, options: dict[str, Value], guild: Guild | None, acting: Acting) -> None:
        where = _channel(guild).id if guild is not None else None
        try:
            reply = await self._server.interact_command(
                name, options, channel_id=where, guild=guild is not None, **acting
            )
            await reply.settled(SETTLED)
        except TimeoutError:
            self._unanswered(f"/{name} {str(options)[:80]}")
        else:
            self.tally.note("command", f"/{name}", reply)
            self._remember(reply, acting, guild)

    async def _press(self) -> None:
        seen = self._something()
        usable = [
            component
            for component in components_in(seen.message.get("components"))
            if component.get("custom_id") and not component.get("disabled") and component["type"] in _USES
        ]
        if not usable:
            await self._look_up()
            return
        component = self._chance.choice(usable)
        custom_id = str(component["custom_id"])
        kind = custom_id.split(":")[0]
        try:
            if component["type"] == _BUTTON:
                reply = await self._server.press(seen.message, custom_id, **seen.acting)
            else:
                values = self._picked(component, seen.guild)
                if values is None:
                    return
                reply = await self._server.choose(seen.message, custom_id, values, **seen.acting)
            await reply.settled(SETTLED)
            self.tally.note("button or menu", f"{kind}, pressed", reply)
            if reply.callback_type is Callback.FORM:
                reply = await self._fill_in(reply, seen.acting)
                self.tally.note("form", f"{kind}, filled in", reply)
        except TimeoutError:
            self._unanswered(custom_id)
        except LookupError:
            self.tally.done["changed before it could be pressed"] += 1
        else:
            self._remember(reply, seen.acting, seen.guild)

    async def _fill_in(self, form: Reply, acting: Acting) -> Reply:
        fields: dict[str, str | Sequence[str | int]] = {}
        for component in components_in(form.data["components"]):
            if component["type"] == _TEXT_INPUT:
                longest = component.get("max_length") or 4000
                fields[component["custom_id"]] = self._words()[:longest] or "x"
            elif component.get("custom_id") and (options := component.get("options")):
                fields[component["custom_id"]] = [self._chance.choice(options)["value"]]
        return await (await self._server.submit(form, fields, **acting)).settled(SETTLED)

    def _picked(self, component: Payload, guild: Guild | None) -> list[str | int] | None:
        """What somebody picks from a menu; None if there is nothing to pick."""
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        offered: list[Any]
        match component["type"]:
            case 6 if guild is not None:
                offered = list(guild.roles)
            case 8 if guild is not None:
                offered = list(guild.channels)
            case _:
                offered = [option["value"] for option in component.get("options") or ()]
        most = min(most, len(offered))
        return self._chance.sample(offered, self._chance.randint(min(least, most), most)) if most >= least else None

    def _something(self) -> Seen:
        """A message that somebody looks at: an answer, or one of the bot's posts."""
        channel = self._chance.choice(self._told)
        if channel.messages and (not self._seen or self._chance.random() < 0.3):
            return Seen(self._chance.choice(channel.posts), self._person(), channel.guild)
        return self._chance.choice(self._seen) if self._seen else Seen({}, self._person(), None)

    def _remember(self, reply: Reply, acting: Acting, guild: Guild | None) -> None:
        for message in (reply.message, *reply.followups):
            if message is not None and message["components"]:
                self._seen.append(Seen(message, acting, guild))

    def _unanswered(self, what: str) -> None:
        self.tally.unanswered.append(f"{what}, given up after {time.monotonic() - self._begun:.1f} s")

    def _person(self, *, admin: bool = False) -> Acting:
        permissions = ADMIN_PERMISSIONS if admin else MEMBER_PERMISSIONS
        locale = "ko" if self._chance.random() < 0.3 else self._chance.choice(("en-US", "en-GB", "de"))
        return Acting(user_id=self._chance.randint(1, PEOPLE), locale=locale, permissions=int(permissions))

    def _words(self) -> str:
        """A name as people type it: right, with a slip, or nothing of the kind."""
        chance = self._chance
        how = chance.random()
        if how < 0.15:
            return chance.choice(HOSTILE)[:LONGEST]
        if how < 0.25:
            return "".join(
                chr(chance.choice((chance.randint(32, 0xD7FF), chance.randint(0xE000, 0x1FFFF)))) for _ in range(9)
            )
        name = chance.choice(NAMES)
        if how < 0.45:
            place = chance.randrange(len(name))
            return name[:place] + chance.choice("aeiouㅏ이 ") + name[place + 1 :]
        return name


_BUTTON, _TEXT_INPUT = 2, 4
_USES = frozenset({_BUTTON, 3, 6, 8})
"""The components that people use here: buttons, and menus of texts, roles and channels."""


def _channel(guild: Guild) -> Channel:
    return next(iter(guild.channels.values()))
