-- What was answered to POST requests with an Idempotency-Key, for a day.
CREATE TABLE idempotency (
    caller      TEXT NOT NULL,           -- kind and id of whoever asked
    key         TEXT NOT NULL,           -- theirs
    fingerprint BLOB NOT NULL,           -- keyed hash over path and body
    answer      BLOB NOT NULL,           -- sealed with a key of the appliance's secret
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_created ON idempotency (created_at);
