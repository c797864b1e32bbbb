"""Deliveries to Discord: planned, claimed, sent and recorded, so that each arrives once.

Every request of a delivery carries the same nonce, which Discord drops a repeat of for a few minutes
(https://discord.com/developers/docs/resources/message#create-message, ``enforce_nonce``), and the message bears it in
its buttons. Where a request may have been heard without our knowing, it is repeated inside that window; later, the
channel's history is read for the mark; and where that cannot be read, nothing is posted again.
"""

from bot.announcements.publisher.publisher import Publisher

__all__ = ["Publisher"]
