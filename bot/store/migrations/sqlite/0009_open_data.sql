-- Open data: ids elsewhere, dates of several origins, what was last taken in from each provider, and merged entities.
BEGIN IMMEDIATE;

ALTER TABLE fact ADD COLUMN precedence INTEGER NOT NULL DEFAULT 10;  -- of its origin, see bot/catalogue/origin.py: the lowest is shown first
UPDATE fact SET precedence = CASE substr(origin, 1, instr(origin, ':')) WHEN 'curator:' THEN 0 WHEN 'import:' THEN 20 ELSE 10 END;

ALTER TABLE membership ADD COLUMN since TEXT;  -- ISO, possibly only '2013' or '2013-06'
ALTER TABLE membership ADD COLUMN until TEXT;

CREATE INDEX name_by_text ON name (replace(replace(lower(text), '-', ''), ' ', ''));

-- What an entity is known by elsewhere: at Wikidata, MusicBrainz, TVmaze, TMDB, IMDb.
CREATE TABLE external_id (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    authority TEXT NOT NULL,      -- 'wikidata', 'tvmaze-show', 'musicbrainz-artist'
    value     TEXT NOT NULL
) STRICT;
CREATE INDEX external_id_by_entity ON external_id (entity_id);
CREATE INDEX external_id_by_value ON external_id (authority, value);

-- The dates that origins state. Of those stated for one event, `event` holds the one that counts (bot/store/dates.py):
-- it keeps its row, on which announcements depend, whoever states its date.
CREATE TABLE event_date (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    number    INTEGER NOT NULL,   -- the episode; 0 where there is only one of the kind
    claim     INTEGER NOT NULL,   -- 0 is the date; higher ones are others that the same origin knows of
    status    TEXT NOT NULL CHECK (status IN ('reported', 'expected', 'confirmed', 'released', 'postponed', 'cancelled')),
    earliest  TEXT,
    latest    TEXT,
    precision TEXT NOT NULL CHECK (precision IN ('minute', 'day', 'part_of_month', 'month', 'season', 'part_of_year',
                                                 'year', 'unknown')),
    zone      TEXT NOT NULL,
    words     TEXT,
    after_id  INTEGER REFERENCES entity,
    after_kind TEXT
) STRICT;
CREATE INDEX event_date_by_entity ON event_date (entity_id, kind, number);
CREATE INDEX event_date_by_after ON event_date (after_id) WHERE after_id IS NOT NULL;
CREATE INDEX event_date_to_pass ON event_date (latest) WHERE status IN ('reported', 'expected', 'confirmed');
INSERT INTO event_date SELECT id, entity_id, kind, number, claim, status, earliest, latest, precision, zone, words, after_id,
    after_kind FROM event;
UPDATE fact SET shape = 'event_date' WHERE shape = 'event';
DELETE FROM event_past WHERE event_id IN (SELECT id FROM event WHERE claim > 0);

CREATE TABLE event_anew (
    id        INTEGER PRIMARY KEY,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the work, track or album
    kind      TEXT NOT NULL,
    number    INTEGER NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('reported', 'expected', 'confirmed', 'released', 'postponed', 'cancelled')),
    revision  INTEGER NOT NULL,   -- goes up by one when the date changes
    earliest  TEXT,
    latest    TEXT,
    precision TEXT NOT NULL CHECK (precision IN ('minute', 'day', 'part_of_month', 'month', 'season', 'part_of_year',
                                                 'year', 'unknown')),
    zone      TEXT NOT NULL,
    words     TEXT,
    after_id  INTEGER REFERENCES entity,
    after_kind TEXT,
    changed_at TEXT NOT NULL,     -- UTC; when its date or its status last changed
    UNIQUE (entity_id, kind, number)
) STRICT;
INSERT INTO event_anew SELECT id, entity_id, kind, number, status, revision, earliest, latest, precision, zone, words, after_id,
    after_kind, changed_at FROM event WHERE claim = 0;
DROP TABLE event;
ALTER TABLE event_anew RENAME TO event;
CREATE INDEX event_by_time ON event (earliest);
CREATE INDEX event_vague ON event (earliest) WHERE precision NOT IN ('minute', 'day');
CREATE INDEX event_by_end ON event (kind, latest);
CREATE INDEX event_by_after ON event (after_id) WHERE after_id IS NOT NULL;
CREATE INDEX event_by_change ON event (changed_at) WHERE revision > 1 OR status IN ('confirmed', 'cancelled');
CREATE TRIGGER searched_event_added AFTER INSERT ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id);
END;
CREATE TRIGGER searched_event_changed AFTER UPDATE ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, NEW.entity_id);
END;
CREATE TRIGGER searched_event_removed AFTER DELETE ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id);
END;

-- How many statements cite a source: counting those of a provider would take as long as reading them.
ALTER TABLE source ADD COLUMN citations INTEGER NOT NULL DEFAULT 0;  -- kept by the triggers below
UPDATE source SET citations = (SELECT count(*) FROM fact_source WHERE source_id = source.id);
CREATE TRIGGER citation_added AFTER INSERT ON fact_source BEGIN
    UPDATE source SET citations = citations + 1 WHERE id = NEW.source_id;
END;
CREATE TRIGGER citation_removed AFTER DELETE ON fact_source BEGIN
    UPDATE source SET citations = citations - 1 WHERE id = OLD.source_id;
END;

-- One row for each document of a provider: the version that was last fetched, and, until it is taken in, what it says.
CREATE TABLE record (
    provider TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  TEXT,                -- the provider's own mark: a revision, an ETag, a time
    digest   TEXT NOT NULL,       -- of what it said when it was last taken in; '' until then
    place    INTEGER NOT NULL,    -- records of a lower one are taken in first
    content  TEXT,                -- JSON; NULL once it is taken in with all that it refers to
    state    TEXT NOT NULL CHECK (state IN ('fetched', 'waiting', 'held', 'gone')),
    PRIMARY KEY (provider, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_by_state ON record (provider, state, place, id);

-- Runs of `sync`: one that was interrupted has no end, and the next one goes on from its cursor.
CREATE TABLE sync_run (
    id       INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    path     TEXT NOT NULL,       -- the file or folder that it reads; '' for the provider itself
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),  -- 1: everything was asked for, not only changes
    started  TEXT NOT NULL,       -- UTC
    ended    TEXT,                -- UTC
    cursor   TEXT,
    fetched  INTEGER NOT NULL DEFAULT 0,
    changed  INTEGER NOT NULL DEFAULT 0,
    gone     INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    problem  TEXT
) STRICT;
CREATE INDEX sync_run_by_provider ON sync_run (provider, id);

-- Entities of providers that may be ones of the catalogue, but were not taken for them.
CREATE TABLE doubt (
    authority TEXT NOT NULL,
    value     TEXT NOT NULL,
    kind      TEXT NOT NULL,
    slug      TEXT NOT NULL,      -- the entity that it may be
    why       TEXT NOT NULL,
    seen_at   TEXT NOT NULL,      -- UTC
    PRIMARY KEY (authority, value, kind, slug)
) STRICT, WITHOUT ROWID;

-- A merged entity: its slug leads on. Its row stays, with the announcements that the other has too. `moved` is what went
-- over, so that the merge can be undone.
CREATE TABLE merged (
    id        INTEGER PRIMARY KEY,
    gone_id   INTEGER NOT NULL UNIQUE REFERENCES entity ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    moved     TEXT NOT NULL,      -- JSON: table and column to the ids of its rows
    merged_at TEXT NOT NULL       -- UTC
) STRICT;
CREATE INDEX merged_by_entity ON merged (entity_id);

PRAGMA user_version = 9;
COMMIT;
