-- Where phones are called when they are away (Web Push).
CREATE TABLE push_subscriptions (
    device     TEXT PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
    endpoint   TEXT NOT NULL,
    p256dh     BLOB NOT NULL CHECK (length(p256dh) = 65),
    auth       BLOB NOT NULL CHECK (length(auth) = 16),
    created_at INTEGER NOT NULL,
    failures   INTEGER NOT NULL DEFAULT 0   -- calls in a row that the push service refused
) STRICT;
