-- What servers asked to be told, and what was said to them.
BEGIN IMMEDIATE;

CREATE TABLE subscription (
    id         INTEGER PRIMARY KEY,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL UNIQUE,
    role_id    INTEGER,           -- the one role an announcement may ping
    language   TEXT NOT NULL,
    zone       TEXT NOT NULL,     -- IANA name
    quiet      TEXT NOT NULL DEFAULT '',  -- when nothing is posted, in that zone: '22:00-08:00', or ''
    kinds      TEXT NOT NULL,     -- comma-separated event kinds, with a comma at both ends: ',premiere,ost_release,'
    stages     TEXT NOT NULL,     -- likewise, what is told of an event: ',now,moved,cancelled,'
    grace      INTEGER NOT NULL,  -- seconds after its time that an announcement may still be posted, marked as late
    since      TEXT NOT NULL,     -- UTC; nothing that was due before is ever posted
    paused_at  TEXT,              -- UTC; since when the channel refused so often that nothing more is tried
    left_at    TEXT               -- UTC; since when the bot is no longer in the server
) STRICT;
CREATE INDEX subscription_by_guild ON subscription (guild_id);

-- What a server follows. If it follows anything, it is told of nothing else.
CREATE TABLE follow (
    guild_id  INTEGER NOT NULL,
    entity_id INTEGER NOT NULL REFERENCES entity,
    PRIMARY KEY (guild_id, entity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_by_entity ON follow (entity_id);

-- One row: a number that goes up with every change of what servers chose.
CREATE TABLE subscriptions (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO subscriptions VALUES (1, 0);

-- One stage of one revision of one event for one channel: the unit that is sent once.
CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY,
    event_id   INTEGER NOT NULL REFERENCES event,
    revision   INTEGER NOT NULL,
    stage      TEXT NOT NULL,     -- what is said: 'now', 'reminder_24h', 'moved', ...
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    due_at     TEXT NOT NULL,     -- UTC
    send_at    TEXT NOT NULL,     -- UTC; later than `due_at` where that falls into quiet hours
    day        TEXT NOT NULL,     -- the day of the event where it was stated: one day is announced once; '' for a vague one
    expires_at TEXT NOT NULL,     -- UTC; after this it is recorded as missed
    state      TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'retrying', 'failed', 'missed', 'withdrawn',
                                              'uncertain')),
    nonce      TEXT NOT NULL UNIQUE,  -- the same in every attempt; also the mark by which the message is known again
    try_at     TEXT,              -- UTC; when it is to be taken up next: for one being sent, the end of its lease;
                                  -- NULL once it is settled
    claimed_by TEXT,              -- the process that is sending it
    attempts   INTEGER NOT NULL DEFAULT 0,
    doubt_since TEXT,             -- UTC; since when Discord may have stored the message without our knowing
    message_id INTEGER,
    settled_at TEXT,              -- UTC
    reason     TEXT,              -- why it is not sent
    amended_at TEXT,              -- UTC; when the post was edited to say that its date no longer holds
    UNIQUE (event_id, revision, stage, channel_id)
) STRICT;
CREATE INDEX delivery_to_try ON delivery (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX delivery_by_guild ON delivery (guild_id, due_at);
CREATE INDEX delivery_by_channel ON delivery (channel_id, settled_at);
CREATE INDEX delivery_corrections ON delivery (settled_at) WHERE stage IN ('moved', 'cancelled');

-- What Discord was last told, so that it is told again only when that changed.
CREATE TABLE command_sync (
    scope  TEXT PRIMARY KEY,      -- 'global' or a guild id
    digest TEXT NOT NULL,
    ids    TEXT NOT NULL          -- JSON: command name to the id that Discord gave it
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
COMMIT;
