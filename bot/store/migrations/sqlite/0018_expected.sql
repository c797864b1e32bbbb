-- Channels that want to hear of dates which follow from a slot, and which nobody has confirmed.

BEGIN IMMEDIATE;

ALTER TABLE subscription ADD COLUMN expected INTEGER NOT NULL DEFAULT 0 CHECK (expected IN (0, 1));  -- 1: episodes that are only expected are announced, too

PRAGMA user_version = 18;
COMMIT;
