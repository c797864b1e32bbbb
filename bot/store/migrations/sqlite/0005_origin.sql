-- Who stated what: each statement has an origin, and an entity as many as state it. Kinds of events are named in the
-- code alone, so that a new one needs no new table; and a channel that is told of all kinds is told of new ones too.

BEGIN IMMEDIATE;

ALTER TABLE fact ADD COLUMN origin TEXT NOT NULL DEFAULT '';  -- '<authority>:<name>', as bot/catalogue/origin.py has it
UPDATE fact SET origin = 'seed:' || (SELECT origin FROM entity WHERE entity.id = entity_id);
CREATE INDEX fact_by_origin ON fact (origin);

CREATE TABLE entity_origin (
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    origin    TEXT NOT NULL,
    PRIMARY KEY (entity_id, origin)
) STRICT, WITHOUT ROWID;
CREATE INDEX entity_origin_by_origin ON entity_origin (origin);
INSERT INTO entity_origin SELECT id, 'seed:' || origin FROM entity;
ALTER TABLE entity DROP COLUMN origin;
UPDATE source SET origin = 'seed:' || origin;

-- Without the check of its kind. Migrations run with foreign keys off: what refers to an event does not notice.
CREATE TABLE event_anew (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    kind      TEXT NOT NULL,
    number    INTEGER NOT NULL,
    claim     INTEGER NOT NULL,
    status    TEXT NOT NULL CHECK (status IN ('reported', 'expected', 'confirmed', 'released', 'postponed', 'cancelled')),
    revision  INTEGER NOT NULL,
    earliest  TEXT,
    latest    TEXT,
    precision TEXT NOT NULL CHECK (precision IN ('minute', 'day', 'part_of_month', 'month', 'season', 'part_of_year',
                                                 'year', 'unknown')),
    zone      TEXT NOT NULL,
    words     TEXT,
    after_id  INTEGER REFERENCES entity,
    after_kind TEXT,
    changed_at TEXT NOT NULL,
    UNIQUE (entity_id, kind, number, claim)
) STRICT;
INSERT INTO event_anew SELECT id, entity_id, kind, number, claim, status, revision, earliest, latest, precision, zone, words,
    after_id, after_kind, changed_at FROM event;
DROP TABLE event;
ALTER TABLE event_anew RENAME TO event;
CREATE INDEX event_by_time ON event (earliest) WHERE claim = 0;
CREATE INDEX event_by_change ON event (changed_at)
    WHERE claim = 0 AND (revision > 1 OR status IN ('confirmed', 'cancelled'));
CREATE TRIGGER searched_event_added AFTER INSERT ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (NEW.entity_id);
END;
CREATE TRIGGER searched_event_changed AFTER UPDATE ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id, NEW.entity_id);
END;
CREATE TRIGGER searched_event_removed AFTER DELETE ON event BEGIN
    INSERT INTO searched_again SELECT kind, slug FROM entity WHERE id IN (OLD.entity_id);
END;

UPDATE subscription SET kinds = ',*,' WHERE instr(kinds, ',premiere,') AND instr(kinds, ',episode,')
    AND instr(kinds, ',finale,') AND instr(kinds, ',ost_release,') AND instr(kinds, ',album_release,');

PRAGMA user_version = 5;
COMMIT;
