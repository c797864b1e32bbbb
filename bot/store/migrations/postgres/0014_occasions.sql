-- A server's own events: occasions, which are entities that this server alone sees, and their occurrences, which are
-- events of theirs.

ALTER TABLE entity
    DROP CONSTRAINT entity_kind_check,
    ADD COLUMN guild_id BIGINT,  -- the server whose own it is, and which alone sees it; NULL for the catalogue
    ADD CONSTRAINT entity_kind_check
        CHECK (kind IN ('work', 'person', 'group', 'character', 'track', 'album', 'organisation', 'occasion')),
    ADD CONSTRAINT entity_guild_check CHECK ((kind = 'occasion') = (guild_id IS NOT NULL));
CREATE INDEX entity_of_guild ON entity (guild_id) WHERE guild_id IS NOT NULL;

-- Search never learns of an occasion.
CREATE OR REPLACE FUNCTION searched_again(searched_kind TEXT, searched_slug TEXT) RETURNS void LANGUAGE SQL AS $$
    INSERT INTO searched SELECT searched_kind, searched_slug, (SELECT coalesce(max(serial), 0) + 1 FROM searched)
        WHERE searched_kind <> 'occasion'
        ON CONFLICT (kind, slug) DO UPDATE SET serial = excluded.serial
$$;

-- The server of its entity, so that who looks for the catalogue's events meets no others, and the other way round.
ALTER TABLE event ADD COLUMN guild_id BIGINT;
DROP INDEX event_by_time;
DROP INDEX event_by_change;
CREATE INDEX event_by_time ON event (earliest) WHERE guild_id IS NULL;
CREATE INDEX event_by_change ON event (changed_at)
    WHERE guild_id IS NULL AND (revision > 1 OR status IN ('confirmed', 'cancelled'));
CREATE INDEX event_of_guild ON event (guild_id, earliest) WHERE guild_id IS NOT NULL;
CREATE INDEX event_of_guild_by_change ON event (guild_id, changed_at)
    WHERE guild_id IS NOT NULL AND (revision > 1 OR status = 'cancelled');

-- What a server's people put into its schedule; its title is a name. `day`, `time` and the repeat are as they wrote
-- them, on the clocks of `zone`.
CREATE TABLE occasion (
    entity_id  BIGINT PRIMARY KEY REFERENCES entity ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,  -- of its events
    day        TEXT COLLATE "C" NOT NULL,  -- ISO; the first one
    time       TEXT COLLATE "C",  -- 'HH:MM'; NULL: the day alone is known
    zone       TEXT COLLATE "C" NOT NULL,
    lasts      BIGINT,  -- seconds
    place      TEXT COLLATE "C",
    url        TEXT COLLATE "C",
    picture    TEXT COLLATE "C",  -- the address of an image
    about_id   BIGINT REFERENCES entity ON DELETE SET NULL,  -- the drama, artist or song that it is about
    every      TEXT COLLATE "C" CHECK (every IN ('day', 'week', 'month', 'year')),  -- NULL: it takes place once
    interval   BIGINT NOT NULL DEFAULT 1,  -- 2: every other week
    weekdays   TEXT COLLATE "C",  -- of a week, '5,6'; 0 is Monday
    until      TEXT COLLATE "C",  -- ISO; the last day it may repeat on
    count      BIGINT,  -- how often it takes place, if that is limited
    planned_until TEXT COLLATE "C",  -- ISO; its occurrences are there up to that day. NULL: all of them are
    cancelled_at TEXT COLLATE "C",  -- UTC
    created_at TEXT COLLATE "C" NOT NULL  -- UTC
);
CREATE INDEX occasion_by_about ON occasion (about_id) WHERE about_id IS NOT NULL;

-- Single occurrences that were skipped or moved. `number` is that of the event.
CREATE TABLE occasion_exception (
    entity_id BIGINT NOT NULL REFERENCES occasion ON DELETE CASCADE,
    number    BIGINT NOT NULL,
    skipped   SMALLINT NOT NULL CHECK (skipped IN (0, 1)),
    day       TEXT COLLATE "C",  -- where it was moved to, on the clocks of `zone`; NULL: it was not
    time      TEXT COLLATE "C",
    zone      TEXT COLLATE "C",
    PRIMARY KEY (entity_id, number)
);

-- UTC; when the server's own events are looked at next, to be announced in time. NULL: it has none.
ALTER TABLE server ADD COLUMN plan_at TEXT COLLATE "C";
CREATE INDEX server_to_plan ON server (plan_at) WHERE plan_at IS NOT NULL;

-- Channels with the default are told of their server's own events as well.
UPDATE subscription SET kinds = ',premiere,ost_release,comeback,teaser,music_video,concert,fan_meeting,broadcast,watch_party,birthday,other,'
    WHERE kinds = ',premiere,ost_release,';
