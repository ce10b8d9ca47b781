-- How mail leaves, as set in the console.
CREATE TABLE mail_settings (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    settings TEXT NOT NULL,              -- JSON, without the password
    password BLOB                        -- sealed with a key of the appliance's secret
) STRICT;

-- What mails say, where it was changed.
CREATE TABLE mail_templates (
    name       TEXT PRIMARY KEY,
    subject    TEXT NOT NULL,
    html       TEXT NOT NULL,
    text       TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- A mail is now made when it is sent, so that it leaves in the way and in the words that hold then. One that was refused
-- keeps what fills it as long as trying again makes sense.
CREATE TABLE outbox_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    reference   TEXT,                    -- what it is about, for example an invitation; NULL = nothing that ends
    template    TEXT NOT NULL,           -- what it says; '' = the content is the whole mail, made before this step
    message_id  TEXT NOT NULL UNIQUE,    -- the same at every try
    recipient   TEXT NOT NULL,           -- envelope
    content     BLOB,                    -- what fills the template, JSON; it holds codes, so NULL once it is done with
    state       TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER NOT NULL,
    expires_at  INTEGER,                 -- no use sending it later
    last_error  TEXT,                    -- the server's words
    created_at  INTEGER NOT NULL,
    done_at     INTEGER,
    CHECK (CASE state WHEN 'queued' THEN content IS NOT NULL WHEN 'failed' THEN 1 ELSE content IS NULL END)
) STRICT;

INSERT INTO outbox_new (id, reference, template, message_id, recipient, content, state, attempts, next_try_at, expires_at,
                        last_error, created_at, done_at)
SELECT id, reference, CASE state WHEN 'queued' THEN '' ELSE 'invitation' END, message_id, recipient, message, state, attempts,
       next_try_at, expires_at, last_error, created_at, done_at
FROM outbox;

DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;

CREATE INDEX outbox_due ON outbox (next_try_at) WHERE state = 'queued';
CREATE INDEX outbox_expires ON outbox (expires_at) WHERE content IS NOT NULL;
CREATE INDEX outbox_reference ON outbox (reference) WHERE content IS NOT NULL;
CREATE INDEX outbox_state ON outbox (state, id);
CREATE INDEX outbox_done ON outbox (done_at) WHERE done_at IS NOT NULL;
