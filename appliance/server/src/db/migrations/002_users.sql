CREATE TABLE users (
    id           TEXT PRIMARY KEY,
    external_id  TEXT UNIQUE,            -- the organisation's own number; NULL = none
    username     TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,   -- lower case; the order of the list
    name         TEXT NOT NULL,
    email        TEXT NOT NULL,
    email_key    TEXT NOT NULL UNIQUE,   -- lower case
    search       TEXT NOT NULL,          -- all of the above in lower case, one a line
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE groups (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE        -- lower case
) STRICT;

CREATE TABLE group_members (
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX group_members_group ON group_members (group_id);
