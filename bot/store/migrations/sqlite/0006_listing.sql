-- What a server's event in Discord says, so that it is edited when that changes.
BEGIN IMMEDIATE;

ALTER TABLE guild_event ADD COLUMN says TEXT NOT NULL DEFAULT '';  -- a digest of its words; '' where they are not known

PRAGMA user_version = 6;
COMMIT;
