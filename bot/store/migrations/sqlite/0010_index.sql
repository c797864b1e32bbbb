-- A quick start: which saved search index fits, and names as they can be looked up without one.
BEGIN IMMEDIATE;

-- The last few files that the search index was saved to.
CREATE TABLE saved_index (
    id     INTEGER PRIMARY KEY,
    token  BLOB NOT NULL UNIQUE,   -- random; the file holds it too
    serial INTEGER NOT NULL        -- of `searched`: the last change that is in the file
) STRICT;

-- Names without spaces and the usual punctuation, in any case: the key in bot/store/plain_search.py, to the letter.
CREATE INDEX name_by_key ON name (
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(text,
    ' ', ''), '-', ''), '''', ''), '’', ''), '.', ''), ',', ''), '!', ''), '?', ''), ':', ''), '&', ''), '(', ''), ')', '')
    COLLATE NOCASE
);

PRAGMA user_version = 10;
COMMIT;
