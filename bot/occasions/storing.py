"""Drafts as JSON, to be kept until somebody saves or discards them. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from bot.catalogue.model import EventKind, Ref
from bot.occasions.model import Draft
from bot.occasions.repeats import Every, Repeat


def dumped(drafts: Sequence[Draft]) -> str:
    """Drafts as JSON."""
    return json.dumps([_dumped(draft) for draft in drafts], ensure_ascii=False)


def loaded(text: str) -> list[Draft]:
    """The drafts of `dumped`. Raises `UnfitError` for what an older version took and this one does not."""
    return [_loaded(fields) for fields in json.loads(text)]


def _dumped(draft: Draft) -> dict[str, Any]:
    repeat = draft.repeat
    return {
        "title": draft.title,
        "kind": draft.kind,
        "day": draft.day.isoformat(),
        "time": draft.time.isoformat("minutes") if draft.time else None,
        "zone": draft.zone,
        "lasts": draft.lasts.total_seconds() if draft.lasts else None,
        "place": draft.place,
        "url": draft.url,
        "picture": draft.picture,
        "about": str(draft.about) if draft.about else None,
        "rsvp": draft.rsvp,
        "attendee_role_id": draft.attendee_role_id,
        "repeat": repeat
        and {
            "every": repeat.every,
            "interval": repeat.interval,
            "weekdays": sorted(repeat.weekdays),
            "until": repeat.until.isoformat() if repeat.until else None,
            "count": repeat.count,
        },
    }


def _loaded(fields: dict[str, Any]) -> Draft:
    repeat = fields["repeat"]
    return Draft(
        title=fields["title"],
        kind=EventKind(fields["kind"]),
        day=date.fromisoformat(fields["day"]),
        time=time.fromisoformat(fields["time"]) if fields["time"] else None,
        zone=fields["zone"],
        lasts=timedelta(seconds=fields["lasts"]) if fields["lasts"] else None,
        place=fields["place"],
        url=fields["url"],
        picture=fields["picture"],
        about=Ref.parse(fields["about"]) if fields["about"] else None,
        rsvp=fields.get("rsvp", False),  # what was kept before the upgrade has neither
        attendee_role_id=fields.get("attendee_role_id"),
        repeat=repeat
        and Repeat(
            Every(repeat["every"]),
            repeat["interval"],
            frozenset(repeat["weekdays"]),
            date.fromisoformat(repeat["until"]) if repeat["until"] else None,
            repeat["count"],
        ),
    )
