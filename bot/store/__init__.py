"""All SQL. One module a noun; each function takes a `sqlite3.Connection` and is run by `bot.database.Database`."""
