-- Roles that members of a server take to be told of a drama or an artist. Who has one, only Discord knows.
BEGIN IMMEDIATE;

ALTER TABLE server ADD COLUMN notify INTEGER NOT NULL DEFAULT 1;  -- 0: members are not offered these roles

CREATE TABLE subject_role (
    id          INTEGER PRIMARY KEY,
    guild_id    INTEGER NOT NULL,
    entity_id   INTEGER NOT NULL REFERENCES entity,  -- may have several after a merge: then all of them are mentioned
    own         INTEGER NOT NULL,    -- 1: Byeol made it, and removes it; 0: an admin chose one that was there
    state       TEXT NOT NULL CHECK (state IN ('making', 'standing', 'removing')),
    role_id     INTEGER,             -- NULL while it is made
    name        TEXT NOT NULL,       -- what it is called as it is made
    after_id    INTEGER,             -- while it is made: the newest role that was there before it was asked for
    empty_since TEXT,                -- UTC; since when nobody is known to have it
    try_at      TEXT,                -- UTC; when it is to be looked at next: for one made or removed, the end of the lease
    CHECK ((role_id IS NULL) = (state = 'making'))
) STRICT;
CREATE INDEX subject_role_by_guild ON subject_role (guild_id, entity_id);
CREATE INDEX subject_role_by_entity ON subject_role (entity_id);
CREATE INDEX subject_role_to_try ON subject_role (try_at) WHERE try_at IS NOT NULL;

-- Another outbox: whoever joins next divides it among the shards.
UPDATE sharding SET count = 0;

PRAGMA user_version = 12;
COMMIT;
