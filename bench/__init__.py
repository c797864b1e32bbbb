"""Benchmarks of what Byeol promises, against a bare discord.py bot on the same loopback server."""
