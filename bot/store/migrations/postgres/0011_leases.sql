-- Several processes over one database: what each of them does, until when, and how servers are divided among them.

CREATE TABLE lease (
    name   TEXT COLLATE "C" PRIMARY KEY,  -- what is held: 'process/<id>', 'leader', 'shard/<number>', 'identify/<number>'
    owner  TEXT COLLATE "C" NOT NULL,  -- the process that holds it
    until  TEXT COLLATE "C" NOT NULL,  -- UTC, to the microsecond; when it ends unless it is renewed
    share  DOUBLE PRECISION NOT NULL,  -- of a process: how many requests a second it may make
    detail TEXT COLLATE "C" NOT NULL  -- of a process: which shards it serves, '0-3/16' or 'auto/16 joining'; of a shard: 'leaving'
);

-- One row: by how many shards the indexes of bot/store/shards.py divide servers; 0 while there are none.
CREATE TABLE sharding (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    count INTEGER NOT NULL
);
INSERT INTO sharding VALUES (1, 0);

-- A post action belongs to a server, as a delivery does.
ALTER TABLE post_action ADD COLUMN guild_id BIGINT NOT NULL DEFAULT 0;
UPDATE post_action SET guild_id = (SELECT guild_id FROM delivery WHERE delivery.id = post_action.delivery_id);
