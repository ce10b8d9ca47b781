-- Devices whose certificates are void although they have not expired: those blocked or deleted lately.
CREATE TABLE revocations (
    device     TEXT PRIMARY KEY,         -- no reference: deleted devices are named here
    revoked_at INTEGER NOT NULL          -- what was issued until then is void
) STRICT;

CREATE INDEX revocations_time ON revocations (revoked_at);
