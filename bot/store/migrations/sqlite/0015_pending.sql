-- What somebody is about to put into a server's schedule, from its preview until it is saved; and who may.

BEGIN IMMEDIATE;

CREATE TABLE pending (
    token    TEXT PRIMARY KEY,
    guild_id INTEGER NOT NULL,
    replaces TEXT,                -- the slug of the occasion that is edited; NULL: it is new
    drafts   TEXT NOT NULL,       -- JSON, a list
    made_at  TEXT NOT NULL        -- UTC; it is forgotten some time later
) STRICT;
CREATE INDEX pending_by_age ON pending (made_at);

ALTER TABLE server ADD COLUMN schedule_role_id INTEGER;  -- whose members may change the schedule, besides those whom Discord lets manage events

PRAGMA user_version = 15;
COMMIT;
