"""All SQL, with the database and its migrations. One module a noun.

Each function takes a `sqlite3.Connection` and is run by `bot.store.database.Database`.
"""
