"""The store on PostgreSQL, for operators who have a server for it. Nothing else knows psycopg."""

from bot.store.postgres.copying import back_up, copied
from bot.store.postgres.ends import filling, holds_anything, reading
from bot.store.postgres.engine import Postgres
from bot.store.postgres.health import examine, read
from bot.store.postgres.locks import alone

__all__ = ["Postgres", "alone", "back_up", "copied", "examine", "filling", "holds_anything", "read", "reading"]
