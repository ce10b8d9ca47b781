-- Workflows that assign keys to many users and invite them.
CREATE TABLE workflows (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,     -- lower case
    kind       TEXT NOT NULL,            -- of the keys
    everybody  INTEGER NOT NULL,         -- 1 = for all users; 0 = for workflow_groups, and if those are gone for nobody
    settings   TEXT,                     -- JSON, of keys that it assigns; NULL = default settings
    trigger    TEXT NOT NULL,            -- JSON
    starts     TEXT NOT NULL CHECK (starts IN ('once', 'schedule', 'joined', 'imported')),
    next_at    INTEGER,                  -- if it has a schedule
    paused_at  INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX workflows_due ON workflows (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE workflow_groups (
    workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    group_id    TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    PRIMARY KEY (workflow_id, group_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX workflow_groups_group ON workflow_groups (group_id);

-- Users who came by a trigger and are in no run yet.
CREATE TABLE workflow_waiting (
    workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    user_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (workflow_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX workflow_waiting_user ON workflow_waiting (user_id);

-- However somebody comes into a group. Staying in it is no coming: changes of groups leave those rows alone.
CREATE TRIGGER workflow_joined AFTER INSERT ON group_members BEGIN
    INSERT OR IGNORE INTO workflow_waiting (workflow_id, user_id)
    SELECT w.id, new.user_id FROM workflows w
    WHERE w.starts = 'joined' AND (w.everybody OR EXISTS (
        SELECT 1 FROM workflow_groups g WHERE g.workflow_id = w.id AND g.group_id = new.group_id));
END;

CREATE TABLE runs (
    seq         INTEGER PRIMARY KEY,     -- latest last
    id          TEXT NOT NULL UNIQUE,
    workflow_id TEXT NOT NULL REFERENCES workflows (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    cause       TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('running', 'paused', 'cancelled', 'done')),
    listed      INTEGER NOT NULL,        -- 1 = about the users in run_results; 0 = about users.seq up to until_seq
    after_seq   INTEGER NOT NULL,        -- users up to here are done with
    until_seq   INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    invited     INTEGER NOT NULL DEFAULT 0,
    skipped     INTEGER NOT NULL DEFAULT 0,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    UNIQUE (workflow_id, number)
) STRICT;

CREATE INDEX runs_open ON runs (state) WHERE state IN ('running', 'paused');

-- One row a user and run, whatever happens: it is written together with the key, the invitation and the mail.
CREATE TABLE run_results (
    run        INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    seq        INTEGER NOT NULL,         -- users.seq
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    outcome    TEXT NOT NULL CHECK (outcome IN ('waiting', 'invited', 'skipped')),
    reason     TEXT,                     -- of those passed over
    key_id     TEXT REFERENCES keys (id) ON DELETE SET NULL,
    activation INTEGER,                  -- activations.seq, while the key is there
    mail       INTEGER,                  -- outbox.id
    at         INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX run_results_user ON run_results (user_id);
CREATE INDEX run_results_key ON run_results (key_id) WHERE key_id IS NOT NULL;
CREATE INDEX run_results_waiting ON run_results (run, seq) WHERE outcome = 'waiting';
