-- Admins can be blocked, and see where they are signed in.
ALTER TABLE admins ADD COLUMN blocked_at INTEGER;      -- NULL = not blocked
ALTER TABLE admins ADD COLUMN signed_in_at INTEGER;    -- the last time

ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN ip TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0; -- password or passkey, the last time
UPDATE sessions SET id = lower(hex(randomblob(8)));
CREATE UNIQUE INDEX sessions_id ON sessions (id);
CREATE INDEX sessions_admin ON sessions (admin_id);

CREATE TABLE admin_invitations (
    id         TEXT PRIMARY KEY,
    role       TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'help_desk', 'auditor')),
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    email_key  TEXT NOT NULL UNIQUE,     -- lower case
    token_hash BLOB NOT NULL UNIQUE,     -- SHA-256 of the link's token
    invited_by TEXT NOT NULL,            -- their name, as it was then
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
