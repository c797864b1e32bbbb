-- Who comes to what a server plans itself, where its people want to know.

ALTER TABLE occasion
    ADD COLUMN rsvp BIGINT NOT NULL DEFAULT 0,  -- 1: members are asked whether they come
    ADD COLUMN attendee_role_id BIGINT;  -- the role that who is in gets

-- What members said to one occurrence. Personal: it goes a week after that ended.
CREATE TABLE rsvp (
    event_id    BIGINT NOT NULL REFERENCES event ON DELETE CASCADE,
    user_id     BIGINT NOT NULL,
    guild_id    BIGINT NOT NULL,
    answer      TEXT COLLATE "C" NOT NULL CHECK (answer IN ('in', 'maybe')),
    answered_at TEXT COLLATE "C" NOT NULL,  -- UTC; who said so first is reminded first
    PRIMARY KEY (event_id, user_id)
);
CREATE INDEX rsvp_of_member ON rsvp (guild_id, user_id);

-- The roles that members have, or may have, because they are in. Personal: a row goes with the role.
CREATE TABLE attendee_role (
    guild_id BIGINT NOT NULL,
    user_id  BIGINT NOT NULL,
    role_id  BIGINT NOT NULL,
    try_at   TEXT COLLATE "C",  -- UTC; when it is to be given or taken. NULL: the member has it
    claimed  BIGINT NOT NULL DEFAULT 0,  -- 1: somebody is at it, until `try_at`
    theirs   BIGINT NOT NULL DEFAULT 0,  -- 1: they had it before they answered, so it is not taken
    PRIMARY KEY (guild_id, user_id, role_id)
);
CREATE INDEX attendee_role_to_try ON attendee_role (try_at) WHERE try_at IS NOT NULL;

ALTER TABLE delivery ADD COLUMN reminds BIGINT NOT NULL DEFAULT 0;  -- 1: its message mentions who is in

-- Posts are counted anew, too, and their threads locked.
ALTER TABLE post_action
    DROP CONSTRAINT post_action_kind_check,
    ADD CONSTRAINT post_action_kind_check CHECK (kind IN ('publish', 'thread', 'amend', 'count', 'lock'));

-- Another outbox: whoever joins next divides it among the shards.
UPDATE sharding SET count = 0;
