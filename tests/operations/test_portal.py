"""The invite link, and what is said of the settings in Discord's developer portal."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import discord
import pytest

from bot.announcements import permissions
from bot.operations import portal
from bot.operations.finding import Level

ROOT = Path(__file__).parents[2]


def application(**changed: Any) -> discord.AppInfo:
    """An application as Discord describes it, set as Byeol needs it but for what changed."""
    data: dict[str, Any] = {
        "id": "1234567890123456789",
        "name": "Byeol",
        "description": "",
        "icon": None,
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": {"id": "1", "username": "owner", "discriminator": "0", "avatar": None},
        "team": None,
        **changed,
    }
    return discord.AppInfo(state=Mock(), data=cast("Any", data))


def test_the_link_asks_for_what_announcements_need_and_nothing_else() -> None:
    asked = permissions.invited()
    assert all(getattr(asked, name) for name in (*permissions.NEEDED, *permissions.EXTRAS))
    assert sum(allowed for _, allowed in asked) == len(permissions.NEEDED) + len(permissions.EXTRAS)
    assert portal.invite_link(42) == (
        "https://discord.com/oauth2/authorize?client_id=42"
        f"&scope=bot+applications.commands&permissions={permissions.invited().value}"
    )


def test_the_readme_names_the_same_permissions() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    needed = discord.Permissions(**dict.fromkeys(permissions.NEEDED, True))
    assert portal.invite_link(0).replace("=0&", "=ID&") in text
    assert f"permissions={needed.value}`" in text
    for name in (*permissions.NEEDED, *permissions.EXTRAS):
        title = "View Channels" if name == "view_channel" else name.replace("_", " ").title()
        assert f"*{title}*" in " ".join(text.split()), name


@pytest.mark.parametrize(
    ("changed", "level", "said"),
    [
        ({}, Level.OK, "as Byeol needs them"),
        ({"bot_public": False}, Level.WARNING, "nobody but you can invite"),
        ({"bot_require_code_grant": True}, Level.PROBLEM, "OAuth2 Code Grant"),
        ({"interactions_endpoint_url": "https://example.com/"}, Level.PROBLEM, "Interactions Endpoint URL"),
        ({"flags": 1 << 12}, Level.WARNING, "are on: Presence."),
        ({"flags": 1 << 13 | 1 << 15 | 1 << 19}, Level.WARNING, "are on: Presence, Server Members, Message Content."),
        ({"flags": 1 << 23 | 1 << 24}, Level.OK, "as Byeol needs them"),
    ],
)
def test_what_is_set_wrong_in_the_portal_is_named_with_the_page_to_go_to(
    changed: dict[str, Any], level: Level, said: str
) -> None:
    (finding,) = portal.examine(application(**changed))
    assert finding.level is level
    assert said in finding.text
    assert level is Level.OK or "https://discord.com/developers/applications/1234567890123456789/" in finding.remedy


def test_everything_that_is_set_wrong_is_named_at_once() -> None:
    found = portal.examine(application(bot_public=False, bot_require_code_grant=True, flags=1 << 12))
    assert len(found) == 3
