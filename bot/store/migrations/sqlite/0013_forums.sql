-- Announcements in forums, where each message is the first of a post: a thread of its own.
BEGIN IMMEDIATE;

ALTER TABLE subscription ADD COLUMN tags TEXT NOT NULL DEFAULT '';  -- of a forum: comma-separated ids of its posts' tags
ALTER TABLE delivery ADD COLUMN thread_id INTEGER;  -- the thread that the message stands in: a forum's post has one of
                                                    -- its own; NULL where it stands in the channel itself

PRAGMA user_version = 13;
COMMIT;
