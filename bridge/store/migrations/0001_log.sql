-- +goose Up
-- Times are milliseconds since 1970, 0 or NULL for none. uid and cid are interned names; id is a chat.EventID. Whatever is
-- keyed by id sorts as history does; for live events that is also the order of pos, the place in the log.

CREATE TABLE users (
    uid  INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE convs (
    cid      INTEGER PRIMARY KEY,
    kind     INTEGER NOT NULL,
    name     TEXT    NOT NULL,
    a        INTEGER NOT NULL DEFAULT 0, -- of a peer conversation: the two; of a user's own log: he
    b        INTEGER NOT NULL DEFAULT 0,
    last_id  INTEGER NOT NULL DEFAULT 0, -- the newest live event for all in it
    last_pos INTEGER NOT NULL DEFAULT 0,
    moved    INTEGER NOT NULL DEFAULT 0, -- the newest of its history, imports among it
    seq      INTEGER NOT NULL DEFAULT 0, -- the last given
    counted  INTEGER NOT NULL DEFAULT 0, -- messages that count as unread, so far
    own_a    INTEGER NOT NULL DEFAULT 0, -- of a peer conversation: of these, a's own
    own_b    INTEGER NOT NULL DEFAULT 0,
    pins     INTEGER NOT NULL DEFAULT 0,
    imported INTEGER NOT NULL DEFAULT 0, -- 1: its history holds imports, so that seqs has its places
    UNIQUE (kind, name)
) STRICT;
CREATE INDEX convs_of_self ON convs (a) WHERE kind = 5;

-- The events themselves, in order of id.
CREATE TABLE events (
    id          INTEGER PRIMARY KEY,
    cid         INTEGER NOT NULL,
    pos         INTEGER NOT NULL, -- 0: an import
    seq         INTEGER NOT NULL, -- 0: not in history
    uid         INTEGER NOT NULL, -- the author; 0: none
    device      TEXT    NOT NULL,
    source      INTEGER NOT NULL,
    kind        TEXT    NOT NULL, -- chat.BodyName
    content     TEXT    NOT NULL, -- chat.ContentName of a message
    client      TEXT    NOT NULL, -- chat.Draft.ClientID
    time        INTEGER,          -- nanoseconds, where the id does not tell it
    body        BLOB    NOT NULL,
    native      TEXT    NOT NULL,
    native_data BLOB,
    recipients  BLOB,             -- uids of To; NULL: everyone
    to_device   TEXT    NOT NULL,
    counts      INTEGER NOT NULL, -- 1: counts as unread
    counted     INTEGER NOT NULL, -- convs.counted after it
    readers     INTEGER NOT NULL, -- whom it reached, but for its author
    at          INTEGER NOT NULL  -- where it lies in a membership: its id, or of an import the newest live id then
) STRICT;

-- Places in the log. What a later event of the same key has made void has none any more.
CREATE TABLE log (
    pos INTEGER PRIMARY KEY,
    id  INTEGER NOT NULL
) STRICT;

-- What happened in each conversation. narrow: it is for those in inbox alone.
CREATE TABLE timeline (
    cid    INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    pos    INTEGER NOT NULL,
    narrow INTEGER NOT NULL,
    PRIMARY KEY (cid, id)
) STRICT, WITHOUT ROWID;

-- Places in history, of conversations that have imports; in all others they grow with the id.
CREATE TABLE seqs (
    cid INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id  INTEGER NOT NULL,
    PRIMARY KEY (cid, seq)
) STRICT, WITHOUT ROWID;

-- Events with To, by addressee.
CREATE TABLE inbox (
    uid INTEGER NOT NULL,
    id  INTEGER NOT NULL,
    pos INTEGER NOT NULL,
    cid INTEGER NOT NULL,
    PRIMARY KEY (uid, id)
) STRICT, WITHOUT ROWID;

-- The newest event of each key, by whom it is for: a uid, or a cid as a negative number.
CREATE TABLE latest (
    owner INTEGER NOT NULL,
    key   INTEGER NOT NULL,
    id    INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

-- Client ids: hash is of author and client id, body of what was said.
CREATE TABLE claims (
    cid  INTEGER NOT NULL,
    hash INTEGER NOT NULL,
    id   INTEGER NOT NULL,
    body INTEGER NOT NULL,
    PRIMARY KEY (cid, hash, id)
) STRICT, WITHOUT ROWID;

-- A user's line of a conversation: since when he is in it, and what of it he has read.
CREATE TABLE lines (
    uid       INTEGER NOT NULL,
    cid       INTEGER NOT NULL,
    from_id   INTEGER,                    -- NULL: he is not in it and was not
    to_id     INTEGER,                    -- NULL: he still is
    read_id   INTEGER NOT NULL DEFAULT 0,
    base      INTEGER NOT NULL DEFAULT 0, -- convs.counted at read_id
    own       INTEGER NOT NULL DEFAULT 0, -- his own counted messages so far; of a peer conversation in convs
    own_base  INTEGER NOT NULL DEFAULT 0, -- as of read_id
    left_at   INTEGER,                    -- convs.counted when he left
    hidden_to INTEGER NOT NULL DEFAULT 0, -- he has hidden all up to here
    PRIMARY KEY (uid, cid)
) STRICT, WITHOUT ROWID;
CREATE INDEX lines_of_conv ON lines (cid);

-- Earlier memberships, both ends included.
CREATE TABLE spans (
    uid     INTEGER NOT NULL,
    cid     INTEGER NOT NULL,
    from_id INTEGER NOT NULL,
    to_id   INTEGER NOT NULL,
    PRIMARY KEY (uid, cid, from_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spans_of_conv ON spans (cid);

-- Unread messages that do not count after all: recalled (uid 0), or hidden or read one by one by a user.
CREATE TABLE voids (
    cid    INTEGER NOT NULL,
    uid    INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    author INTEGER NOT NULL,
    PRIMARY KEY (cid, uid, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE hides (
    uid INTEGER NOT NULL,
    cid INTEGER NOT NULL,
    id  INTEGER NOT NULL,
    PRIMARY KEY (uid, cid, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    uid  INTEGER NOT NULL,
    cid  INTEGER NOT NULL,
    key  TEXT    NOT NULL,
    kind INTEGER NOT NULL,
    text TEXT    NOT NULL,
    bits INTEGER NOT NULL,
    id   INTEGER NOT NULL,
    PRIMARY KEY (uid, cid, key)
) STRICT, WITHOUT ROWID;

-- What became of a message; of most nothing does.
CREATE TABLE entries (
    id        INTEGER PRIMARY KEY,
    cid       INTEGER NOT NULL,
    edit_id   INTEGER NOT NULL DEFAULT 0,
    edits     INTEGER NOT NULL DEFAULT 0,
    recall_id INTEGER NOT NULL DEFAULT 0,
    replies   INTEGER NOT NULL DEFAULT 0,
    thread    INTEGER NOT NULL DEFAULT 0,
    pinned_by INTEGER NOT NULL DEFAULT 0,
    pinned_at INTEGER NOT NULL DEFAULT 0,
    reacted   INTEGER NOT NULL DEFAULT 0 -- 1: reactions has some
) STRICT;
CREATE INDEX entries_pinned ON entries (cid, pinned_at) WHERE pinned_by > 0;

CREATE TABLE edits (
    target INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    PRIMARY KEY (target, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE replies (
    target INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    PRIMARY KEY (target, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE reactions (
    target INTEGER NOT NULL,
    emoji  TEXT    NOT NULL,
    uid    INTEGER NOT NULL,
    id     INTEGER NOT NULL, -- the reaction's event
    ord    INTEGER NOT NULL, -- its place in that event
    PRIMARY KEY (target, emoji, uid)
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    cid INTEGER NOT NULL,
    uid INTEGER NOT NULL, -- 0: all
    id  INTEGER NOT NULL,
    PRIMARY KEY (cid, uid, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    file TEXT    NOT NULL,
    id   INTEGER NOT NULL,
    PRIMARY KEY (file, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX files_of_event ON files (id);

-- Receipts of single messages by name.
CREATE TABLE receipts (
    id    INTEGER NOT NULL,
    state INTEGER NOT NULL,
    uid   INTEGER NOT NULL,
    time  INTEGER NOT NULL,
    note  TEXT    NOT NULL,
    PRIMARY KEY (id, state, uid)
) STRICT, WITHOUT ROWID;

-- Receipts of all up to a message: one row for each membership, and when it reached which message.
CREATE TABLE marks (
    cid   INTEGER NOT NULL,
    state INTEGER NOT NULL,
    uid   INTEGER NOT NULL,
    lo    INTEGER NOT NULL,
    hi    INTEGER NOT NULL,
    PRIMARY KEY (cid, state, uid, lo)
) STRICT, WITHOUT ROWID;
CREATE TABLE marks_moved (
    cid   INTEGER NOT NULL,
    state INTEGER NOT NULL,
    uid   INTEGER NOT NULL,
    hi    INTEGER NOT NULL,
    time  INTEGER NOT NULL,
    note  TEXT    NOT NULL,
    PRIMARY KEY (cid, state, uid, hi)
) STRICT, WITHOUT ROWID;

-- Groups, threads and rooms. A dissolved one keeps its row, so that its name stays taken.
CREATE TABLE groups (
    cid          INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    notice       TEXT    NOT NULL,
    avatar       TEXT    NOT NULL,
    description  TEXT    NOT NULL,
    extra        TEXT    NOT NULL,
    owner        INTEGER NOT NULL,
    created      INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    join_mode    INTEGER NOT NULL,
    invite_mode  INTEGER NOT NULL,
    consent_mode INTEGER NOT NULL,
    max          INTEGER NOT NULL,
    public       INTEGER NOT NULL,
    silent       BLOB    NOT NULL, -- a byte for each role
    silent_until INTEGER NOT NULL,
    parent       INTEGER NOT NULL,
    root         INTEGER NOT NULL,
    linger       INTEGER NOT NULL, -- nanoseconds
    dissolved    INTEGER NOT NULL
) STRICT;
CREATE INDEX groups_of_parent ON groups (parent) WHERE parent > 0;

-- Everybody on any list of a group, thread or room. role 0: no member.
CREATE TABLE members (
    cid         INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    role        INTEGER NOT NULL,
    nick        TEXT    NOT NULL,
    joined      INTEGER NOT NULL,
    ord         INTEGER NOT NULL, -- order of coming
    muted       INTEGER NOT NULL,
    muted_until INTEGER NOT NULL,
    allowed     INTEGER NOT NULL,
    banned      INTEGER NOT NULL,
    PRIMARY KEY (cid, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_of_user ON members (uid, cid) WHERE role > 0;

-- Open applications (inviter 0) and invitations.
CREATE TABLE askings (
    cid     INTEGER NOT NULL,
    uid     INTEGER NOT NULL,
    inviter INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    id      INTEGER NOT NULL,
    PRIMARY KEY (cid, uid, inviter)
) STRICT, WITHOUT ROWID;
CREATE INDEX askings_of_user ON askings (uid);

-- Named texts of a group, room or user (uid 0), or of a member.
CREATE TABLE attributes (
    cid    INTEGER NOT NULL,
    uid    INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    value  TEXT    NOT NULL,
    setter INTEGER NOT NULL,
    auto   INTEGER NOT NULL, -- 1: gone when its setter leaves
    PRIMARY KEY (cid, uid, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
    uid         INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL,
    notice      TEXT    NOT NULL,
    avatar      TEXT    NOT NULL,
    description TEXT    NOT NULL,
    extra       TEXT    NOT NULL,
    changed     INTEGER NOT NULL
) STRICT;

CREATE TABLE statuses (
    uid      INTEGER PRIMARY KEY,
    show     INTEGER NOT NULL,
    status   TEXT    NOT NULL,
    until    INTEGER NOT NULL,
    set_at   INTEGER NOT NULL
) STRICT;

-- What other is to uid, from uid's side. A row that is off the list stays for its version.
CREATE TABLE contacts (
    uid      INTEGER NOT NULL,
    other    INTEGER NOT NULL,
    listed   INTEGER NOT NULL DEFAULT 0,
    alias    TEXT    NOT NULL DEFAULT '',
    note     TEXT    NOT NULL DEFAULT '',
    groups   TEXT    NOT NULL DEFAULT '', -- JSON
    wants    INTEGER NOT NULL DEFAULT 0,  -- uid has asked, other has not answered
    sees     INTEGER NOT NULL DEFAULT 0,  -- other has agreed
    agrees   INTEGER NOT NULL DEFAULT 0,  -- uid will agree when other asks
    ask_text TEXT    NOT NULL DEFAULT '',
    asked_at INTEGER NOT NULL DEFAULT 0,
    since    INTEGER NOT NULL DEFAULT 0,
    version  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (uid, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_seen ON contacts (other, uid) WHERE sees = 1;

CREATE TABLE blocks (
    uid   INTEGER NOT NULL,
    other INTEGER NOT NULL,
    PRIMARY KEY (uid, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX blocks_of_other ON blocks (other);

CREATE TABLE watches (
    uid   INTEGER NOT NULL,
    other INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (uid, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX watches_of_other ON watches (other);

-- How far readers are. cid 0: in everything.
CREATE TABLE readers (
    uid    INTEGER NOT NULL,
    device TEXT    NOT NULL,
    trunk  TEXT    NOT NULL,
    outbox TEXT    NOT NULL,
    cid    INTEGER NOT NULL,
    pos    INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    PRIMARY KEY (uid, device, trunk, outbox, cid)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Words of messages; rowid is the event's id.
CREATE VIRTUAL TABLE search USING fts5 (conv, words, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2");
