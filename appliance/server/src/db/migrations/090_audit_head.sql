-- The end of the audit log: its last entry, sealed under the appliance's secret, so that cutting it off is noticed.
CREATE TABLE audit_head (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    id   INTEGER NOT NULL,
    hash BLOB NOT NULL,
    mac  BLOB NOT NULL               -- HMAC-SHA-256 of both
) STRICT;

-- The job that an entry is part of. What the hash covers is the detail.
ALTER TABLE audit ADD COLUMN job TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(detail) THEN detail ->> '$.job' END) VIRTUAL;

CREATE INDEX audit_job ON audit (job, id);
CREATE INDEX audit_target ON audit (target_id, id);
CREATE INDEX audit_at ON audit (at);
