"""`setup` as a process at a terminal, with somebody who types into it, against the loopback Discord."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.operations import portal
from tests.operations.terminals import CTRL_C, CTRL_D, ROOT, Terminal
from tests.postgres import Server, name_of
from tests.wire.loopback import Loopback
from tests.wire.traffic import Drop

pytestmark = pytest.mark.slow

TYPO = "bG9vcGJhY2s.wire.only-this-server-takes-i"


def setup(server: Loopback, folder: Path, **environment: str) -> Terminal:
    return Terminal(folder, ["setup"], {"BYEOL_API_URL": server.api_url, **environment})


def files(folder: Path) -> dict[str, str]:
    """What is in a folder."""
    return {path.name: path.read_text("utf-8") for path in folder.iterdir() if path.is_file()}


async def test_first_time_with_a_typo_and_a_refused_token(server: Loopback, tmp_path: Path) -> None:
    async with setup(server, tmp_path) as person:
        await person.sees("https://discord.com/developers/applications")
        await person.sees("Token: ")
        person.types("1234567890123456789")
        await person.sees("That is no token.")
        await person.sees("Token: ")
        person.types(TYPO)
        await person.sees("Discord refused it.")
        await person.sees("Token: ")
        person.types(server.token)
        await person.sees("It is the token of byeol.")
        await person.sees("File or address [data/byeol.db]: ")
        person.types("")
        await person.sees("(Enter skips this): ")
        person.types("me (at home)")
        await person.sees("without brackets")
        await person.sees("(Enter skips this): ")
        person.types("me@example.org")
        await person.sees("once a day, while the bot runs? [Y/n] ")
        assert files(tmp_path) == {}, "nothing is written before the last answer"
        person.types("maybe")
        await person.sees("[Y/n] ")
        person.types("y")
        await person.sees(portal.invite_link(server.world.application_id))
        await person.sees("python -m bot run")
        await person.sees("Begin now? [y/N] ")
        person.types("")
        assert await person.ends() == 0
    assert files(tmp_path) == {
        ".env": (
            f"DISCORD_TOKEN={server.token}\nBYEOL_DATABASE=data/byeol.db\n"
            "BYEOL_CONTACT=me@example.org\nBYEOL_SYNC=daily\n"
        )
    }
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "data").exists()
    for token in (server.token, TYPO):
        assert token not in person.shown
    assert "Traceback" not in person.shown


async def test_second_time_shows_what_is_set_and_changes_nothing(server: Loopback, tmp_path: Path) -> None:
    written = (
        f"# mine\nDISCORD_TOKEN='{server.token}' # mine, too\nBYEOL_DATABASE=b.db\nBYEOL_CONTACT=me@example.org\nX=1"
    )
    path = tmp_path / ".env"
    path.write_text(f"{written}\nBYEOL_SYNC=daily\n", "utf-8")
    path.chmod(0o600)
    before = path.stat()
    async with setup(server, tmp_path) as person:
        await person.sees("DISCORD_TOKEN: set\n")
        await person.sees("BYEOL_CONTACT: me@example.org")
        await person.sees("It is the token of byeol.")
        await person.sees("Set another one? [y/N] ")
        person.types("")
        await person.sees(".env stays as it is.")
        await person.sees(portal.invite_link(server.world.application_id))
        await person.sees("Begin now? [y/N] ")
        person.types("n")
        assert await person.ends() == 0
    assert (path.read_text("utf-8"), path.stat().st_mtime_ns) == (f"{written}\nBYEOL_SYNC=daily\n", before.st_mtime_ns)
    assert server.token not in person.shown


async def test_token_that_was_revoked_is_replaced_and_all_else_stays(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# mine\nDISCORD_TOKEN={TYPO}\nBYEOL_DATABASE=b.db\nX='1 2' # why\n", "utf-8")
    server.rest.portal = {"bot_require_code_grant": True}
    async with setup(server, tmp_path) as person:
        await person.sees("DISCORD_TOKEN was refused by Discord.")
        await person.sees("Token: ")
        person.types(server.token)
        await person.sees("“Requires OAuth2 Code Grant” is on")
        await person.sees("(Enter skips this): ")
        person.types("")
        await person.sees(".env is written")
        assert await person.ends() == 0
    assert files(tmp_path) == {".env": f"# mine\nDISCORD_TOKEN={server.token}\nBYEOL_DATABASE=b.db\nX='1 2' # why\n"}


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
@pytest.mark.parametrize("place", ["Token: ", "File or address [data/byeol.db]: ", "(Enter skips this): ", "[Y/n] "])
async def test_ended_at_any_question_leaves_everything_as_it_was(
    server: Loopback, tmp_path: Path, place: str, key: str
) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nDISCORD_TOKEN=\n", "utf-8")
    answers = {
        "Token: ": server.token,
        "File or address [data/byeol.db]: ": "",
        "(Enter skips this): ": "me@example.org",
        "[Y/n] ": "",
    }
    async with setup(server, tmp_path) as person:
        for question, answer in answers.items():
            await person.sees(question)
            if question == place:
                person.types(key, enter=False)
                break
            person.types(answer)
        await person.sees("Nothing was changed.")
        assert await person.ends() == 130
    assert files(tmp_path) == {".env": "# mine\nDISCORD_TOKEN=\n"}
    assert "Traceback" not in person.shown


@pytest.mark.parametrize("saved", [True, False])
async def test_discord_out_of_reach_is_told_and_the_token_may_be_saved_unchecked(
    server: Loopback, tmp_path: Path, saved: bool
) -> None:
    server.fault("GET", "/users/@me", Drop(), times=None)
    async with setup(server, tmp_path, BYEOL_DATABASE="b.db") as person:
        await person.sees("Token: ")
        person.types(server.token)
        await person.sees("Discord cannot be reached: ")
        await person.sees("Try again? [Y/n] ")
        person.types("")
        await person.sees("Discord cannot be reached: ")
        await person.sees("Try again? [Y/n] ")
        person.types("n")
        await person.sees("Save the token unchecked? [y/N] ")
        person.types("y" if saved else "")
        if saved:
            await person.sees("(Enter skips this): ")
            person.types("")
            await person.sees("Run setup again when Discord can be reached")
        assert await person.ends() == (0 if saved else 2)
    assert files(tmp_path) == ({".env": f"DISCORD_TOKEN={server.token}\n"} if saved else {})
    assert "Traceback" not in person.shown


async def test_token_of_the_environment_that_is_refused_is_one_clear_line(server: Loopback, tmp_path: Path) -> None:
    async with setup(server, tmp_path, DISCORD_TOKEN=TYPO) as person:
        await person.sees("DISCORD_TOKEN: set (by the environment)")
        await person.sees("DISCORD_TOKEN was refused by Discord.")
        assert await person.ends() == 2
    assert files(tmp_path) == {}


async def test_place_where_no_database_can_be_is_asked_again(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is a text, and no database. " * 50, "utf-8")
    async with setup(server, tmp_path) as person:
        await person.sees("Token: ")
        person.types(server.token)
        await person.sees("File or address [data/byeol.db]: ")
        person.types("text.db")
        await person.sees("file is not a database")
        await person.sees("File or address [data/byeol.db]: ")
        person.types("my data/byeol.db")
        await person.sees("(Enter skips this): ")
        person.types("")
        assert await person.ends() == 0
    assert "BYEOL_DATABASE='my data/byeol.db'" in files(tmp_path)[".env"]


async def test_postgresql_address_is_examined_and_its_password_is_never_shown(
    server: Loopback, tmp_path: Path, postgres: Server
) -> None:
    postgres.ask("DROP ROLE IF EXISTS setup; CREATE ROLE setup SUPERUSER LOGIN PASSWORD 'hush/hush'")
    database = postgres.database()
    place = f"127.0.0.1:{postgres.port}/{name_of(database)}"
    address = f"postgresql://setup:hush%2Fhush@{place}"
    asked = "File or address [data/byeol.db]: "
    try:
        async with setup(server, tmp_path) as person:
            await person.sees("Token: ")
            person.types(server.token)
            await person.sees("postgresql://user:password@host/database")
            for typed, said in (
                ("postgresql://setup:hush/hush@localhost/byeol", "It is neither a path nor an address"),
                (address.replace("%2F", "-"), "password authentication failed"),
                (address + "-not-there", "Create it, or correct BYEOL_DATABASE"),
            ):
                await person.sees(asked)
                person.types(typed)
                await person.sees(said)
            await person.sees(asked)
            person.types(address)
            await person.sees("(Enter skips this): ")
            person.types("me@example.org")
            await person.sees("[Y/n] ")
            person.types("n")
            await person.sees("Begin now? [y/N] ")
            person.types("n")
            assert await person.ends() == 0
        typed_by_the_person = person.shown.count("hush")
        assert typed_by_the_person == 4 * 2, "what the terminal echoes, and nothing else"
        assert f"BYEOL_DATABASE='{address}'" in files(tmp_path)[".env"].replace('"', "'")
        async with setup(server, tmp_path) as person:
            await person.sees(f"BYEOL_DATABASE: postgresql://setup@{place}\n")
            await person.sees("Set another one? [y/N] ")
            person.types("")
            await person.sees("once a day, while the bot runs? [y/N] ")
            person.types("")
            await person.sees("Begin now? [y/N] ")
            person.types("n")
            assert await person.ends() == 0
        assert "hush" not in person.shown
        assert postgres.ask("SELECT to_regclass('schema_version')", name_of(database)) == [(None,)], "nothing is made"
    finally:
        postgres.drop(database)


async def test_first_sync_is_begun_at_once_if_that_is_wanted(server: Loopback, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={server.token}\nBYEOL_SYNC_FROM=none\n", "utf-8")
    async with setup(server, tmp_path) as person:
        await person.sees("Set another one? [y/N] ")
        person.types("")
        await person.sees("File or address [data/byeol.db]: ")
        person.types("")
        await person.sees("(Enter skips this): ")
        person.types("https://example.org")
        await person.sees("[Y/n] ")
        person.types("n")
        await person.sees("Begin now? [y/N] ")
        person.types("y")
        assert await person.ends() == 0
    assert "BYEOL_SYNC=off\n" in files(tmp_path)[".env"]
    assert (tmp_path / "data" / "byeol.db").exists(), "the sync began with the catalogue that comes with Byeol"


def test_without_a_terminal_it_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        (sys.executable, "-m", "bot", "setup"),
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("setup asks questions and needs a terminal.")
    assert done.stderr.count("\n") == 1
    assert files(tmp_path) == {}
