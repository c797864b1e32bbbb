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

PRAGMA user_version = 20;
COMMIT;
