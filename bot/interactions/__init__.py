"""Responses to Discord interactions: command options, cards, buttons, the panel, and errors."""
