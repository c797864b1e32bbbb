"""What is known: the catalogue's nouns, and dates as sources state them. Pure."""
