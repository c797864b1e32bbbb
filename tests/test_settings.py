"""What an operator can choose, and what they are told when it is wrong."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.errors import SettingError

ROOT = Path(__file__).parent.parent
GOOD = {"DISCORD_TOKEN": "aaa.bbb.ccc"}


def test_a_token_is_all_that_is_needed() -> None:
    chosen = settings.load(GOOD)
    assert chosen == settings.Settings(
        token="aaa.bbb.ccc", database=Path("data/byeol.db"), log_level="INFO", dev_guild=None, api_url=None
    )


def test_everything_can_be_chosen() -> None:
    chosen = settings.load(
        {
            "DISCORD_TOKEN": " aaa.bbb.ccc ",
            "BYEOL_DATABASE": "/srv/byeol/byeol.db",
            "BYEOL_LOG_LEVEL": "debug",
            "BYEOL_LOG_FORMAT": "JSON",
            "BYEOL_WEB": "0.0.0.0:8080",
            "BYEOL_DEV_GUILD": "123456789012345678",
            "BYEOL_API_URL": "http://127.0.0.1:8080/api/v10/",
        }
    )
    assert chosen == settings.Settings(
        token="aaa.bbb.ccc",
        database=Path("/srv/byeol/byeol.db"),
        log_level="DEBUG",
        dev_guild=123456789012345678,
        api_url="http://127.0.0.1:8080/api/v10",
        log_format="json",
        web=settings.Listen("0.0.0.0", 8080),
    )


@pytest.mark.parametrize(
    ("values", "key"),
    [
        pytest.param({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN", id="an empty token"),
        pytest.param({"DISCORD_TOKEN": " \t"}, "DISCORD_TOKEN", id="a blank token"),
        pytest.param({"DISCORD_TOKEN": "Bot aaa.bbb"}, "DISCORD_TOKEN", id="a token with something before it"),
        pytest.param({"DISCORD_TOKEN": "aaa\nbbb"}, "DISCORD_TOKEN", id="a token of two lines"),
        pytest.param({"BYEOL_LOG_LEVEL": "LOUD"}, "BYEOL_LOG_LEVEL", id="no such level"),
        pytest.param({"BYEOL_LOG_LEVEL": "10"}, "BYEOL_LOG_LEVEL", id="a level's number"),
        pytest.param({"BYEOL_LOG_FORMAT": "xml"}, "BYEOL_LOG_FORMAT", id="no such format"),
        pytest.param({"BYEOL_WEB": "on"}, "BYEOL_WEB", id="no port"),
        pytest.param({"BYEOL_WEB": "0"}, "BYEOL_WEB", id="port nought of this machine"),
        pytest.param({"BYEOL_WEB": "65536"}, "BYEOL_WEB", id="a port of this machine, too high"),
        pytest.param({"BYEOL_WEB": "9" * 5000}, "BYEOL_WEB", id="a port of many digits"),
        pytest.param({"BYEOL_WEB": ":8080"}, "BYEOL_WEB", id="a port of no host"),
        pytest.param({"BYEOL_WEB": "::1:8080"}, "BYEOL_WEB", id="an address that may end anywhere"),
        pytest.param({"BYEOL_WEB": "http://localhost:8080"}, "BYEOL_WEB", id="a web address instead of a host"),
        pytest.param({"BYEOL_DEV_GUILD": "my server"}, "BYEOL_DEV_GUILD", id="a server's name"),
        pytest.param({"BYEOL_DEV_GUILD": "12345"}, "BYEOL_DEV_GUILD", id="a short id"),
        pytest.param({"BYEOL_DEV_GUILD": "1" * 21}, "BYEOL_DEV_GUILD", id="a long id"),
        pytest.param({"BYEOL_DEV_GUILD": "-12345678901234567"}, "BYEOL_DEV_GUILD", id="a negative id"),
        pytest.param({"BYEOL_DEV_GUILD": "１２３４５６７８９０１２３４５６７８"}, "BYEOL_DEV_GUILD", id="wide digits"),
        pytest.param({"BYEOL_API_URL": "discord.com/api"}, "BYEOL_API_URL", id="an address without https"),
        pytest.param({"BYEOL_API_URL": "ftp://discord.com"}, "BYEOL_API_URL", id="another protocol"),
        pytest.param({"BYEOL_API_URL": "https://"}, "BYEOL_API_URL", id="no host"),
        pytest.param({"BYEOL_API_URL": "http://localhost:http"}, "BYEOL_API_URL", id="a port in words"),
        pytest.param({"BYEOL_API_URL": "http://localhost:99999"}, "BYEOL_API_URL", id="a port too high"),
        pytest.param({"BYEOL_API_URL": "http://localhost:0"}, "BYEOL_API_URL", id="port nought"),
        pytest.param({"BYEOL_API_URL": "http://[::1"}, "BYEOL_API_URL", id="half an address"),
        pytest.param({"BYEOL_API_URL": "https://exa mple.com"}, "BYEOL_API_URL", id="a space in the host"),
        pytest.param({"BYEOL_SHARDS": "16"}, "BYEOL_SHARDS", id="a number of shards alone"),
        pytest.param({"BYEOL_SHARDS": "auto"}, "BYEOL_SHARDS", id="shards of an unknown number"),
        pytest.param({"BYEOL_SHARDS": "auto/0"}, "BYEOL_SHARDS", id="no shards"),
        pytest.param({"BYEOL_SHARDS": "0-16/16"}, "BYEOL_SHARDS", id="a shard too many"),
        pytest.param({"BYEOL_SHARDS": "3-0/16"}, "BYEOL_SHARDS", id="a range backwards"),
        pytest.param({"BYEOL_SHARDS": "０-3/16"}, "BYEOL_SHARDS", id="digits of another script"),
        pytest.param(
            {"BYEOL_DATABASE": "~no-such-user-of-this-machine/byeol.db"}, "BYEOL_DATABASE", id="the folder of nobody"
        ),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, str], key: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings.load(GOOD | values)
    assert raised.value.key == key
    assert raised.value.problem.endswith((".", ")."))


@pytest.mark.parametrize(
    ("value", "count", "ids", "written"),
    [
        ("0-3/16", 16, range(4), "0-3/16"),
        (" 15/16 ", 16, range(15, 16), "15-15/16"),
        ("AUTO/16", 16, None, "auto/16"),
    ],
)
def test_shards_are_a_range_or_divided_by_themselves(value: str, count: int, ids: range | None, written: str) -> None:
    chosen = settings.load(GOOD | {"BYEOL_SHARDS": value}).shards
    assert chosen == settings.ShardChoice(count, ids)
    assert str(chosen) == written
    assert settings.load(GOOD).shards is None


@pytest.mark.parametrize(
    ("value", "host", "shown"),
    [
        ("8080", "127.0.0.1", "127.0.0.1:8080"),
        ("localhost:8080", "localhost", "localhost:8080"),
        ("[::1]:8080", "::1", "[::1]:8080"),
    ],
)
def test_a_port_alone_is_one_of_this_machine(value: str, host: str, shown: str) -> None:
    listen = settings.load(GOOD | {"BYEOL_WEB": value}).web
    assert listen == (host, 8080)
    assert str(listen) == shown


def test_a_missing_token_says_where_it_goes() -> None:
    with pytest.raises(SettingError) as raised:
        settings.load({})
    assert raised.value.key == "DISCORD_TOKEN"
    assert ".env" in raised.value.problem


def test_a_wrong_token_is_not_told() -> None:
    with pytest.raises(SettingError) as raised:
        settings.load({"DISCORD_TOKEN": "secret one"})
    assert "secret" not in repr(raised.value)


def test_the_token_is_not_shown() -> None:
    chosen = settings.load(GOOD)
    assert "aaa" not in repr(chosen)
    assert "aaa" not in str(chosen)
    assert "aaa" not in f"{chosen!r:>500}"


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *("DISCORD_TOKEN", "BYEOL_LOG_LEVEL", "BYEOL_LOG_FORMAT", "BYEOL_DEV_GUILD", "BYEOL_API_URL"),
                *("BYEOL_SHARDS", "BYEOL_WEB"),
            ]
        ),
        st.text(),
    )
)
def test_any_values_are_settings_or_name_what_is_wrong(values: dict[str, str]) -> None:
    wrong = None
    try:
        settings.load(GOOD | values)
    except SettingError as error:
        wrong = error.key
    assert wrong is None or wrong in values


def env_file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / ".env"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = env_file(tmp_path, "DISCORD_TOKEN=filed\nBYEOL_LOG_LEVEL=ERROR\n")
    assert settings.read({"DISCORD_TOKEN": "own", "PATH": "/bin"}, path) == {
        "DISCORD_TOKEN": "own",
        "BYEOL_LOG_LEVEL": "ERROR",
        "PATH": "/bin",
    }


def test_what_is_empty_counts_as_unset(tmp_path: Path) -> None:
    path = env_file(tmp_path, "DISCORD_TOKEN=filed\nBYEOL_DATABASE=\nBYEOL_DEV_GUILD\nBYEOL_API_URL=''\n")
    assert settings.read({"DISCORD_TOKEN": ""}, path) == {"DISCORD_TOKEN": "filed"}


def test_a_file_is_not_needed(tmp_path: Path) -> None:
    assert settings.read({"DISCORD_TOKEN": "own"}, tmp_path / ".env") == {"DISCORD_TOKEN": "own"}


def test_a_file_is_read_as_people_write_it(tmp_path: Path) -> None:
    content = "\ufeff# settings\r\n\r\nDISCORD_TOKEN = 'aaa.bbb'\r\nexport BYEOL_LOG_LEVEL=DEBUG # for now\r\n"
    assert settings.read({}, env_file(tmp_path, content)) == {"DISCORD_TOKEN": "aaa.bbb", "BYEOL_LOG_LEVEL": "DEBUG"}


def test_a_file_that_is_not_utf_8_is_a_wrong_setting(tmp_path: Path) -> None:
    # What PowerShell writes by default.
    with pytest.raises(SettingError):
        settings.read({}, env_file(tmp_path, "DISCORD_TOKEN=aaa\r\n".encode("utf-16")))


def test_a_file_that_may_not_be_read_is_a_wrong_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> dict[str, str | None]:
        # Modes of files hold nobody back who runs the tests as root.
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(settings, "dotenv_values", refuse)
    with pytest.raises(SettingError) as raised:
        settings.read({}, env_file(tmp_path, "DISCORD_TOKEN=aaa"))
    assert raised.value.problem == (
        "cannot be read (Permission denied). Make it readable for the user that runs Byeol."
    )


def test_the_file_is_read_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file(tmp_path, "DISCORD_TOKEN=filed\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    assert settings.read()["DISCORD_TOKEN"] == "filed"
    monkeypatch.setenv("DISCORD_TOKEN", "own")
    assert settings.read()["DISCORD_TOKEN"] == "own"


def test_the_database_can_be_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings.database_address({"BYEOL_DATABASE": "~/byeol.db"}) == tmp_path / "byeol.db"
    assert settings.database_address({}) == Path("data/byeol.db")


def test_the_example_file_names_each_setting_with_one_comment_and_works_as_it_is() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = [line.partition("=")[0] for line in lines if "=" in line and not line.startswith("#")]
    code = Path(settings.__file__).read_text("utf-8")
    assert sorted(named) == sorted(set(re.findall(r'"((?:DISCORD|BYEOL)_[A-Z_]+)"', code)))
    for key in named:
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{key}="))
        assert lines[place - 1].startswith("# ")
        assert lines[place - 2] == ""
    values = settings.read({}, ROOT / ".env.example")
    assert settings.load({**values, **GOOD}) == settings.load(GOOD), "the values shown are the defaults"


def test_open_data_is_off_and_asks_nobody_unless_it_is_wanted() -> None:
    chosen = settings.load_sync({}, asks=False)
    assert not chosen.daily
    assert chosen.providers == ("wikidata", "tvmaze", "musicbrainz")
    assert chosen.trusted == {"tvmaze"}
    assert chosen.addresses["tvmaze"] == "https://api.tvmaze.com"


@pytest.mark.parametrize(
    ("values", "asks", "key"),
    [
        ({}, True, "BYEOL_CONTACT"),
        ({"BYEOL_SYNC": "daily"}, False, "BYEOL_CONTACT"),
        ({"BYEOL_SYNC": "hourly"}, False, "BYEOL_SYNC"),
        ({"BYEOL_CONTACT": "me (at home)"}, True, "BYEOL_CONTACT"),
        ({"BYEOL_CONTACT": "me\r\nX-Other: 1"}, True, "BYEOL_CONTACT"),
        ({"BYEOL_SYNC_FROM": "wikidata,imdb"}, False, "BYEOL_SYNC_FROM"),
        ({"BYEOL_SYNC_TRUST_DATES": "everybody"}, False, "BYEOL_SYNC_TRUST_DATES"),
        ({"BYEOL_TVMAZE_URL": "tvmaze"}, False, "BYEOL_TVMAZE_URL"),
    ],
)
def test_a_wrong_setting_of_open_data_is_named(values: dict[str, str], asks: bool, key: str) -> None:
    with pytest.raises(SettingError) as caught:
        settings.load_sync(values, asks=asks)
    assert caught.value.key == key


def test_nobody_may_be_trusted() -> None:
    assert settings.load_sync({"BYEOL_SYNC_TRUST_DATES": "none"}, asks=False).trusted == frozenset()


def test_the_address_of_a_server_is_one(tmp_path: Path) -> None:
    url = "postgresql://byeol:w0rd@db.example/byeol"
    chosen = settings.load({"DISCORD_TOKEN": "secret", "BYEOL_DATABASE": url})
    assert str(chosen.database) == "postgresql://byeol@db.example/byeol"
    assert "w0rd" not in repr(chosen)
    assert settings.environment_of_child(chosen.database)["BYEOL_DATABASE"] == url


@pytest.mark.parametrize("url", ["mysql://byeol:w0rd@db.example/byeol", "postgresql://byeol:w0 rd@db.example/byeol"])
def test_what_is_no_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingError) as raised:
        settings.database_address({"BYEOL_DATABASE": url})
    assert raised.value.key == "BYEOL_DATABASE"
    assert "w0" not in raised.value.problem


def test_another_process_does_not_get_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    child = settings.environment_of_child(Path("/data/byeol.db"))
    assert "DISCORD_TOKEN" not in child
    assert child["BYEOL_DATABASE"] == str(Path("/data/byeol.db"))


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ({"BYEOL_DATABASE": "/data/byeol.db"}, (Path("/data/backups"), 7)),
        ({"BYEOL_BACKUPS": "/mnt/other", "BYEOL_BACKUPS_KEPT": "30"}, (Path("/mnt/other"), 30)),
        ({"BYEOL_BACKUPS": "Off"}, (None, 7)),
    ],
)
def test_daily_backups_lie_beside_the_database_unless_chosen_otherwise(
    values: dict[str, str], chosen: tuple[Path | None, int]
) -> None:
    read = settings.load_backups(values)
    assert (read.folder, read.kept) == chosen


@pytest.mark.parametrize("kept", ["0", "-1", "many", "1001"])
def test_a_number_of_backups_that_is_none_is_named(kept: str) -> None:
    with pytest.raises(SettingError) as caught:
        settings.load_backups({"BYEOL_BACKUPS_KEPT": kept})
    assert caught.value.key == "BYEOL_BACKUPS_KEPT"
