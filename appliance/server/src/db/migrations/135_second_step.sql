-- Whether a password alone is not enough for any admin, and which sessions began with more.
ALTER TABLE appliance ADD COLUMN second_step_required INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN second_step INTEGER NOT NULL DEFAULT 0;  -- code or passkey
