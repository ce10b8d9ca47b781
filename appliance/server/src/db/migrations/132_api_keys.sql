-- Keys of other programs. Each acts for the admin who made it.
CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    hint         TEXT NOT NULL,          -- how the secret begins
    hash         BLOB NOT NULL UNIQUE,   -- SHA-256 of the secret
    scopes       TEXT NOT NULL,          -- JSON array of permissions
    admin_id     TEXT NOT NULL,          -- outlives the admin: the key is then shown as dead
    admin_name   TEXT NOT NULL,          -- as it was then
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER
) STRICT;
