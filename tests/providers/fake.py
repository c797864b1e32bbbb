"""A service without a network: answers by path, and runs of providers from every cursor on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from urllib.parse import urlencode

from bot.providers.provider import Batch
from bot.providers.service import Answer


class Fake:
    """Answers with what is at a path, its parameters included; with 404 where there is nothing."""

    name = "Fake"

    def __init__(self, documents: Mapping[str, object]) -> None:
        self.documents = dict(documents)
        self.asked: list[str] = []

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer | None:
        whole = f"{path}?{urlencode(parameters)}" if parameters else path
        self.asked.append(whole)
        return Answer(self.documents[whole]) if whole in self.documents else None


async def batches(run: AsyncIterator[Batch]) -> Sequence[Batch]:
    return [batch async for batch in run]


async def assert_resumes(start: Callable[[str | None], AsyncIterator[Batch]]) -> Sequence[Batch]:
    """From the cursor of every batch on, a run goes on as it would have. Returns the batches of the whole run."""
    whole = await batches(start(None))
    for number, batch in enumerate(whole, start=1):
        assert await batches(start(batch.cursor)) == whole[number:], batch.cursor
    return whole
