-- When an administrator blocked it; NULL = not blocked. A phone is blocked with its key or its user.
ALTER TABLE users ADD COLUMN blocked_at INTEGER;
ALTER TABLE keys ADD COLUMN blocked_at INTEGER;
ALTER TABLE devices ADD COLUMN blocked_at INTEGER;   -- computers
