-- The catalogue: what is known of dramas, people, songs and dates, and who said so.
--
-- `entity` is anything with a slug of its own. Everything stated about one is a row of a table below that shares
-- its id with a row of `fact`, so that every statement, whatever its shape, carries its rank among statements that
-- disagree, how certain it is, and its sources.
BEGIN IMMEDIATE;

CREATE TABLE source (
    id        INTEGER PRIMARY KEY,
    slug      TEXT NOT NULL UNIQUE,
    publisher TEXT NOT NULL,
    published TEXT,               -- ISO day, or NULL where the day is not known
    url       TEXT,               -- NULL where the address is lost
    licence   TEXT,
    note      TEXT,
    origin    TEXT NOT NULL       -- the seed file that states it
) STRICT;

CREATE TABLE entity (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL CHECK (kind IN ('work', 'person', 'group', 'character', 'track', 'album', 'organisation')),
    slug   TEXT NOT NULL,         -- what people can type; never changes while the entity lives
    type   TEXT,                  -- work: drama, film, show, webtoon; organisation: network, platform
    partial TEXT,                 -- comma-separated lists known to be incomplete: 'cast'
    origin TEXT NOT NULL,
    UNIQUE (kind, slug)
) STRICT;

CREATE TABLE fact (
    id        INTEGER PRIMARY KEY,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    shape     TEXT NOT NULL,      -- the table that holds the rest of this statement
    rank      INTEGER NOT NULL,   -- 0 is what is shown first; higher ones disagree with it
    certainty TEXT NOT NULL CHECK (certainty IN ('stated', 'reported', 'approximate', 'speculative')),
    note      TEXT                -- localised text: a JSON object of language to words
) STRICT;
CREATE INDEX fact_by_entity ON fact (entity_id);

CREATE TABLE fact_source (
    fact_id   INTEGER NOT NULL REFERENCES fact ON DELETE CASCADE,
    source_id INTEGER NOT NULL REFERENCES source,
    position  INTEGER NOT NULL,   -- the best source first
    PRIMARY KEY (fact_id, source_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX fact_source_by_source ON fact_source (source_id);

CREATE TABLE name (
    id       INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    text     TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('official', 'original', 'former', 'literal', 'romanised', 'short', 'stage',
                                           'birth', 'alternative', 'spelling')),
    language TEXT NOT NULL,       -- 'en', 'ko'
    position INTEGER NOT NULL
) STRICT;
CREATE INDEX name_by_entity ON name (entity_id, position);

-- A single attribute in words: synopsis, genre, episodes, occupation, trivia, ...
CREATE TABLE detail (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    attribute TEXT NOT NULL,
    value     TEXT NOT NULL,      -- localised text (JSON)
    position  INTEGER NOT NULL
) STRICT;
CREATE INDEX detail_by_entity ON detail (entity_id);

CREATE TABLE money (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    attribute TEXT NOT NULL,      -- 'budget'
    amount    INTEGER NOT NULL,   -- in whole units of the currency
    currency  TEXT NOT NULL,      -- ISO 4217
    qualifier TEXT NOT NULL CHECK (qualifier IN ('exactly', 'about', 'more_than')),
    converted INTEGER NOT NULL CHECK (converted IN (0, 1))  -- 1: a conversion as a source reported it, never computed here
) STRICT;
CREATE INDEX money_by_entity ON money (entity_id);

CREATE TABLE link (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    kind      TEXT NOT NULL CHECK (kind IN ('teaser', 'trailer', 'video', 'official', 'listen', 'watch')),
    url       TEXT                -- NULL: it is known to exist, its address is not
) STRICT;
CREATE INDEX link_by_entity ON link (entity_id);

-- How two entities stand to one another: two characters who meet, a pair of leads, ...
CREATE TABLE relation (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,
    other_id  INTEGER NOT NULL REFERENCES entity,
    kind      TEXT NOT NULL CHECK (kind IN ('meets', 'teammate', 'engaged', 'partner'))
) STRICT;
CREATE INDEX relation_by_entity ON relation (entity_id);
CREATE INDEX relation_by_other ON relation (other_id);

CREATE TABLE membership (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the person
    group_id  INTEGER NOT NULL REFERENCES entity
) STRICT;
CREATE INDEX membership_by_entity ON membership (entity_id);
CREATE INDEX membership_by_group ON membership (group_id);

-- A person plays a character in a work. One person may play two characters: two rows.
CREATE TABLE credit (
    id           INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id    INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the work
    person_id    INTEGER NOT NULL REFERENCES entity,
    character_id INTEGER REFERENCES entity,
    role         TEXT CHECK (role IN ('lead', 'support', 'special', 'cameo')),  -- NULL: not stated
    role_words   TEXT,            -- the words it was stated in (localised), where they say more
    billing      INTEGER NOT NULL,
    credited_as  TEXT
) STRICT;
CREATE INDEX credit_by_entity ON credit (entity_id);
CREATE INDEX credit_by_person ON credit (person_id);
CREATE INDEX credit_by_character ON credit (character_id);

CREATE TABLE crew (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the work
    person_id INTEGER NOT NULL REFERENCES entity,
    job       TEXT NOT NULL CHECK (job IN ('writer', 'director', 'music_director'))
) STRICT;
CREATE INDEX crew_by_entity ON crew (entity_id);
CREATE INDEX crew_by_person ON crew (person_id);

-- Where a work can be seen: a network with its slot, or a platform.
CREATE TABLE airing (
    id              INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id       INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the work
    organisation_id INTEGER NOT NULL REFERENCES entity,
    days            TEXT,         -- 'sat,sun'
    time            TEXT,         -- 'HH:MM'; Korean listings go to 26:00 and the like: the next day
    zone            TEXT NOT NULL,
    region          TEXT          -- localised words, where it is not everywhere
) STRICT;
CREATE INDEX airing_by_entity ON airing (entity_id);
CREATE INDEX airing_by_organisation ON airing (organisation_id);

-- A track belongs to a work as OST.
CREATE TABLE ost (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the track
    work_id   INTEGER NOT NULL REFERENCES entity,
    part      INTEGER,            -- NULL: no part number is known
    main      INTEGER NOT NULL CHECK (main IN (0, 1))  -- 1: called the main OST or main theme
) STRICT;
CREATE INDEX ost_by_entity ON ost (entity_id);
CREATE INDEX ost_by_work ON ost (work_id);

CREATE TABLE performer (
    id          INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id   INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the track or album
    artist_id   INTEGER NOT NULL REFERENCES entity,                    -- a person or a group
    position    INTEGER NOT NULL,
    credited_as TEXT
) STRICT;
CREATE INDEX performer_by_entity ON performer (entity_id);
CREATE INDEX performer_by_artist ON performer (artist_id);

-- A dated thing. `earliest` and `latest` are UTC instants, the second exclusive; a minute has both equal.
-- Which of them may be shown, and how, depends on `precision`: a day is never turned into a midnight.
CREATE TABLE event (
    id        INTEGER PRIMARY KEY REFERENCES fact ON DELETE CASCADE,
    entity_id INTEGER NOT NULL REFERENCES entity ON DELETE CASCADE,  -- the work, track or album
    kind      TEXT NOT NULL CHECK (kind IN ('premiere', 'episode', 'finale', 'ost_release', 'album_release')),
    number    INTEGER NOT NULL,   -- the episode; 0 where there is only one of the kind
    claim     INTEGER NOT NULL,   -- 0 is the event; higher ones are other dates that were stated for it
    status    TEXT NOT NULL CHECK (status IN ('reported', 'expected', 'confirmed', 'released', 'postponed', 'cancelled')),
    revision  INTEGER NOT NULL,   -- goes up by one when the date changes
    earliest  TEXT,
    latest    TEXT,
    precision TEXT NOT NULL CHECK (precision IN ('minute', 'day', 'part_of_month', 'month', 'season', 'part_of_year',
                                                 'year', 'unknown')),
    zone      TEXT NOT NULL,      -- the zone it was stated in
    words     TEXT,               -- the words it was stated in (localised)
    after_id  INTEGER REFERENCES entity,  -- known to come after that entity's ...
    after_kind TEXT,                      -- ... event of this kind
    changed_at TEXT NOT NULL,     -- UTC; when its date or its status last changed
    UNIQUE (entity_id, kind, number, claim)
) STRICT;
CREATE INDEX event_by_time ON event (earliest) WHERE claim = 0;
CREATE INDEX event_by_change ON event (changed_at)
    WHERE claim = 0 AND (revision > 1 OR status IN ('confirmed', 'cancelled'));

-- The dates that an event had before.
CREATE TABLE event_past (
    event_id  INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
    revision  INTEGER NOT NULL,
    earliest  TEXT,
    latest    TEXT,
    precision TEXT NOT NULL,
    zone      TEXT NOT NULL,
    words     TEXT,
    PRIMARY KEY (event_id, revision)
) STRICT, WITHOUT ROWID;

-- One row: the number of the catalogue's current state. It goes up with every change of the tables above.
CREATE TABLE catalogue (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO catalogue VALUES (1, 0);

PRAGMA user_version = 1;
COMMIT;
