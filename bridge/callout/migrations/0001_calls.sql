-- +goose Up
CREATE TABLE calls (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    key      TEXT    NOT NULL, -- calls of one key are made in order
    event    TEXT    NOT NULL,
    body     BLOB    NOT NULL,
    made     INTEGER NOT NULL, -- Unix milliseconds
    due      INTEGER NOT NULL, -- Unix milliseconds
    attempts INTEGER NOT NULL,
    error    TEXT    NOT NULL, -- of the last attempt
    dead     INTEGER NOT NULL  -- 1: put aside
) STRICT;
CREATE INDEX calls_waiting ON calls (key, id) WHERE dead = 0;
CREATE INDEX calls_dead ON calls (id) WHERE dead = 1;
-- How far each log was read into calls, so that what was called and forgotten is not put again.
CREATE TABLE sources (
    name TEXT    PRIMARY KEY,
    upto INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE sources;
DROP TABLE calls;
