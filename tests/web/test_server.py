"""The HTTP server: where it listens, and what it refuses."""

from __future__ import annotations

import socket

import pytest

from bot.errors import StartError
from bot.settings import Listen
from bot.web.server import serving
from tests.conftest import World
from tests.web.asking import served


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
async def test_it_is_read_only(world: World, path: str) -> None:
    async with served(world.bot) as server:
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert (await server.ask(path, method)).status == 405
        head = await server.ask(path, "HEAD")
        assert (head.status, head.body) == (200, "")


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metrics/../etc/passwd", "/favicon.ico", "//healthz"])
async def test_nothing_else_is_there(world: World, path: str) -> None:
    async with served(world.bot) as server:
        assert (await server.ask(path)).status == 404


async def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartError) as caught:
            async with serving(Listen("127.0.0.1", port), []):
                pass
    assert caught.value.problem == (
        f"BYEOL_WEB is 127.0.0.1:{port}, but nothing can listen there (Address already in use)."
        " Choose another port, or leave it empty."
    )


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a" * 64 + ".invalid"])
async def test_a_host_of_another_machine_is_said_in_one_line(host: str) -> None:
    with pytest.raises(StartError) as caught:
        async with serving(Listen(host, 8080), []):
            pass
    assert caught.value.problem.startswith(f"BYEOL_WEB is {host}:8080, but nothing can listen there")
    assert "\n" not in caught.value.problem


async def test_the_port_is_free_again_when_it_stops() -> None:
    async with serving(Listen("127.0.0.1", 0), []) as address:
        port = int(address.rpartition(":")[2])
    async with serving(Listen("127.0.0.1", port), []) as again:
        assert again == address
