CREATE TABLE keys (
    seq          INTEGER PRIMARY KEY,    -- oldest first
    id           TEXT NOT NULL UNIQUE,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    settings     TEXT,                   -- JSON; NULL = the default settings
    created_at   INTEGER NOT NULL,
    activated_at INTEGER                 -- NULL = not active; the phone is in devices
) STRICT;

CREATE INDEX keys_user ON keys (user_id);

CREATE TABLE activations (
    seq          INTEGER PRIMARY KEY,    -- the latest of a key counts
    key_id       TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
    method       TEXT NOT NULL,
    code_hash    BLOB NOT NULL UNIQUE,   -- SHA-256 of the link's code
    selector     TEXT NOT NULL,          -- the pairing key's first six digits
    pairing_hash BLOB NOT NULL,          -- HMAC of the whole pairing key under the appliance's secret
    failures     INTEGER NOT NULL DEFAULT 0,
    outcome      TEXT,                   -- NULL = open or expired; redeemed, locked, voided
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX activations_key ON activations (key_id, seq);
CREATE INDEX activations_selector ON activations (selector);
CREATE INDEX activations_expiry ON activations (expires_at) WHERE outcome IS NULL;
