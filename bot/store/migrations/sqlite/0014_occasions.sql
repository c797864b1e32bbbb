-- A server's own events: occasions, which are entities that this server alone sees, and their occurrences, which are
-- events of theirs.

-- What refers to `entity`, in triggers and foreign keys, goes on to mean the table of that name.
PRAGMA legacy_alter_table = ON;
BEGIN IMMEDIATE;

CREATE TABLE entity_anew (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL CHECK (kind IN ('work', 'person', 'group', 'character', 'track', 'album', 'organisation',
                                           'occasion')),
    slug     TEXT NOT NULL,
    type     TEXT,
    partial  TEXT,
    guild_id INTEGER,             -- the server whose own it is, and which alone sees it; NULL for the catalogue
    UNIQUE (kind, slug),
    CHECK ((kind = 'occasion') = (guild_id IS NOT NULL))
) STRICT;
INSERT INTO entity_anew (id, kind, slug, type, partial) SELECT id, kind, slug, type, partial FROM entity;
DROP TABLE entity;
ALTER TABLE entity_anew RENAME TO entity;
CREATE INDEX entity_of_guild ON entity (guild_id) WHERE guild_id IS NOT NULL;
CREATE TRIGGER searched_entity_added AFTER INSERT ON entity BEGIN
    INSERT INTO searched_again VALUES (NEW.kind, NEW.slug);
END;
CREATE TRIGGER searched_entity_changed AFTER UPDATE OF kind, slug ON entity BEGIN
    INSERT INTO searched_again VALUES (OLD.kind, OLD.slug);
    INSERT INTO searched_again VALUES (NEW.kind, NEW.slug);
END;
CREATE TRIGGER searched_entity_removed AFTER DELETE ON entity BEGIN
    INSERT INTO searched_again VALUES (OLD.kind, OLD.slug);
END;

-- Search never learns of an occasion.
DROP TRIGGER searched_again;
CREATE TRIGGER searched_again INSTEAD OF INSERT ON searched_again WHEN NEW.kind <> 'occasion' BEGIN
    INSERT INTO searched VALUES (NEW.kind, NEW.slug, (SELECT coalesce(max(serial), 0) + 1 FROM searched))
        ON CONFLICT (kind, slug) DO UPDATE SET serial = excluded.serial;
END;

-- The server of its entity, so that who looks for the catalogue's events meets no others, and the other way round.
ALTER TABLE event ADD COLUMN guild_id INTEGER;
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
    entity_id  INTEGER PRIMARY KEY REFERENCES entity ON DELETE CASCADE,
    kind       TEXT NOT NULL,     -- of its events
    day        TEXT NOT NULL,     -- ISO; the first one
    time       TEXT,              -- 'HH:MM'; NULL: the day alone is known
    zone       TEXT NOT NULL,
    lasts      INTEGER,           -- seconds
    place      TEXT,
    url        TEXT,
    picture    TEXT,              -- the address of an image
    about_id   INTEGER REFERENCES entity ON DELETE SET NULL,  -- the drama, artist or song that it is about
    every      TEXT CHECK (every IN ('day', 'week', 'month', 'year')),  -- NULL: it takes place once
    interval   INTEGER NOT NULL DEFAULT 1,  -- 2: every other week
    weekdays   TEXT,              -- of a week, '5,6'; 0 is Monday
    until      TEXT,              -- ISO; the last day it may repeat on
    count      INTEGER,           -- how often it takes place, if that is limited
    planned_until TEXT,           -- ISO; its occurrences are there up to that day. NULL: all of them are
    cancelled_at TEXT,            -- UTC
    created_at TEXT NOT NULL      -- UTC
) STRICT;
CREATE INDEX occasion_by_about ON occasion (about_id) WHERE about_id IS NOT NULL;

-- Single occurrences that were skipped or moved. `number` is that of the event.
CREATE TABLE occasion_exception (
    entity_id INTEGER NOT NULL REFERENCES occasion ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    skipped   INTEGER NOT NULL CHECK (skipped IN (0, 1)),
    day       TEXT,               -- where it was moved to, on the clocks of `zone`; NULL: it was not
    time      TEXT,
    zone      TEXT,
    PRIMARY KEY (entity_id, number)
) STRICT, WITHOUT ROWID;

-- UTC; when the server's own events are looked at next, to be announced in time. NULL: it has none.
ALTER TABLE server ADD COLUMN plan_at TEXT;
CREATE INDEX server_to_plan ON server (plan_at) WHERE plan_at IS NOT NULL;

-- Channels with the default are told of their server's own events as well.
UPDATE subscription SET kinds = ',premiere,ost_release,comeback,teaser,music_video,concert,fan_meeting,broadcast,watch_party,birthday,other,'
    WHERE kinds = ',premiere,ost_release,';

PRAGMA user_version = 14;
COMMIT;
PRAGMA legacy_alter_table = OFF;
