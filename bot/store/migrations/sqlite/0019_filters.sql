-- What single channels follow, and which other roles they mention, of what.

BEGIN IMMEDIATE;

-- What a channel follows instead of what its server does.
CREATE TABLE channel_follow (
    channel_id INTEGER NOT NULL REFERENCES subscription (channel_id) ON UPDATE CASCADE ON DELETE CASCADE,
    entity_id  INTEGER NOT NULL REFERENCES entity,
    PRIMARY KEY (channel_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_follow_by_entity ON channel_follow (entity_id);

-- A role that a channel's posts mention besides its own, of some kinds of events or of one drama or artist.
CREATE TABLE mention (
    id         INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES subscription (channel_id) ON UPDATE CASCADE ON DELETE CASCADE,
    role_id    INTEGER NOT NULL,
    kinds      TEXT NOT NULL,               -- as those of a subscription
    entity_id  INTEGER REFERENCES entity    -- NULL: whatever it is about
) STRICT;
CREATE INDEX mention_by_channel ON mention (channel_id);
CREATE INDEX mention_by_entity ON mention (entity_id);

PRAGMA user_version = 19;
COMMIT;
