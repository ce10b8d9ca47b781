CREATE TABLE devices (
    id          TEXT PRIMARY KEY,        -- 16 bytes, base64url
    role        TEXT NOT NULL CHECK (role IN ('phone', 'computer')),
    key_id      TEXT REFERENCES keys (id) ON DELETE CASCADE,  -- phones: the key it is
    name        TEXT NOT NULL,
    model       TEXT NOT NULL,
    os          TEXT NOT NULL,
    sign_key    BLOB NOT NULL UNIQUE CHECK (length(sign_key) = 32),     -- Ed25519
    channel_key BLOB NOT NULL CHECK (length(channel_key) = 32),         -- X25519
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,        -- when it last introduced itself
    CHECK ((role = 'phone') = (key_id IS NOT NULL))
) STRICT;

-- A key is one phone.
CREATE UNIQUE INDEX devices_key ON devices (key_id);

-- The bond between a computer and its phone.
CREATE TABLE pairings (
    id         TEXT PRIMARY KEY,         -- 16 bytes, base64url
    computer   TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    phone      TEXT REFERENCES devices (id) ON DELETE CASCADE,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'paired', 'replaced')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,         -- of the QR; paired ones do not expire
    paired_at  INTEGER,
    CHECK ((state = 'waiting') = (phone IS NULL))
) STRICT;

CREATE INDEX pairings_computer ON pairings (computer, state);
CREATE INDEX pairings_phone ON pairings (phone);
-- A computer has one phone.
CREATE UNIQUE INDEX pairings_one_phone ON pairings (computer) WHERE state = 'paired';

-- The demo web site: its accounts and their credentials. They outlive a restart, because the phone keeps them, too.
CREATE TABLE demo_accounts (
    handle BLOB PRIMARY KEY CHECK (length(handle) = 16),  -- WebAuthn user handle
    name   TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE demo_credentials (
    id            BLOB PRIMARY KEY,
    handle        BLOB NOT NULL REFERENCES demo_accounts (handle) ON DELETE CASCADE,
    discoverable  INTEGER NOT NULL,
    transports    INTEGER NOT NULL,      -- as webauthn_rp encodes them
    static_state  BLOB NOT NULL,
    dynamic_state BLOB NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX demo_credentials_account ON demo_credentials (handle);
