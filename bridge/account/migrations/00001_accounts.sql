-- +goose Up
CREATE TABLE accounts (
	id         TEXT    NOT NULL PRIMARY KEY, -- compared byte by byte
	folded     TEXT    NOT NULL,             -- id without regard to case
	uuid       BLOB    NOT NULL UNIQUE,
	created    INTEGER NOT NULL,             -- milliseconds since 1970
	disabled   INTEGER NOT NULL DEFAULT 0,
	deleted    INTEGER NOT NULL DEFAULT 0,
	leaving    INTEGER NOT NULL DEFAULT 0,   -- deleted, and still in its groups
	generation INTEGER NOT NULL DEFAULT 1,   -- of tokens; older ones are void
	iterations INTEGER NOT NULL DEFAULT 0,   -- 0: no password
	salt1      BLOB, stored1   BLOB, server1   BLOB,
	salt256    BLOB, stored256 BLOB, server256 BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX accounts_folded ON accounts (folded);
CREATE INDEX accounts_leaving ON accounts (id) WHERE leaving = 1;

CREATE TABLE aliases (
	protocol TEXT NOT NULL,
	native   TEXT NOT NULL,
	id       TEXT NOT NULL,
	PRIMARY KEY (protocol, native),
	UNIQUE (protocol, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX aliases_native ON aliases (native);

-- +goose Down
DROP TABLE aliases;
DROP TABLE accounts;
