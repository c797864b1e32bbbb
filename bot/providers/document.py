"""Documents of a provider: asked for, and read by models that require only what is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from bot.providers.service import Answer, ProviderError

T = TypeVar("T")


class Model(BaseModel):
    """Part of a document. Fields of other names are ignored, and an alias is a provider's own spelling of a name."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


def _or_empty(value: object) -> object:
    return "" if value is None else value


def _or_none(value: object) -> object:
    return None if value == "" else value


def _or_nothing(value: object) -> object:
    return () if value is None else value


Many = Annotated[tuple[T, ...], BeforeValidator(_or_nothing)]
"""A list that may be null where there is none."""

Words = Annotated[str, BeforeValidator(_or_empty)]
"""A text that may be null where there is none."""

Unless = Annotated[T | None, BeforeValidator(_or_none)]
"""A value that may be null or ``""`` where there is none."""


class Asked(Protocol):
    """What a provider asks: a `bot.providers.service.Service`."""

    @property
    def name(self) -> str:
        """The service as the operator knows it."""
        ...

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer | None:
        """The JSON at a path; None if there is nothing."""
        ...


async def ask(
    service: Asked, model: TypeAdapter[T], path: str, parameters: Mapping[str, str] | None = None
) -> T | None:
    """The document at a path; None if there is nothing. Raises `ProviderError` if it has another shape than `model`."""
    answer = await service.get(path, parameters)
    return None if answer is None else read(model, answer.content, f"{service.name} {path}")


def read(model: TypeAdapter[T], content: object, name: str) -> T:
    """Read a document. Raises `ProviderError` with `name` and what was expected if it has another shape."""
    try:
        return model.validate_python(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise ProviderError(f"{name} has another shape than expected: {place}: {first['msg']}") from error
