-- The appliance itself: one row.
CREATE TABLE appliance (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    secret       BLOB NOT NULL,
    organisation TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE admins (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL UNIQUE,  -- lower case
    password_hash TEXT NOT NULL,         -- PHC string, Argon2id
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,         -- SHA-256 of the cookie
    admin_id   TEXT NOT NULL REFERENCES admins (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_expiry ON sessions (expires_at);
