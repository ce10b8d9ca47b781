-- Mails of the appliance, until they are sent.
CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    reference   TEXT,                    -- what it is about, for example an invitation; NULL = nothing that ends
    message_id  TEXT NOT NULL UNIQUE,    -- the same at every try
    sender      TEXT NOT NULL,           -- envelope
    recipient   TEXT NOT NULL,           -- envelope
    message     BLOB,                    -- as it goes over the wire; it holds codes, so NULL once it is done with
    state       TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL,
    expires_at  INTEGER,                 -- no use sending it later
    last_error  TEXT,                    -- the server's words
    created_at  INTEGER NOT NULL,
    done_at     INTEGER,
    CHECK ((state = 'queued') = (message IS NOT NULL))
) STRICT;

CREATE INDEX outbox_due ON outbox (next_try_at) WHERE state = 'queued';
CREATE INDEX outbox_reference ON outbox (reference) WHERE state = 'queued';

-- Mails that the built-in SMTP sink accepted.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sender      TEXT NOT NULL,           -- From header, or the envelope's
    recipients  TEXT NOT NULL,           -- envelope; JSON array
    subject     TEXT NOT NULL,
    snippet     TEXT NOT NULL,
    size        INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    source      BLOB NOT NULL
) STRICT;
