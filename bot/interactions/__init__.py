"""How Discord's interactions are answered: commands' options, cards, buttons, the panel, and errors."""
