-- Settings of keys as somebody chose them, JSON; NULL = nothing is chosen. A key's own are in keys.settings.
ALTER TABLE appliance ADD COLUMN key_settings TEXT;
ALTER TABLE groups ADD COLUMN key_settings TEXT;

ALTER TABLE keys ADD COLUMN label TEXT NOT NULL DEFAULT '';              -- a card's number, which finger …
ALTER TABLE keys ADD COLUMN label_key TEXT NOT NULL DEFAULT '';          -- lower case
ALTER TABLE keys ADD COLUMN replaces TEXT REFERENCES keys (id) ON DELETE SET NULL;  -- blocked once this one is active
ALTER TABLE keys ADD COLUMN active INTEGER NOT NULL DEFAULT 0;           -- this and the next: see key_standing
ALTER TABLE keys ADD COLUMN invited_until INTEGER NOT NULL DEFAULT 0;    -- 0 = never invited, 1 = nothing is open

CREATE INDEX keys_standing ON keys (active, invited_until);
CREATE INDEX keys_kind ON keys (kind, seq);
CREATE INDEX keys_blocked ON keys (blocked_at) WHERE blocked_at IS NOT NULL;
CREATE INDEX keys_label ON keys (label_key) WHERE label_key <> '';
CREATE INDEX keys_replaces ON keys (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX users_blocked ON users (blocked_at) WHERE blocked_at IS NOT NULL;

-- What phones and invitations make of a key. The columns of the same names hold it; the triggers below keep them so.
CREATE VIEW key_standing AS
SELECT k.id, EXISTS (SELECT 1 FROM devices d WHERE d.key_id = k.id) AS active,
    coalesce((SELECT max(iif(a.outcome IS NULL, a.expires_at, 1)) FROM activations a WHERE a.key_id = k.id), 0)
        AS invited_until
FROM keys k;

UPDATE keys SET (active, invited_until) = (SELECT active, invited_until FROM key_standing s WHERE s.id = keys.id);

CREATE TRIGGER key_standing_device_insert AFTER INSERT ON devices WHEN new.key_id IS NOT NULL BEGIN
    UPDATE keys SET (active, invited_until) =
        (SELECT active, invited_until FROM key_standing s WHERE s.id = keys.id) WHERE id = new.key_id;
END;
CREATE TRIGGER key_standing_device_update AFTER UPDATE OF key_id ON devices WHEN new.key_id IS NOT old.key_id BEGIN
    UPDATE keys SET (active, invited_until) =
        (SELECT active, invited_until FROM key_standing s WHERE s.id = keys.id) WHERE id IN (old.key_id, new.key_id);
END;
CREATE TRIGGER key_standing_device_delete AFTER DELETE ON devices WHEN old.key_id IS NOT NULL BEGIN
    UPDATE keys SET (active, invited_until) =
        (SELECT active, invited_until FROM key_standing s WHERE s.id = keys.id) WHERE id = old.key_id;
END;
CREATE TRIGGER key_standing_activation_insert AFTER INSERT ON activations BEGIN
    UPDATE keys SET (active, invited_until) =
        (SELECT active, invited_until FROM key_standing s WHERE s.id = keys.id) WHERE id = new.key_id;
END;
CREATE TRIGGER key_standing_activation_update AFTER UPDATE OF outcome ON activations BEGIN
    UPDATE keys SET (active, invited_until) =
        (SELECT active, invited_until FROM key_standing s WHERE s.id = keys.id) WHERE id = new.key_id;
END;
