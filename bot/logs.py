"""Logging: one line per event, and never a secret."""

from __future__ import annotations

import logging
import re

FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

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
        """The line, without secrets."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        for pattern in (_IN_ADDRESSES, _IN_EVENTS):
            line = pattern.sub(r"\1[secret]", line)
        return line


def setup(level: str, secrets: list[str]) -> None:
    """Log to standard error at `level` and above, with `secrets` redacted."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Byeol does not use voice, so its missing libraries are no news.
    handler.addFilter(lambda record: "voice will NOT be supported" not in str(record.msg))
    if level != "DEBUG":
        logging.getLogger("discord.gateway").setLevel(logging.WARNING)
