"""Byeol: a Discord bot for K-drama and K-pop fan communities."""

__version__ = "0.1.0"
