-- Whom to tell what happens.
CREATE TABLE webhooks (
    id         TEXT PRIMARY KEY,
    url        TEXT NOT NULL,
    actions    TEXT NOT NULL,            -- JSON array; empty = all
    enabled    INTEGER NOT NULL DEFAULT 1,
    generation INTEGER NOT NULL DEFAULT 1, -- of its secret, which is derived
    created_at INTEGER NOT NULL
) STRICT;

-- What they are told, written with what happened.
CREATE TABLE deliveries (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id  TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,           -- the same at every try
    kind        TEXT NOT NULL,
    payload     TEXT NOT NULL,           -- JSON, as it is sent
    state       TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
    tries       INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    outcome     TEXT,
    created_at  INTEGER NOT NULL,
    done_at     INTEGER,
    CHECK ((state = 'waiting') = (next_try_at IS NOT NULL))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (webhook_id, next_try_at) WHERE state = 'waiting';
CREATE INDEX deliveries_delivered ON deliveries (webhook_id, done_at) WHERE state = 'delivered';
CREATE INDEX deliveries_webhook ON deliveries (webhook_id, seq);
CREATE INDEX deliveries_old ON deliveries (created_at);
