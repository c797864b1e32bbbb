"""How a provider is asked: politely, and patiently.

Every provider publishes limits and asks for a User-Agent with a contact. A service keeps to a rate, waits when it is
told to, retries what may pass, and turns everything else into a `ProviderError` of one clear line.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import NamedTuple

import aiohttp
from yarl import URL

from bot import __version__
from bot.catalogue.model import Clock, utcnow

TRIES = 5
"""How often a request is tried before its provider is given up for this run."""
FIRST_RETRY, LAST_RETRY = 2.0, 120.0
"""Seconds of the shortest and of the longest backoff."""
LONGEST_WAIT = 900.0
"""Seconds that a provider may ask us to wait; if it asks for more, the run ends, and the next one goes on."""
REDIRECTS = 5
"""How many redirects are followed on the way to one answer."""
TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=20, sock_read=60)

Sleep = Callable[[float], Awaitable[object]]


class ProviderError(Exception):
    """A provider cannot be used for now. Its text is one line that says why, for the operator."""


class Answer(NamedTuple):
    """Parsed JSON."""

    content: object


def user_agent(contact: str) -> str:
    """The User-Agent that the providers ask for: the application, its version, and how to reach its operator."""
    return f"Byeol/{__version__} ({contact}) aiohttp/{aiohttp.__version__}"


class Service:
    """One web service at the address `base`, asked at most `rate` times a second, one request at a time."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        name: str,
        base: str,
        *,
        rate: float,
        contact: str,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = utcnow,
        time: Callable[[], float] = monotonic,
    ) -> None:
        self.name = name
        self._session = session
        self._base = base.rstrip("/")
        self._interval = 1 / rate
        self._headers = {"User-Agent": user_agent(contact), "Accept": "application/json"}
        self._sleep = sleep
        self._clock = clock
        self._time = time
        self._turn = 0.0
        self._asking = asyncio.Lock()

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer | None:
        """The JSON at a path; None if there is nothing (404).

        Raises `ProviderError` if the service refuses, fails again and again, or answers with something else.
        """
        problem = ""
        async with self._asking:
            for attempt in range(1, TRIES + 1):
                wait = _backoff(attempt)
                try:
                    found = await self._ask(path, parameters)
                except (aiohttp.ClientError, TimeoutError, OSError) as error:
                    problem = f"cannot be reached ({type(error).__name__})"
                else:
                    if not isinstance(found, _Refusal):
                        return found
                    problem = found.problem
                    if not found.may_pass:
                        break
                    if found.wait > LONGEST_WAIT:
                        problem += f", and asks to wait {found.wait:.0f} seconds"
                        break
                    # Our clocks may differ, and a service in trouble may ask for no wait at all.
                    wait = max(wait, found.wait)
                if attempt < TRIES:
                    await self._sleep(wait)
        raise ProviderError(f"{self.name} {problem}")

    async def _wait_for_turn(self) -> None:
        """Wait for the next turn, on an absolute schedule, so that slow answers do not lower the rate."""
        now = self._time()
        turn = max(self._turn, now)
        self._turn = turn + self._interval
        if turn > now:
            await self._sleep(turn - now)

    async def _ask(self, path: str, parameters: Mapping[str, str] | None) -> Answer | _Refusal | None:
        """Ask once. Each redirect on the way is a request, and waits for a turn of its own."""
        address = URL(f"{self._base}/{path}")
        for _ in range(REDIRECTS + 1):
            await self._wait_for_turn()
            async with self._session.get(
                address, params=parameters, headers=self._headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status not in (301, 302, 303, 307, 308):
                    return await self._read(response)
                try:
                    address, parameters = response.url.join(URL(response.headers["Location"])), None
                except (KeyError, ValueError):
                    return _Refusal("redirects to nowhere", may_pass=False)
        return _Refusal("redirects too often", may_pass=False)

    async def _read(self, response: aiohttp.ClientResponse) -> Answer | _Refusal | None:
        if response.status == 404:
            return None
        if response.status != 200:
            return _Refusal(
                f"answers with status {response.status}",
                may_pass=response.status == 429 or response.status >= 500,
                wait=self._retry_after(response),
            )
        try:
            content = json.loads(await response.read())
        except ValueError:
            return _Refusal("answers with something that is not JSON", may_pass=True)
        if _is_lag(content):
            return _Refusal("is too busy", may_pass=True, wait=self._retry_after(response))
        return Answer(content)

    def _retry_after(self, response: aiohttp.ClientResponse) -> float:
        """The seconds that the header Retry-After asks to wait, as a number or until a date (RFC 9110, 10.2.3)."""
        value = response.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value)
        try:
            return max((parsedate_to_datetime(value) - self._clock()).total_seconds(), 0)
        except (TypeError, ValueError, OverflowError):
            return 0


class _Refusal(NamedTuple):
    """Why there is no answer, whether a retry may help, and after how many seconds at least."""

    problem: str
    may_pass: bool
    wait: float = 0


def _is_lag(content: object) -> bool:
    """Whether Wikidata declines politely, under status 200 (https://www.mediawiki.org/wiki/Manual:Maxlag_parameter)."""
    match content:
        case {"error": {"code": "maxlag"}}:
            return True
        case _:
            return False


def _backoff(attempt: int) -> float:
    """Seconds before the next try: exponential, with jitter; `attempt` counts from 1."""
    return min(FIRST_RETRY * 2 ** (attempt - 1), LAST_RETRY) * random.uniform(0.75, 1.25)  # noqa: S311
