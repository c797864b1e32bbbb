-- More that a server can choose, several channels a server, several deliveries in one message, and what is done with a
-- message once it stands.
BEGIN IMMEDIATE;

ALTER TABLE subscription ADD COLUMN followed_only INTEGER NOT NULL DEFAULT 0;  -- 1: only what the server follows
ALTER TABLE subscription ADD COLUMN digest TEXT NOT NULL DEFAULT '';  -- '': each by itself; 'daily-09', 'mon-18': at that hour
ALTER TABLE subscription ADD COLUMN threads INTEGER NOT NULL DEFAULT 0;  -- 1: a thread under each post
ALTER TABLE subscription ADD COLUMN guild_events INTEGER NOT NULL DEFAULT 0;  -- 1: premieres as Discord's own events
ALTER TABLE subscription ADD COLUMN chosen_at TEXT NOT NULL DEFAULT '';  -- UTC; refusals from before count no more
UPDATE subscription SET followed_only = 1 WHERE guild_id IN (SELECT guild_id FROM follow);

-- Every server that ever chose or followed something: all about it is forgotten some time after the bot has left it.
CREATE TABLE server (
    guild_id INTEGER PRIMARY KEY,
    left_at  TEXT                 -- UTC; since when the bot is no longer in it
) STRICT;
INSERT INTO server SELECT guild_id, max(left_at) FROM subscription GROUP BY guild_id;
INSERT OR IGNORE INTO server SELECT guild_id, NULL FROM follow;
INSERT OR IGNORE INTO server SELECT DISTINCT guild_id, NULL FROM delivery;

-- Deliveries of a channel with the same `together` that are due are sent as one message: that of the first, to which
-- `lead_id` of the others leads. They share its fate.
ALTER TABLE delivery ADD COLUMN together TEXT NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN lead_id INTEGER REFERENCES delivery;
CREATE INDEX delivery_together ON delivery (channel_id, together) WHERE together <> '';
CREATE INDEX delivery_by_event ON delivery (event_id, channel_id, revision);
CREATE INDEX delivery_by_lead ON delivery (lead_id) WHERE lead_id IS NOT NULL;
DROP INDEX delivery_corrections;
ALTER TABLE delivery DROP COLUMN amended_at;

-- What is still to be done with a message that stands. All of it can be repeated without harm.
CREATE TABLE chore (
    delivery_id INTEGER NOT NULL REFERENCES delivery ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('publish', 'thread', 'amend')),
    since       TEXT NOT NULL,    -- UTC
    try_at      TEXT NOT NULL,    -- UTC; for one being done, the end of its lease
    attempts    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (delivery_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX chore_to_try ON chore (try_at);

-- Premieres among a server's own events in Discord: what is to stand there, and what is known to.
CREATE TABLE guild_event (
    guild_id     INTEGER NOT NULL,
    mark         TEXT NOT NULL,   -- by which it is known again in Discord, whatever became of this row
    event_id     INTEGER REFERENCES event ON DELETE SET NULL,
    starts_at    TEXT NOT NULL,   -- UTC; what it is to show
    ends_at      TEXT NOT NULL,   -- UTC
    state        TEXT NOT NULL CHECK (state IN ('wanted', 'unwanted', 'dismissed')),  -- an admin dismissed it in Discord
    discord_id   INTEGER,         -- NULL where it is not known to stand; it may do so all the same
    stands_until TEXT,            -- UTC; the end that it shows
    try_at       TEXT,            -- UTC; when it is to be taken up next: for one that is, the end of the lease;
                                  -- NULL where there is nothing to do
    attempts     INTEGER NOT NULL DEFAULT 0,  -- since it was last known how it stands
    reason       TEXT,            -- why it is not as it is to be
    PRIMARY KEY (guild_id, mark)
) STRICT, WITHOUT ROWID;
CREATE INDEX guild_event_to_try ON guild_event (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX guild_event_by_end ON guild_event (ends_at);
CREATE INDEX guild_event_by_event ON guild_event (event_id);
CREATE INDEX subscription_with_events ON subscription (guild_id) WHERE guild_events = 1;

PRAGMA user_version = 4;
COMMIT;
