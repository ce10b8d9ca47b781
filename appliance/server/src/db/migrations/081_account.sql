-- How admins sign in beside their password.
CREATE TABLE admin_totp (
    admin_id   TEXT PRIMARY KEY REFERENCES admins (id) ON DELETE CASCADE,
    secret     BLOB NOT NULL,
    enabled_at INTEGER,                  -- NULL = no code was right yet
    last_step  INTEGER NOT NULL DEFAULT 0 -- RFC 6238: the step of the code accepted last
) STRICT;

CREATE TABLE admin_recovery_codes (
    code_hash BLOB PRIMARY KEY,          -- HMAC under the appliance's secret
    admin_id  TEXT NOT NULL REFERENCES admins (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX admin_recovery_codes_admin ON admin_recovery_codes (admin_id);

CREATE TABLE admin_passkeys (
    seq           INTEGER PRIMARY KEY,   -- oldest first
    id            TEXT NOT NULL UNIQUE,
    admin_id      TEXT NOT NULL REFERENCES admins (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    credential_id BLOB NOT NULL UNIQUE,
    transports    INTEGER NOT NULL,
    static_state  BLOB NOT NULL,         -- public key and extensions
    dynamic_state BLOB NOT NULL,         -- counter and flags
    created_at    INTEGER NOT NULL,
    used_at       INTEGER
) STRICT;

CREATE INDEX admin_passkeys_admin ON admin_passkeys (admin_id);
