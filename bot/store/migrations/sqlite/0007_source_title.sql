-- What a source is called, beside who published it.
BEGIN IMMEDIATE;

ALTER TABLE source ADD COLUMN title TEXT;  -- NULL where nobody stated one before they were asked for

PRAGMA user_version = 7;
COMMIT;
