-- Who comes to what a server plans itself, where its people want to know.

BEGIN IMMEDIATE;

ALTER TABLE occasion ADD COLUMN rsvp INTEGER NOT NULL DEFAULT 0;  -- 1: members are asked whether they come
ALTER TABLE occasion ADD COLUMN attendee_role_id INTEGER;         -- the role that who is in gets

-- What members said to one occurrence. Personal: it goes a week after that ended.
CREATE TABLE rsvp (
    event_id    INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
    user_id     INTEGER NOT NULL,
    guild_id    INTEGER NOT NULL,
    answer      TEXT NOT NULL CHECK (answer IN ('in', 'maybe')),
    answered_at TEXT NOT NULL,    -- UTC; who said so first is reminded first
    PRIMARY KEY (event_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rsvp_of_member ON rsvp (guild_id, user_id);

-- The roles that members have, or may have, because they are in. Personal: a row goes with the role.
CREATE TABLE attendee_role (
    guild_id INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    role_id  INTEGER NOT NULL,
    try_at   TEXT,                -- UTC; when it is to be given or taken. NULL: the member has it
    claimed  INTEGER NOT NULL DEFAULT 0,  -- 1: somebody is at it, until `try_at`
    theirs   INTEGER NOT NULL DEFAULT 0,  -- 1: they had it before they answered, so it is not taken
    PRIMARY KEY (guild_id, user_id, role_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX attendee_role_to_try ON attendee_role (try_at) WHERE try_at IS NOT NULL;

ALTER TABLE delivery ADD COLUMN reminds INTEGER NOT NULL DEFAULT 0;  -- 1: its message mentions who is in

-- Posts are counted anew, too, and their threads locked.
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

-- Another outbox: whoever joins next divides it among the shards.
UPDATE sharding SET count = 0;

PRAGMA user_version = 16;
COMMIT;
