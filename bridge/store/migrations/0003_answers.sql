-- +goose Up
-- What was asked stays when it is answered, until the same is asked again.
ALTER TABLE askings ADD COLUMN state INTEGER NOT NULL DEFAULT 0; -- store.AskingState
ALTER TABLE askings ADD COLUMN answerer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE askings ADD COLUMN answered INTEGER NOT NULL DEFAULT 0; -- the event that answered
DROP INDEX askings_of_user;
CREATE INDEX askings_of_user ON askings (uid, state);
CREATE INDEX askings_by_inviter ON askings (inviter) WHERE inviter > 0;
