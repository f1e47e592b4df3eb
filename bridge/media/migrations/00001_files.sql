-- +goose Up
CREATE TABLE files (
	id      TEXT    NOT NULL PRIMARY KEY,
	owner   TEXT    NOT NULL,
	name    TEXT    NOT NULL,
	type    TEXT    NOT NULL,
	size    INTEGER NOT NULL,
	hash    TEXT    NOT NULL, -- hex SHA-256; empty: reserved, not uploaded yet
	created INTEGER NOT NULL, -- milliseconds since 1970
	loose   INTEGER NOT NULL DEFAULT 0 -- since when a sweep found nothing that refers to it; 0: something does
) STRICT, WITHOUT ROWID;
CREATE INDEX files_hash ON files (hash);

-- +goose Down
DROP TABLE files;
