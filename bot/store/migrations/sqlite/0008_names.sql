-- The field's terms for tables and columns: deliveries that go into one message share a group key and follow a primary
-- one; what follows on a post is a post action.
BEGIN IMMEDIATE;

ALTER TABLE delivery RENAME COLUMN together TO group_key;
ALTER TABLE delivery RENAME COLUMN lead_id TO primary_id;
ALTER TABLE delivery RENAME COLUMN doubt_since TO possibly_sent_since;
DROP INDEX delivery_together;
DROP INDEX delivery_by_lead;
CREATE INDEX delivery_by_group ON delivery (channel_id, group_key) WHERE group_key <> '';
CREATE INDEX delivery_by_primary ON delivery (primary_id) WHERE primary_id IS NOT NULL;

ALTER TABLE chore RENAME TO post_action;
DROP INDEX chore_to_try;
CREATE INDEX post_action_to_try ON post_action (try_at);

PRAGMA user_version = 8;
COMMIT;
