-- Threads of an evening: one an event, or one a drama or artist, locked after a while.

BEGIN IMMEDIATE;

-- `threads` is one of `bot.announcements.subscription.Threads`: until now 0 and 1.
ALTER TABLE subscription ADD COLUMN lock_after INTEGER NOT NULL DEFAULT 86400;  -- seconds; 0: never

ALTER TABLE delivery ADD COLUMN thread_of INTEGER;  -- the delivery whose thread is its message's: itself, or an earlier one
CREATE INDEX delivery_by_thread ON delivery (thread_of) WHERE thread_of IS NOT NULL;

-- The one thread that a drama or an artist has in a channel.
CREATE TABLE subject_thread (
    channel_id  INTEGER NOT NULL,
    entity_id   INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    guild_id    INTEGER NOT NULL,
    delivery_id INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,  -- whose message it is under, or which began the forum's post
    PRIMARY KEY (channel_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_thread_by_entity ON subject_thread (entity_id);
CREATE INDEX subject_thread_by_delivery ON subject_thread (delivery_id);

-- Threads are locked, too.
CREATE TABLE post_action_anew (
    delivery_id INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('publish', 'thread', 'amend', 'count', 'lock')),
    since       TEXT NOT NULL,    -- UTC
    try_at      TEXT NOT NULL,    -- UTC; for one being done, the end of its lease
    attempts    INTEGER NOT NULL DEFAULT 0,
    guild_id    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery_id, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO post_action_anew (delivery_id, kind, since, try_at, attempts, guild_id)
    SELECT delivery_id, kind, since, try_at, attempts, guild_id FROM post_action;
DROP TABLE post_action;
ALTER TABLE post_action_anew RENAME TO post_action;
CREATE INDEX post_action_to_try ON post_action (try_at);

-- Its index by shard went with the old table: whoever joins next makes it anew.
UPDATE sharding SET count = 0;

PRAGMA user_version = 20;
COMMIT;
