"""The catalogue's data model, and dates as sources state them. Pure."""
