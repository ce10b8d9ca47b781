-- The list of users at any size: what it is searched, filtered and sorted by has an index each.
ALTER TABLE users ADD COLUMN seq INTEGER;                               -- counts up; unlike a rowid it never changes
ALTER TABLE users ADD COLUMN name_key TEXT NOT NULL DEFAULT '';         -- lower case
ALTER TABLE users ADD COLUMN key_count INTEGER NOT NULL DEFAULT 0;      -- this and the next two: see user_standing
ALTER TABLE users ADD COLUMN active INTEGER NOT NULL DEFAULT 0;         -- a phone is one of the keys, and nothing is blocked
ALTER TABLE users ADD COLUMN invited_until INTEGER NOT NULL DEFAULT 0;  -- 0 = never invited, 1 = nothing is open, -1 = blocked

-- `search` holds user ID, username, name and e-mail address, one a line; SQL's own lower() knows ASCII only.
UPDATE users SET seq = rowid, name_key = substr(search, instr(search, char(10)) + 1);
UPDATE users SET name_key = substr(name_key, instr(name_key, char(10)) + 1);
UPDATE users SET name_key = substr(name_key, 1, instr(name_key, char(10)) - 1);

CREATE UNIQUE INDEX users_seq ON users (seq);
CREATE INDEX users_name ON users (name_key, seq);
CREATE INDEX users_created ON users (created_at, seq);
CREATE INDEX users_standing ON users (active, invited_until);
CREATE INDEX keys_user_kind ON keys (user_id, kind);
DROP INDEX keys_user;

-- Finds parts of words, of three characters or more.
CREATE VIRTUAL TABLE users_search USING fts5 (search, content = 'users', content_rowid = 'seq', tokenize = 'trigram');
INSERT INTO users_search (users_search) VALUES ('rebuild');

CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search (rowid, search) VALUES (new.seq, new.search);
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF search ON users WHEN new.search <> old.search BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.seq, old.search);
    INSERT INTO users_search (rowid, search) VALUES (new.seq, new.search);
END;
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.seq, old.search);
END;

-- What a user's keys make of the user. The columns of the same names hold it; the triggers below keep them so.
-- Keys that are blocked do not count; who has no others is blocked as well.
CREATE VIEW user_standing AS
SELECT id, key_count, blocked_at IS NULL AND phones > 0 AS active,
    CASE
        WHEN blocked_at IS NOT NULL THEN -1
        WHEN phones = 0 AND invited IS NULL AND blocked > 0 THEN -1
        ELSE coalesce(invited, 0)
    END AS invited_until
FROM (
    SELECT u.id, u.blocked_at,
        (SELECT count(*) FROM keys k WHERE k.user_id = u.id) AS key_count,
        (SELECT count(*) FROM keys k WHERE k.user_id = u.id AND k.blocked_at IS NOT NULL) AS blocked,
        (SELECT count(*) FROM keys k JOIN devices d ON d.key_id = k.id
         WHERE k.user_id = u.id AND k.blocked_at IS NULL) AS phones,
        (SELECT max(iif(a.outcome IS NULL, a.expires_at, 1)) FROM keys k JOIN activations a ON a.key_id = k.id
         WHERE k.user_id = u.id AND k.blocked_at IS NULL) AS invited
    FROM users u
);

UPDATE users SET (key_count, active, invited_until) =
    (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id);

CREATE TRIGGER standing_key_insert AFTER INSERT ON keys BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id) WHERE id = new.user_id;
END;
CREATE TRIGGER standing_key_delete AFTER DELETE ON keys BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id) WHERE id = old.user_id;
END;
CREATE TRIGGER standing_key_block AFTER UPDATE OF blocked_at ON keys BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id) WHERE id = new.user_id;
END;
CREATE TRIGGER standing_block AFTER UPDATE OF blocked_at ON users BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id) WHERE id = new.id;
END;
CREATE TRIGGER standing_device_insert AFTER INSERT ON devices WHEN new.key_id IS NOT NULL BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id)
    WHERE id = (SELECT user_id FROM keys WHERE id = new.key_id);
END;
CREATE TRIGGER standing_device_update AFTER UPDATE OF key_id ON devices WHEN new.key_id IS NOT old.key_id BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id)
    WHERE id IN (SELECT user_id FROM keys WHERE id IN (old.key_id, new.key_id));
END;
CREATE TRIGGER standing_device_delete AFTER DELETE ON devices WHEN old.key_id IS NOT NULL BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id)
    WHERE id = (SELECT user_id FROM keys WHERE id = old.key_id);
END;
CREATE TRIGGER standing_activation_insert AFTER INSERT ON activations BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id)
    WHERE id = (SELECT user_id FROM keys WHERE id = new.key_id);
END;
CREATE TRIGGER standing_activation_update AFTER UPDATE OF outcome ON activations BEGIN
    UPDATE users SET (key_count, active, invited_until) =
        (SELECT key_count, active, invited_until FROM user_standing s WHERE s.id = users.id)
    WHERE id = (SELECT user_id FROM keys WHERE id = new.key_id);
END;
