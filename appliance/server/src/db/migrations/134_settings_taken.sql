-- Phones: the version of the settings that it took last, and when; NULL = none since its activation.
ALTER TABLE devices ADD COLUMN settings_taken TEXT;
ALTER TABLE devices ADD COLUMN settings_taken_at INTEGER;
