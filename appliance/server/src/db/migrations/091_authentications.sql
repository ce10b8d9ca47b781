-- What phones were asked, and how it ended: what the relay saw, and what the phone said of it. Names as they were then.
CREATE TABLE authentications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    exchange      BLOB NOT NULL UNIQUE,
    at            INTEGER NOT NULL,      -- when it ended
    took_ms       INTEGER NOT NULL,
    action        TEXT NOT NULL,         -- empty = the phone did not say
    outcome       TEXT NOT NULL,
    reason        TEXT NOT NULL,         -- empty = it did not fail
    rp            TEXT NOT NULL,         -- empty = the phone did not say
    user_id       TEXT NOT NULL,
    user_name     TEXT NOT NULL,
    key_id        TEXT NOT NULL,
    phone         TEXT NOT NULL,         -- its id at the relay
    phone_model   TEXT NOT NULL,
    computer      TEXT NOT NULL,         -- its id at the relay
    computer_name TEXT NOT NULL,
    ip            TEXT NOT NULL          -- the computer's; empty = unknown
) STRICT;

CREATE INDEX authentications_user ON authentications (user_id, id);
CREATE INDEX authentications_at ON authentications (at);

-- How many there were a day (UTC, since 1970), kept when the entries themselves are deleted.
CREATE TABLE authentication_days (
    day     INTEGER NOT NULL,
    action  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (day, action, outcome, reason)
) STRICT, WITHOUT ROWID;

-- When a key was last used with success.
ALTER TABLE keys ADD COLUMN used_at INTEGER;
CREATE INDEX keys_used ON keys (coalesce(used_at, activated_at)) WHERE activated_at IS NOT NULL AND blocked_at IS NULL;

ALTER TABLE appliance ADD COLUMN report_rp INTEGER NOT NULL DEFAULT 1;         -- whether phones name web sites
ALTER TABLE appliance ADD COLUMN keep_authentications INTEGER NOT NULL DEFAULT 90;   -- days

CREATE INDEX outbox_done ON outbox (state, done_at) WHERE state IN ('sent', 'failed');
