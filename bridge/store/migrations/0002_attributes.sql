-- +goose Up
-- What has changed attributes is counted; the rest of a long history is not walked for that.
CREATE INDEX events_of_attributes ON events (cid, id) WHERE kind IN ('attributes', 'lifecycle');
