"""Deliveries to Discord: planned, claimed, sent and recorded, so that each arrives once.

Every request of a delivery carries the same nonce, its delivery token. Discord drops repeats of a nonce for a few
minutes (https://discord.com/developers/docs/resources/message#create-message, ``enforce_nonce``), and the message
carries it in its buttons. If a request may have reached Discord although no response arrived, it is retried within that
window; later, the channel's history is searched for the token; and if that cannot be read, nothing is posted again.
"""

from bot.announcements.publisher.publisher import Publisher

__all__ = ["Publisher"]
