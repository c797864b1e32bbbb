"""All SQL, the database and its migrations; one module per noun.

Each function takes a `Connection` and is run by `bot.store.database.Database`.
"""
