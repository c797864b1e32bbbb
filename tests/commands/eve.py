"""The eve of a premiere: when it and the first songs of the drama are due, and how an admin sets the bot up."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from simcord import ChannelHandle

from tests.conftest import World
from tests.seen import Seen

SEOUL = ZoneInfo("Asia/Seoul")
EVE = datetime(2025, 1, 3, 12, tzinfo=SEOUL)
PREMIERE = datetime(2025, 1, 4, 9, tzinfo=SEOUL)
FIRST_SONG = datetime(2025, 1, 5, 18, tzinfo=SEOUL)
SECOND_SONG = datetime(2025, 1, 19, 18, tzinfo=SEOUL)
THIRD_SONG = datetime(2025, 1, 26, 18, tzinfo=SEOUL)


async def set_up(world: World, channel: ChannelHandle, **options: object) -> Seen:
    return await world.ask("announcements setup", by=world.admin, channel=channel, **options)


def news(world: World) -> ChannelHandle:
    return world.guild.create_news_channel("premieres")
