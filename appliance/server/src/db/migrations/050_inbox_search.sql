-- The envelope's sender and the number of attachments; the source stays the last column, so that lists never read through it.
CREATE TABLE inbox_new (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sender      TEXT NOT NULL,           -- From header, or the envelope's
    envelope    TEXT NOT NULL,           -- the envelope's sender
    recipients  TEXT NOT NULL,           -- envelope; JSON array
    subject     TEXT NOT NULL,
    snippet     TEXT NOT NULL,
    size        INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    attachments INTEGER NOT NULL,        -- parts that are neither the text nor the HTML
    source      BLOB NOT NULL
) STRICT;

-- Earlier mails' attachments are not counted, and the envelope's sender was not kept.
INSERT INTO inbox_new
    SELECT id, sender, '', recipients, subject, snippet, size, received_at, 0, source FROM inbox;
-- No id is given twice, not even that of a mail deleted before.
DELETE FROM sqlite_sequence WHERE name = 'inbox_new';
UPDATE sqlite_sequence SET name = 'inbox_new' WHERE name = 'inbox';
DROP TABLE inbox;
ALTER TABLE inbox_new RENAME TO inbox;

CREATE INDEX inbox_received ON inbox (received_at);

-- What the search looks through; the mails themselves hold the text. Row by row the same ids as in inbox; mails beyond
-- the highest one here are still to be indexed.
CREATE VIRTUAL TABLE inbox_search USING fts5 (
    sender, recipients, subject, body,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
