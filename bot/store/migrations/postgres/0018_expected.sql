-- Channels that want to hear of dates which follow from a slot, and which nobody has confirmed.

ALTER TABLE subscription ADD COLUMN expected SMALLINT NOT NULL DEFAULT 0 CHECK (expected IN (0, 1));  -- 1: episodes that are only expected are announced, too
