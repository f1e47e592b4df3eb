-- +goose Up
ALTER TABLE calls ADD COLUMN owner TEXT NOT NULL DEFAULT 'zim.callbacks'; -- who makes it: a Caller of that name
DROP INDEX calls_waiting;
CREATE INDEX calls_waiting ON calls (owner, key, id) WHERE dead = 0;

-- +goose Down
DROP INDEX calls_waiting;
ALTER TABLE calls DROP COLUMN owner;
CREATE INDEX calls_waiting ON calls (key, id) WHERE dead = 0;
