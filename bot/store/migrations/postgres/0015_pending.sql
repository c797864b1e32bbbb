-- What somebody is about to put into a server's schedule, from its preview until it is saved; and who may.

CREATE TABLE pending (
    token    TEXT COLLATE "C" PRIMARY KEY,
    guild_id BIGINT NOT NULL,
    replaces TEXT COLLATE "C",           -- the slug of the occasion that is edited; NULL: it is new
    drafts   TEXT COLLATE "C" NOT NULL,  -- JSON, a list
    made_at  TEXT COLLATE "C" NOT NULL   -- UTC; it is forgotten some time later
);
CREATE INDEX pending_by_age ON pending (made_at);

ALTER TABLE server ADD COLUMN schedule_role_id BIGINT;  -- whose members may change the schedule, besides those whom Discord lets manage events
