"""Logging: one line per event, as text or as JSON, and never a secret."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from copy import copy
from datetime import UTC, datetime

from bot.errors import DatabaseUnavailableError

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
TEXT, JSON = "text", "json"
FORMATS = (TEXT, JSON)

FIELDS = "fields"
"""The key of `extra` for facts that JSON lines show as keys of their own: ``log.info(…, extra={FIELDS: {…}})``."""

# Interaction and webhook tokens are part of URLs, which discord.py logs at level DEBUG,
_IN_ADDRESSES = re.compile(r"(/(?:interactions|webhooks)/\d+/)[\w.\-]+")
# ... and of gateway events, which it logs whole.
_IN_EVENTS = re.compile(r"""(["']token["']\s*:\s*["'])[^"']+""")


class Redacting(logging.Formatter):
    """Formats records with every secret redacted: in the message, the arguments or the traceback."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__(FORMAT)
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """The line, without secrets, and without a traceback where it is known what is wrong."""
        return self.redacted(super().format(_plain(record)))

    def redacted(self, words: str) -> str:
        """The same words without secrets."""
        for secret in self._secrets:
            words = words.replace(secret, "[secret]")
        for pattern in (_IN_ADDRESSES, _IN_EVENTS):
            words = pattern.sub(r"\1[secret]", words)
        return words


class JsonLines(Redacting):
    """Formats records as one JSON object a line, in ASCII, so that no name can break a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: ``time`` (UTC), ``level``, ``logger``, ``message``, own fields, and an ``exception`` if any."""
        record = _plain(record)
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields: Mapping[str, object] = getattr(record, FIELDS, {})
        line |= fields
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        # Redacted first: within JSON, a secret with a quotation mark would be written otherwise.
        return json.dumps(
            {key: self.redacted(value) if isinstance(value, str) else value for key, value in line.items()}
        )


def setup(level: str, secrets: list[str], form: str = TEXT, *filters: logging.Filter) -> None:
    """Log to standard error at `level` and above, with `secrets` redacted, in one of `FORMATS`; `filters` see all."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(secrets) if form == JSON else Redacting(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for one in (_fit, *filters):
        handler.addFilter(one)
    if level != "DEBUG":
        logging.getLogger("discord.gateway").setLevel(logging.WARNING)


def _plain(record: logging.LogRecord) -> logging.LogRecord:
    """A record without a traceback where it is known what is wrong."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, DatabaseUnavailableError):
        return record
    record = copy(record)
    record.msg, record.args = f"{record.getMessage()}: {error}", ()
    record.exc_info = record.exc_text = None
    return record


def _fit(record: logging.LogRecord) -> bool:
    """Whether a record of a library is news; what it must not name is taken out."""
    message = str(record.msg)
    if message.startswith("Ignoring exception in autocomplete") and isinstance(record.args, tuple):
        # discord.py also names the user.
        record.msg, record.args = "Suggestions for %r failed", record.args[:1]
    # Byeol does not use voice, so its missing libraries are no news.
    return "voice will NOT be supported" not in message
