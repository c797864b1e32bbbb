-- Several processes over one database: what each of them does, until when, and how servers are divided among them.
BEGIN IMMEDIATE;

CREATE TABLE lease (
    name   TEXT PRIMARY KEY,      -- what is held: 'process/<id>', 'leader', 'shard/<number>', 'identify/<number>'
    owner  TEXT NOT NULL,         -- the process that holds it
    until  TEXT NOT NULL,         -- UTC, to the microsecond; when it ends unless it is renewed
    share  REAL NOT NULL,         -- of a process: how many requests a second it may make
    detail TEXT NOT NULL          -- of a process: which shards it serves, '0-3/16' or 'auto/16 joining'; of a shard: 'leaving'
) STRICT, WITHOUT ROWID;

-- One row: by how many shards the indexes of bot/store/shards.py divide servers; 0 while there are none.
CREATE TABLE sharding (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL
) STRICT;
INSERT INTO sharding VALUES (1, 0);

-- A post action belongs to a server, as a delivery does.
ALTER TABLE post_action ADD COLUMN guild_id INTEGER NOT NULL DEFAULT 0;
UPDATE post_action SET guild_id = (SELECT guild_id FROM delivery WHERE delivery.id = post_action.delivery_id);

PRAGMA user_version = 11;
COMMIT;
