-- Threads of an evening: one an event, or one a drama or artist, locked after a while.

-- `threads` is one of `bot.announcements.subscription.Threads`: until now 0 and 1.
ALTER TABLE subscription
    DROP CONSTRAINT subscription_threads_check,
    ADD COLUMN lock_after BIGINT NOT NULL DEFAULT 86400;  -- seconds; 0: never

ALTER TABLE delivery ADD COLUMN thread_of BIGINT;  -- the delivery whose thread is its message's: itself, or an earlier one
CREATE INDEX delivery_by_thread ON delivery (thread_of) WHERE thread_of IS NOT NULL;

-- The one thread that a drama or an artist has in a channel.
CREATE TABLE subject_thread (
    channel_id  BIGINT NOT NULL,
    entity_id   BIGINT NOT NULL REFERENCES entity ON DELETE CASCADE,
    guild_id    BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL REFERENCES delivery ON DELETE CASCADE,  -- whose message it is under, or which began the forum's post
    PRIMARY KEY (channel_id, entity_id)
);
CREATE INDEX subject_thread_by_entity ON subject_thread (entity_id);
CREATE INDEX subject_thread_by_delivery ON subject_thread (delivery_id);
