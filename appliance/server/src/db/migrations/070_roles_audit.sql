-- What admins may do.
ALTER TABLE admins ADD COLUMN role TEXT NOT NULL DEFAULT 'owner' CHECK (role IN ('owner', 'admin', 'help_desk', 'auditor'));

-- What was done by whom. Each row's hash covers the one before.
CREATE TABLE audit (
    id          INTEGER PRIMARY KEY,     -- 1, 2, 3 …, none is left out
    at          INTEGER NOT NULL,
    actor_kind  TEXT NOT NULL,           -- admin, api_key, appliance
    actor_id    TEXT NOT NULL,
    actor_name  TEXT NOT NULL,           -- as it was then
    ip          TEXT NOT NULL,           -- where from; empty if from inside
    action      TEXT NOT NULL,
    target_id   TEXT NOT NULL,           -- what it was done to; empty if to nothing in particular
    target_name TEXT NOT NULL,           -- as it was then
    detail      TEXT NOT NULL,           -- JSON
    hash        BLOB NOT NULL            -- SHA-256
) STRICT;
