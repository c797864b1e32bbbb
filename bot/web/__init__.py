"""What the bot serves over HTTP: its health and its metrics, read-only, on one port.

A part of it is a list of routes, made by a function of its own module; `server.serving` serves all of them.
"""
